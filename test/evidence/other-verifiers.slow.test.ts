import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { proveSession } from '../../cli/evidence/prove-session'
import { parseKey, parseNote } from '../../evidence/note'
import { useEvidence } from '../support/evidence-stage'
import { endedSessions } from '../support/sessions'
import { temporaryFolder } from '../support/temporary-folder'

const stage = useEvidence()
const folder = temporaryFolder()

function has(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', env: GO })
    return true
  } catch {
    console.warn(`skipped: ${[command, ...args].join(' ')} failed, so it is not installed`)
    return false
  }
}

/** Debian's packages golang-go and golang-golang-x-mod-dev. */
const GO = {
  ...process.env,
  GO111MODULE: 'off',
  GOPATH: '/usr/share/gocode',
  GOFLAGS: '',
  GOCACHE: join(tmpdir(), 'go-build'),
}
const testWithGo = has('go', 'list', 'golang.org/x/mod/sumdb/tlog') ? test : test.skip
const testWithOpenssl = has('openssl', 'version') ? test : test.skip

testWithGo(
  'the Go project’s verifier accepts a bundle and a proof, and refuses a flipped bit in either',
  async () => {
    stage.world.add(endedSessions(700))
    await stage.sweep()
    await stage.logChanges()
    const bundle = await stage.bundle()
    const sessions = { client: stage.client, tableName: stage.database.sessionsTable }
    const proof = join(folder(), 'proof.json')
    writeFileSync(proof, (await proveSession(sessions, stage.bucket, 's-300')).text)
    const verifier = join(folder(), 'verifier')
    execFileSync('go', ['build', '-o', verifier, join(__dirname, 'verifier.go')], { env: GO })
    const verify = () =>
      execFileSync(verifier, [bundle, stage.key, proof], { encoding: 'utf8', stdio: 'pipe' })
    expect(verify()).toBe('verified 702\n')

    for (const file of [
      join(bundle, 'tile/entries/001'),
      join(bundle, 'tile/0/002.p/190'),
      join(bundle, 'checkpoint'),
      proof,
    ]) {
      const whole = readFileSync(file)
      const flipped = Buffer.from(whole)
      const at = file === proof ? whole.indexOf('"entry":"') + 30 : Math.floor(whole.length / 2)
      flipped[at] = (flipped[at] ?? 0) ^ 1
      writeFileSync(file, flipped)
      expect(verify).toThrow()
      writeFileSync(file, whole)
    }
    expect(verify()).toBe('verified 702\n')
  },
)

testWithOpenssl('OpenSSL verifies the signature of a checkpoint, and not that of another text', async () => {
  await stage.sweep()
  const { note } = await stage.logChanges()
  const { text, signatures } = parseNote(`${note.text}\n— x ${Buffer.alloc(8).toString('base64')}\n`)
  expect(signatures).toHaveLength(1)
  const [signature] = note.signatures
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), parseKey(stage.key).publicKey])
  const at = (name: string) => join(folder(), name)
  writeFileSync(at('key.der'), der)
  writeFileSync(at('signature'), signature?.bytes ?? '')
  const verify = (signed: string) => {
    writeFileSync(at('text'), signed)
    const key = ['-pubin', '-inkey', at('key.der'), '-keyform', 'DER']
    return execFileSync(
      'openssl',
      ['pkeyutl', '-verify', ...key, '-rawin', '-in', at('text'), '-sigfile', at('signature')],
      { encoding: 'utf8', stdio: 'pipe' },
    )
  }
  expect(verify(text)).toContain('Signature Verified Successfully')
  expect(() => verify(text.replace('\n', ' \n'))).toThrow()
})
