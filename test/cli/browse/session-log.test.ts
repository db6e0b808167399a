import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { upsert } from '../../../archive/upsert'
import { readSessionLog } from '../../../cli/browse/session-log'
import { sessionPage } from '../../../cli/browse/session-page'
import type { OpenArchive } from '../../../cli/open-archive'
import { changeRetention } from '../../../cli/retention/change-retention'
import type { Bucket } from '../../../evidence/bucket'
import { Log } from '../../../evidence/log'
import { publish } from '../../../evidence/publish'
import { useEvidence } from '../../support/evidence-stage'
import { observe } from '../../support/observe'

const stage = useEvidence()
const sessions = () => ({ client: stage.client, tableName: stage.database.sessionsTable })
const sweeps = () => ({ client: stage.client, tableName: stage.database.sweepsTable })
const read = (id: string, now = new Date()) => readSessionLog(sessions(), stage.bucket, id, now)
const io = { stdout: process.stdout, stderr: process.stderr, env: {}, cwd: '' }

async function pageOf(
  id: string,
  asked: Readonly<Record<string, string>> = {},
  bucket: Bucket = stage.bucket,
): Promise<string> {
  const archive: OpenArchive = { sessions: sessions(), sweeps: sweeps(), close: async () => {} }
  const evidence = { bucket, inTurn: <T>(task: () => Promise<T>) => task() }
  const parameters = new URLSearchParams({ id, ...asked })
  const parts: string[] = []
  const { parts: made } = await sessionPage(archive, evidence, parameters, new Date(), io)
  for await (const part of made) parts.push(part.markup)
  return parts.join('')
}

test('the log tells the lists that a session was seen in, and proves its record, and no other', async () => {
  await upsert(stage.sessions, [observe({ SessionId: 'a' }, 0, 'Active'), observe({ SessionId: 'b' })])
  await stage.logChanges()
  await stage.sessions.markMissing('a', '2026-03-02T00:00:00.000Z', '2026-03-01T23:00:00.000Z')
  await stage.logChanges()
  await upsert(stage.sessions, [observe({ SessionId: 'a', Reason: 'x' }, 60)])
  await stage.logChanges()
  const { logged, unaltered, proof, key } = await read('a')
  expect(logged.map(({ entry }) => entry)).toMatchObject([
    { revision: 1, state: 'Active', change: 'archived' },
    { revision: 2, state: 'Active', change: 'marked' },
    { revision: 3, state: 'History', change: 'updated' },
  ])
  expect(unaltered).toEqual({ verdict: 'proven', against: [], missing: [] })
  expect(key).toBe(stage.key)
  expect(proof).toContain('tlog-proof')
})

test('an expiry that is changed by hand is disproven, and one of a change of the retention is not', async () => {
  await upsert(stage.sessions, [observe({ SessionId: 'a' }), observe({ SessionId: 'b' })])
  const wanted = { RetentionDays: 60 }
  const job = {
    sessions: sessions(),
    sweeps: sweeps(),
    wanted,
    now: () => new Date(),
    survey: async () => ({}),
  }
  await changeRetention(job)
  await stage.logChanges()
  const { logged, unaltered } = await read('a')
  expect(logged.map(({ entry }) => entry)).toMatchObject([{ change: 'archived' }, { change: 'expiry' }])
  expect(unaltered).toEqual({ verdict: 'proven', against: [], missing: [] })

  await stage.client.send(
    new UpdateCommand({
      TableName: 'Sessions',
      Key: { SessionId: 'a' },
      UpdateExpression: 'ADD ExpiresAt :day, Revision :one',
      ExpressionAttributeValues: { ':day': -24 * 60 * 60, ':one': 1 },
    }),
  )
  await stage.logChanges()
  const said = expect.stringContaining(
    'changed to 59 days after the end, and no change of the retention says so',
  )
  expect((await read('a')).unaltered).toMatchObject({ verdict: 'not proven', missing: [said] }) // it may come yet
  const later = new Date(Date.now() + 2 * 60 * 60 * 1000)
  expect((await read('a', later)).unaltered).toMatchObject({ verdict: 'disproven', against: [said] })
  expect((await read('b', later)).unaltered.verdict).toBe('proven')
})

