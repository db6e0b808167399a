import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { openFolder } from '../../../cli/open-archive'
import { Clock } from '../../../emulator/clock'
import { World } from '../../../emulator/world'
import { start, stopAll } from '../../emulator/builders'
import { expectFailure, expectWrongUsage, OBEYED_BY_TERMINALS, retryAtOnce, runCli } from '../../support/cli'
import { endedSession } from '../../support/sessions'
import { temporaryFolder } from '../../support/temporary-folder'
import { DAY, NOW } from '../../support/times'

retryAtOnce()
const folder = temporaryFolder()
afterEach(stopAll)

const cli = (...args: string[]) => runCli(args, { cwd: folder() })
const day = (ago: number) => new Date(NOW.getTime() - ago * DAY).toISOString().slice(0, 10)
const PERIOD = ['--from', day(20), '--to', day(2)]
const LOCAL = ['--local', 'archive']

const life = (ago: number) => ({
  startedAt: new Date(NOW.getTime() - ago * DAY),
  endedAt: new Date(NOW.getTime() - ago * DAY + 1000),
})

/** A folder with the sessions `alice` and `bob`, swept once. */
async function archive() {
  const emulator = await start({ world: new World({ clock: Clock.frozenAt(new Date()) }) })
  emulator.world.add([
    endedSession({ SessionId: 'alice' }, life(3)),
    endedSession({ SessionId: 'bob' }, life(9)),
  ])
  const { status } = await cli('archive', '--endpoint-url', emulator.url, ...LOCAL)
  expect(status).toBe(0)
  return emulator
}

/** A bundle, and the key that was printed. */
async function bundle(name: string): Promise<string> {
  const { status, stdout, stderr } = await cli('evidence', ...LOCAL, ...PERIOD, '--out', name)
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringMatching(/^2 records and a log of \d+ entries in "[\w-]+"\.\n$/),
  })
  return stdout.trim()
}

test('what is archived on this machine is proven to be complete and unaltered, offline', async () => {
  await archive()
  const key = await bundle('bundle')
  expect(key).toMatch(/^ssm-session-archive\/local\/[0-9a-f]{8}\+[0-9a-f]{8}\+[\w+/=]+$/)
  rmSync(join(folder(), 'archive'), { recursive: true })
  const { status, stdout, stderr } = await cli('verify', 'bundle', '--key', key)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^unaltered {2}proven\ncomplete {3}proven\n {2}sessions that started from /)
  const json = await cli('verify', 'bundle', '--key', key, '--output', 'json')
  expect(JSON.parse(json.stdout)).toMatchObject({
    unaltered: { verdict: 'proven' },
    complete: { verdict: 'proven' },
  })
})

test('a record that is changed behind the archive’s back is disproven and named, and nothing in it reaches the terminal', async () => {
  await archive()
  const { sessions, close } = await openFolder(join(folder(), 'archive'))
  const of = { TableName: sessions.tableName, Key: { SessionId: 'alice' } }
  const x = { UpdateExpression: 'SET Reason = :x', ExpressionAttributeValues: { ':x': '\u001b[2J' } }
  await sessions.client.send(new UpdateCommand({ ...of, ...x }))
  await close()
  const key = await bundle('bundle')
  const { status, stdout } = await cli('verify', 'bundle', '--key', key)
  expect(status).toBe(1)
  expect(stdout).toMatch(/^unaltered {2}disproven\n {2}against: session "alice": its record was changed/)
  const hostile = join(folder(), 'bundle/records.jsonl')
  writeFileSync(hostile, readFileSync(hostile, 'utf8').replace('alice', '\\u001b]0;\\u202ealice'))
  const run = await cli('verify', 'bundle', '--key', `${key}\u001b[2J`)
  expect(run.stdout + run.stderr).not.toMatch(OBEYED_BY_TERMINALS)
})

test('without the key, or for a time that is not covered, the exit status says: not proven', async () => {
  await archive()
  const key = await bundle('bundle')
  expect((await cli('verify', 'bundle')).status).toBe(3)
  await cli('evidence', ...LOCAL, '--from', day(90), '--to', day(2), '--out', 'long')
  expect((await cli('verify', 'long', '--key', key)).status).toBe(3)
})

test('a checkpoint of last time convicts an archive that lost its history', async () => {
  const emulator = await archive()
  await bundle('before')
  cpSync(join(folder(), 'archive/evidence/key'), join(folder(), 'kept'))
  rmSync(join(folder(), 'archive'), { recursive: true })
  await cli('archive', '--endpoint-url', emulator.url, ...LOCAL)
  const key = await bundle('after')
  const { status, stdout } = await cli('verify', 'after', '--key', key, '--checkpoint', 'before/checkpoint')
  expect(status).toBe(1)
  expect(stdout).toContain('is of another log')
})

