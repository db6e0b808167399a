import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Clock } from '../../emulator/clock'
import { World } from '../../emulator/world'
import { loadSessions } from '../../emulator/world-file'
import { temporaryFolder } from '../support/temporary-folder'
import { NOW } from './builders'
import AS_PRINTED from './fixtures/cli-v2-active.json'

const HISTORY = join(__dirname, 'fixtures/reference-history.json')
const ACTIVE = join(__dirname, 'fixtures/cli-v2-active.json')

const folder = temporaryFolder()

/** A world of these files, its clock at `time`. */
async function load(time: string, ...paths: string[]): Promise<World> {
  const world = new World({ clock: Clock.frozenAt(new Date(time)) })
  world.add(await loadSessions(paths, world.clock.now()))
  return world
}

async function write(content: unknown): Promise<string> {
  const path = join(folder(), 'world.json')
  const isRaw = typeof content === 'string' || Buffer.isBuffer(content)
  await writeFile(path, isRaw ? content : JSON.stringify(content))
  return path
}

const loadThese = async (...Sessions: object[]) => load(NOW.toISOString(), await write({ Sessions }))

const MARY = { SessionId: 'Mary-Major-0ab177d470EXAMPLE', StartDate: 1582068633.188 }

test.each([
  ['Active, History', [ACTIVE, HISTORY]],
  ['History, Active', [HISTORY, ACTIVE]],
])('a session in the files %s is open before its end, and ended after it', async (_, paths) => {
  const world = await load('2020-02-18T23:50:40Z', ...paths)
  expect(world.list('Active')).toHaveLength(2)
  expect(world.list('Active')).toContainEqual(expect.objectContaining({ ...MARY, Status: 'Disconnected' }))
  world.clock.set(new Date('2020-02-18T23:50:47.807Z'))
  expect(world.list('Active')).toMatchObject([{ SessionId: 'Jane-Roe-0cd299e581EXAMPLE' }])
  expect(world.list('History')).toMatchObject([{ ...MARY, Status: 'Terminated', EndDate: 1582069847.807 }])
})

test('members of a file are kept as they are, except dates', async () => {
  const world = await load('2020-02-19T00:00:00Z', ACTIVE)
  const [jane] = world.list('Active')
  expect(jane).toStrictEqual({ ...AS_PRINTED.Sessions[1], StartDate: 1582069833.188 })
})

test('a session that only History shows was connected before its end', async () => {
  const world = await load('2020-02-18T23:40:00Z', HISTORY)
  const connected = { ...MARY, Status: 'Connected', EndDate: undefined, OutputUrl: undefined }
  expect(world.list('Active')).toMatchObject([connected])
})

test.each([
  ['has an EndDate', { EndDate: 1 + NOW.getTime() / 1000 }, 1],
  ['is Terminated, without dates', { Status: 'Terminated' }, 0],
  ['is Failed, with a StartDate', { Status: 'Failed', StartDate: NOW.getTime() / 1000 }, 0],
])('a session in a file is ended if it %s', async (_, session, secondsToEnd) => {
  const world = await loadThese(session)
  world.clock.advance(secondsToEnd * 1000)
  expect(world.list('History')).toEqual([session])
})

test.each([[{}], [{ Status: 'Terminating' }], [{ SessionId: '', Status: 'Connected' }]])(
  'a session in a file is open if it is only %j',
  async (session) => {
    expect((await loadThese(session)).list('Active')).toEqual([session])
  },
)

test('sessions without an id are separate, and the last session of the same id and state counts', async () => {
  const last = { SessionId: 'a', Reason: '3' }
  const world = await loadThese({ Reason: '1' }, { ...last, Reason: '2' }, { SessionId: '' }, last, {})
  expect(world.list('Active')).toHaveLength(4)
  expect(world.list('Active')).toContainEqual(last)
})

const QUERIED = [
  { SessionId: 'Mary-1', OutputUrl: null, Reason: null },
  { SessionId: 'Mary-2', OutputUrl: {} },
]
const WITHOUT_NULL = [{ SessionId: 'Mary-1' }, { SessionId: 'Mary-2', OutputUrl: {} }]

