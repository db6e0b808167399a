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
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
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

const DATE = 'expected an ISO 8601 time with a time zone, or epoch seconds'

test.each([
  ['', 'the file: got "", expected JSON'],
  ['{"Sessions": [', 'the file: got "{\\"Sessions\\": [", expected JSON'],
  ['[]', 'the file: got [], expected an object'],
  ['{}', 'Sessions: got nothing, expected an array of sessions'],
  ['{"Sessions": {}}', 'Sessions: got {}, expected an array of sessions'],
  ['{"Sessions": [{}, null]}', 'Sessions[1]: got null, expected an object'],
  [`{"Sessions": "${'x'.repeat(200)}"}`, `Sessions: got "${'x'.repeat(79)}…, expected an array of sessions`],
])('the file %j is refused', async (content, message) => {
  const path = await write(content)
  await expect(loadSessions([path], NOW)).rejects.toMatchObject({ message: `${path}: ${message}` })
})

test.each([
  [{ SessionId: 7 }, 'SessionId: got 7, expected a string'],
  [{ Reason: null }, 'Reason: got null, expected a string'],
  [{ MaxSessionDuration: 60 }, 'MaxSessionDuration: got 60, expected a string'],
  [{ OutputUrl: '' }, 'OutputUrl: got "", expected an object'],
  [{ OutputUrl: { S3OutputUrl: 1 } }, 'OutputUrl.S3OutputUrl: got 1, expected a string'],
  [{ StartDate: 'yesterday' }, `StartDate: got "yesterday", ${DATE}`],
  [{ StartDate: '2020-02-18T23:50:33' }, `StartDate: got "2020-02-18T23:50:33", ${DATE}`],
  [{ EndDate: 1582069847807 }, `EndDate: got 1582069847807, ${DATE}`],
  [{ EndDate: -1 }, `EndDate: got -1, ${DATE}`],
])('the session %j in a file is refused', async (session, message) => {
  const path = await write({ Sessions: [session] })
  await expect(loadSessions([path], NOW)).rejects.toMatchObject({
    message: `${path}: Sessions[0].${message}`,
  })
})

test('the error names a file that does not exist', async () => {
  await expect(loadSessions([join(folder(), 'nowhere.json')], NOW)).rejects.toThrow('nowhere.json')
})