test('the proof of one session is verified alone', async () => {
  await archive()
  const { status, stdout } = await cli('prove', 'alice', ...LOCAL, '--out', 'proof.json')
  expect(status).toBe(0)
  expect((await cli('verify', 'proof.json', '--key', stdout.trim())).status).toBe(0)
  expect((await cli('verify', 'proof.json')).status).toBe(3)
  await bundle('before')
  expectWrongUsage(
    await cli('verify', 'proof.json', '--checkpoint', 'before/checkpoint'),
    'received --checkpoint before/checkpoint, expected a bundle with it',
  )
  expectFailure(
    await cli('prove', 'alice', ...LOCAL, '--out', 'proof.json'),
    '"proof.json": expected a file that does not exist',
  )
  expectFailure(await cli('prove', 'nobody', ...LOCAL, '--out', 'other.json'), 'no session "nobody"')
})

test('changes that a killed process did not log are logged by the next command, once', async () => {
  await archive()
  const { startDatabase } = await import('../../../emulator/dynamodb')
  const { databaseClient } = await import('../../support/clients')
  const killed = await startDatabase({ folder: join(folder(), 'archive') })
  const client = databaseClient(killed.endpoint)
  await client.send(new DeleteCommand({ TableName: 'Sessions', Key: { SessionId: 'alice' } }))
  client.destroy()
  await killed.close() // without logging
  for (let n = 0; n < 2; n++) await cli('sessions', ...LOCAL)
  const run = await cli('evidence', ...LOCAL, ...PERIOD, '--out', 'bundle')
  const { stdout } = await cli('verify', 'bundle', '--key', run.stdout.trim())
  expect(stdout.match(/a record was deleted/g)).toEqual(['a record was deleted'])
})

test('a report states both verdicts, the checkpoint that they rest on, and what speaks against them', async () => {
  await archive()
  const evidenceOf = async (...flags: string[]) => {
    const { status } = await cli('report', ...LOCAL, ...PERIOD, ...flags, '--out', 'page.html')
    expect(status).toBe(0)
    return /<h2>Evidence.*?<\/section>/s.exec(readFileSync(join(folder(), 'page.html'), 'utf8'))?.[0] ?? ''
  }
  const proven = await evidenceOf()
  expect(proven.match(/>proven</g)).toHaveLength(2)
  expect(proven).toMatch(/<li>checkpoint ssm-session-archive\/local\/[0-9a-f]{8} \d+ /)
  expect(await evidenceOf('--without-evidence')).toContain('is not proven here')
  const { sessions, close } = await openFolder(join(folder(), 'archive'))
  await sessions.client.send(
    new DeleteCommand({ TableName: sessions.tableName, Key: { SessionId: 'alice' } }),
  )
  await close()
  expect((await evidenceOf()).match(/>disproven</g)).toHaveLength(2)
  rmSync(join(folder(), 'archive/evidence/segments'), { recursive: true })
  expect(await evidenceOf()).toContain('Missing: a log that can be read')
})

test('the key that signs is its owner’s alone, and stays', async () => {
  const emulator = await archive()
  const file = join(folder(), 'archive/evidence/private-key.pem')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const before = readFileSync(file, 'utf8')
  emulator.world.add([endedSession({ SessionId: 'carol' }, life(4))])
  await cli('archive', '--endpoint-url', emulator.url, ...LOCAL, '--full')
  expect(readFileSync(file, 'utf8')).toBe(before)
  expect(readdirSync(join(folder(), 'archive/evidence')).sort()).toEqual([
    'checkpoints',
    'key',
    'private-key.pem',
    'segments',
  ])
})

test('wrong usage is refused before anything is written', async () => {
  await archive()
  expectWrongUsage(
    await cli('evidence', ...LOCAL, '--from', day(2), '--to', day(20), '--out', 'x'),
    'expected --from before --to',
  )
  expectWrongUsage(
    await cli('evidence', ...LOCAL, '--from', '2026-02-30', '--to', day(2), '--out', 'x'),
    'Expected a date',
  )
  expectFailure(
    await cli('evidence', ...LOCAL, ...PERIOD, '--out', 'archive'),
    'expected a folder that does not exist',
  )
  expectFailure(
    await cli('evidence', '--table', 't', '--region', 'us-east-1', ...PERIOD, '--out', 'x'),
    'or it is named by its tables',
  )
  const bad = await cli('verify', 'archive', '--key', 'mallory')
  expectWrongUsage(bad, 'received "mallory", expected a key NAME+ID+KEY')
  expectWrongUsage(
    await cli('verify', 'archive', '--checkpoint', 'archive/evidence/key'),
    'expected a signed note',
  )
  expectWrongUsage(
    await cli('verify', 'nowhere'),
    'received nowhere, expected a bundle or a proof: ',
    'ENOENT',
  )
  expectWrongUsage(
    await cli('verify', 'archive', '--checkpoint', 'nowhere'),
    'received --checkpoint nowhere, expected the file of a checkpoint: ',
    'ENOENT',
  )
  expectWrongUsage(await cli('verify', 'archive'), 'bundle.json: received no file')
  expect(readdirSync(folder())).toEqual(['archive'])
})