test('a record that changes, and whose change is logged, while it is judged, is not disproven', async () => {
  await upsert(stage.sessions, [observe({ SessionId: 'a' }, 0, 'Active')])
  await stage.logChanges()
  let lists = 0
  const { bucket } = stage
  const meanwhile: Bucket = {
    create: (name, bytes) => bucket.create(name, bytes),
    read: (name) => bucket.read(name),
    async *list(folder) {
      if (lists++ === 0) {
        await upsert(stage.sessions, [observe({ SessionId: 'a' }, 60)])
        await stage.logChanges()
      }
      yield* bucket.list(folder)
    },
  }
  const { unaltered } = await readSessionLog(sessions(), meanwhile, 'a', new Date())
  expect(unaltered).toEqual({ verdict: 'proven', against: [], missing: [] })
})

test('a record that was changed is disproven, logged or not; a fresh one waits for the log', async () => {
  await upsert(stage.sessions, [observe({ SessionId: 'a' }), observe({ SessionId: 'b' })])
  await stage.logChanges()
  await stage.client.send(
    new UpdateCommand({
      TableName: 'Sessions',
      Key: { SessionId: 'a' },
      UpdateExpression: 'SET Reason = :x',
      ExpressionAttributeValues: { ':x': 'x' },
    }),
  )
  expect(await read('a')).toMatchObject({
    unaltered: { verdict: 'disproven', against: ['its record is not the one of the log, revision 1'] },
    proof: undefined,
  })
  await stage.logChanges()
  const { unaltered, proof } = await read('a')
  expect([unaltered.verdict, proof === undefined]).toEqual(['disproven', false])
  await upsert(stage.sessions, [observe({ SessionId: 'b', Status: 'Failed' }, 60)])
  expect((await read('b')).unaltered).toMatchObject({
    verdict: 'not proven',
    missing: ["an entry of revision 2: the log's newest is 1"],
  })
  await upsert(stage.sessions, [observe({ SessionId: 'c' })])
  const seen = Date.parse(observe({}).seenUntil)
  expect((await read('c', new Date(seen + 60_000))).unaltered.verdict).toBe('not proven')
  expect((await read('c', new Date(seen + 7_200_000))).unaltered.verdict).toBe('disproven')
})

test('a record that the log says is gone is disproven', async () => {
  await upsert(stage.sessions, [observe({ SessionId: 'a' })])
  await stage.logChanges()
  const { Item } = await stage.client.send(new GetCommand({ TableName: 'Sessions', Key: { SessionId: 'a' } }))
  await stage.client.send(new DeleteCommand({ TableName: 'Sessions', Key: { SessionId: 'a' } }))
  await stage.logChanges()
  await stage.client.send(new PutCommand({ TableName: 'Sessions', Item }))
  const { unaltered } = await read('a')
  expect(unaltered.verdict).toBe('disproven')
  expect(unaltered.against.join()).toContain('the log says that its record is gone')
})

test('a long log is read only if that is asked for', async () => {
  await upsert(stage.sessions, [observe({ SessionId: 'a' })])
  await stage.logChanges()
  const entry = '{"hash":"00","type":"round"}'
  const changes = Array.from({ length: 20_001 }, (_, n) => ({ id: `x-${n}`, at: new Date(), entry }))
  const log = new Log(stage.bucket)
  const { size } = await publish(stage.bucket, await log.append(changes), stage.signer)
  await log.append([{ id: 'unsigned', at: new Date(), entry }])
  const page = await pageOf('a')
  expect(page).toContain('The evidence log was not read: it has 20,0')
  expect(page).toContain('<a href="session?id=a&amp;log=read">Read the log</a>')
  const read = await pageOf('a', { log: 'read' })
  expect(read).toContain('Unaltered: <b class="good">proven</b>')
  expect(read).toContain(`the log&#39;s ${size} entries, 1 of them about this session`)
})

test('a log that cannot be read proves nothing, and the page stands', async () => {
  await upsert(stage.sessions, [observe({ SessionId: 'a' })])
  expect(await pageOf('a')).toContain('The archive has no evidence log yet: it begins with the first sweep.')
  await stage.logChanges()
  const { bucket } = stage
  const broken: Bucket = {
    create: (name, bytes) => bucket.create(name, bytes),
    list: (folder) => bucket.list(folder),
    read: async (name) => (name.startsWith('segments/') ? undefined : bucket.read(name)),
  }
  const page = await pageOf('a', {}, broken)
  expect(page).toContain('Unaltered: <b class="warn">not proven</b>')
  expect(page).toMatch(/Missing: a log that can be read: segments\/\d+: received nothing/)
})