test.each<[string, unknown, object[]]>([
  ['with a byte-order mark', `\ufeff{"Sessions": [${JSON.stringify(MARY)}]}`, [MARY]],
  ['of --query, an array with null members', QUERIED, WITHOUT_NULL],
  ['of --query, an array with a byte-order mark', `\ufeff${JSON.stringify(QUERIED)}`, WITHOUT_NULL],
  ['with null members in OutputUrl', [{ OutputUrl: { S3OutputUrl: null } }], [{ OutputUrl: {} }]],
  ['of --query that found nothing', [], []],
])('a file %s is taken', async (_, content, sessions) => {
  const listed = (await load(NOW.toISOString(), await write(content))).list('Active')
  expect(new Set(listed)).toEqual(new Set(sessions))
})

const UTF_16 = 'the file: got UTF-16 text, expected UTF-8'

test.each<[string, Buffer, string]>([
  ['in UTF-16, as PowerShell saves it', Buffer.from('\ufeff{"Sessions": []}', 'utf16le'), UTF_16],
  ['in UTF-16 without a mark', Buffer.from('[]', 'utf16le'), UTF_16],
  ['in big-endian UTF-16', Buffer.from('\ufeff[]', 'utf16le').swap16(), UTF_16],
  ['in Latin-1', Buffer.from('[{"Reason": "Prüfung"}]', 'latin1'), 'got bytes that are no UTF-8 text'],
  ['as a table', Buffer.from('| DescribeSessions |'), 'got "| DescribeSessions |", expected JSON'],
  [
    'with a space in a date',
    Buffer.from('[{"StartDate": "2026-11-24 09:30:00+00:00"}]'),
    '[0].StartDate: got "2026-',
  ],
])('a file %s is refused, and how to save it is said', async (_, content, message) => {
  const path = await write(content)
  const refused = expect(loadSessions([path], NOW)).rejects
  await refused.toThrow(message)
  await refused.toThrow('aws ssm describe-sessions --state History --output json > history.json')
})

const DATE = 'expected an ISO 8601 time with a time zone such as 2026-11-24T09:30:00Z, or epoch seconds'

test.each([
  ['', 'the file: got "", expected JSON'],
  ['{"Sessions": [', 'the file: got "{\\"Sessions\\": [", expected JSON'],
  ['7', 'the file: got 7, expected an object'],
  ['[["Mary-1"]]', '[0]: got ["Mary-1"], expected an object'],
  ['{}', 'Sessions: got nothing, expected an array of sessions'],
  ['{"Sessions": {}}', 'Sessions: got {}, expected an array of sessions'],
  ['{"Sessions": [{}, null]}', 'Sessions[1]: got null, expected an object'],
  [`{"Sessions": "${'x'.repeat(200)}"}`, `Sessions: got "${'x'.repeat(79)}…, expected an array of sessions`],
])('the file %j is refused', async (content, message) => {
  const path = await write(content)
  await expect(loadSessions([path], NOW)).rejects.toThrow(`${path}: ${message}. Save it as UTF-8 JSON: `)
})

test.each([
  [{ SessionId: 7 }, 'SessionId: got 7, expected a string'],
  [{ MaxSessionDuration: 60 }, 'MaxSessionDuration: got 60, expected a string'],
  [{ OutputUrl: '' }, 'OutputUrl: got "", expected an object'],
  [{ OutputUrl: { S3OutputUrl: 1 } }, 'OutputUrl.S3OutputUrl: got 1, expected a string'],
  [{ StartDate: 'yesterday' }, `StartDate: got "yesterday", ${DATE}`],
  [{ StartDate: '2020-02-18T23:50:33' }, `StartDate: got "2020-02-18T23:50:33", ${DATE}`],
  [{ EndDate: 1582069847807 }, `EndDate: got 1582069847807, ${DATE}`],
  [{ EndDate: -1 }, `EndDate: got -1, ${DATE}`],
])('the session %j in a file is refused', async (session, message) => {
  const path = await write({ Sessions: [session] })
  await expect(loadSessions([path], NOW)).rejects.toThrow(`${path}: Sessions[0].${message}. Save it`)
})

test('the error names a file that does not exist', async () => {
  await expect(loadSessions([join(folder(), 'nowhere.json')], NOW)).rejects.toThrow('nowhere.json')
})
