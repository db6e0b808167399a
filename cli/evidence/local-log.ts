import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Changes, StoredChange } from '../../emulator/changes'
import { Folder } from '../../evidence/folder'
import { type Change, Log } from '../../evidence/log'
import { formatKey, logKey, parseKey, publicKeyOfDer } from '../../evidence/note'
import { publish, type Signer } from '../../evidence/publish'
import { toLine } from '../../evidence/to-entry'

/** In the folder of a local archive: its log, and the key that signs it. */
export const EVIDENCE = 'evidence'
const PRIVATE_KEY = 'private-key.pem'
const KEY = 'key'
const CHANGES_AT_ONCE = 1000

/** Appends to a local archive's log what has changed since it was last done, also by a process that was killed. */
export async function logChanges(changes: Changes, folder: string): Promise<void> {
  const log = new Log(new Folder(folder))
  for (;;) {
    const unlogged = await changes.read(CHANGES_AT_ONCE)
    if (unlogged.length === 0) return
    const head = await log.append(unlogged.flatMap(toLog))
    if (head.size > 0) await publish(new Folder(folder), head, await openSigner(folder))
    await changes.acknowledge(unlogged)
  }
}

function toLog({ table, sequenceNumber, at, ...change }: StoredChange): Change[] {
  if (table !== 'Sessions' && table !== 'Sweeps') return []
  const said = toLine({ table, at: new Date(at), ...change })
  return said === undefined
    ? []
    : [{ id: `${table}/local/${sequenceNumber}`, at: new Date(at), entry: said.line }]
}

async function openSigner(folder: string): Promise<Signer> {
  const [privateKey, name] = existsSync(join(folder, KEY)) ? await readKey(folder) : await makeKey(folder)
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const key = logKey(name, publicKeyOfDer(der))
  return { key, sign: async (text) => sign(undefined, text, privateKey) }
}

async function readKey(folder: string) {
  const privateKey = createPrivateKey(await readFile(join(folder, PRIVATE_KEY), 'utf8'))
  const { name } = parseKey((await readFile(join(folder, KEY), 'utf8')).trimEnd())
  return [privateKey, name] as const
}

async function makeKey(folder: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const name = `ssm-session-archive/local/${randomBytes(4).toString('hex')}`
  const der = publicKey.export({ format: 'der', type: 'spki' })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, PRIVATE_KEY), privateKey.export({ format: 'pem', type: 'pkcs8' }), {
    mode: 0o600,
  })
  await writeFile(join(folder, KEY), `${formatKey(logKey(name, publicKeyOfDer(der)))}\n`)
  return [privateKey, name] as const
}
