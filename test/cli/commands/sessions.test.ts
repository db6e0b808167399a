import { expectFailure, expectWrongUsage } from '../../support/cli'
import type { DatabaseFault } from '../../support/database-proxy'
import {
  daysAgo,
  epoch,
  type FilledArchive,
  type Kept,
  openFilledArchive,
  SOURCE,
} from '../../support/filled-archive'
import { readBack } from '../../support/read-back'

const HOUR_MS = 60 * 60 * 1000
const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR_MS).toISOString()

/** `day(0)` is 60 days ago. */
const day = (n: number, time?: string) => daysAgo(60 - n, time)
const date = (n: number) => day(n).slice(0, 10)

const OTHER = { accountId: '444455556666', region: 'us-east-1' }
const ALICE_ADMIN = 'arn:aws:sts::111122223333:assumed-role/Admin/alice'
const SHELL = 'SSM-SessionManagerRunShell'
const SSH = 'AWS-StartSSHSession'

const session = (SessionId: string, from: string, until: string | undefined, more: Partial<Kept>): Kept => ({
  SessionId,
  Status: until === undefined ? 'Connected' : 'Terminated',
  StartDate: epoch(from),
  ...(until !== undefined && { EndDate: epoch(until) }),
  ...(until === undefined && { state: 'Active' as const }),
  ...more,
})
const by = (name: string) => `arn:aws:sts::111122223333:assumed-role/Admin/${name}`

const SESSIONS: readonly Kept[] = [
  session('first', '2018-09-11T00:00:00Z', '2018-09-11T00:01:00Z', { Owner: by('grace') }),
  session('carol-lost', day(0), undefined, { Owner: by('carol'), Target: 'i-web' }),
  session('alice-1', day(0, '09:00:00.000'), day(0, '09:30:00.000'), {
    Owner: ALICE_ADMIN,
    Target: 'i-web',
    DocumentName: SHELL,
    Reason: 'INC-4711 disk full',
    AccessType: 'Standard',
  }),
  session('bob-long', day(0, '12:00:00.000'), day(4, '12:00:00.000'), { Owner: by('bob'), Target: 'i-db' }),
  session('alice-2', day(1, '10:00:00.000'), day(1, '12:00:00.000'), {
    Owner: 'arn:aws:sts::111122223333:assumed-role/ReadOnly/alice',
    Target: 'i-db',
    DocumentName: SSH,
    Reason: 'again: inc-4711',
    AccessType: 'JustInTime',
  }),
  session('bob-1', day(1, '23:59:59.999'), day(2, '01:00:00.000'), {
    Owner: by('bob'),
    Target: 'i-web',
    Reason: 'patching',
  }),
  session('alice-3', day(2), day(2, '00:10:00.000'), {
    Owner: 'arn:aws:iam::444455556666:user/ops/alice',
    Target: 'i-web',
    Status: 'Disconnected',
    source: OTHER,
  }),
  session('carol-open', day(3, '08:00:00.000'), undefined, { Owner: by('carol'), Target: 'i-db' }),
  session('erin-29d', hoursAgo(29 * 24), hoursAgo(29 * 24 - 1), { Owner: by('erin') }),
  session('erin-10d', hoursAgo(10 * 24), hoursAgo(10 * 24 - 1), { Owner: by('erin') }),
  session('erin-3d', hoursAgo(3 * 24), hoursAgo(3 * 24 - 1), { Owner: by('erin') }),
  session('erin-1d', hoursAgo(24), hoursAgo(23), { Owner: by('erin'), source: OTHER }),
  { SessionId: 'no-start', state: 'Active', Status: 'Connecting', Owner: by('frank') },
]

let archive: FilledArchive
beforeAll(async () => {
  archive = await openFilledArchive()
  await archive.keep(SESSIONS, new Date(day(3, '09:00:00.000')))
  await archive.store.markMissing('carol-lost', day(2, '12:00:00.000'), day(2, '11:00:00.000'))
  await archive.store.markEndUnknown('carol-lost', SOURCE)
})
afterEach(() => {
  archive.proxy.fault = () => undefined
})
afterAll(() => archive.close())

/** Returns the ids of the sessions found, and what was said about the search. */
async function find(flags: string) {
  const args = `--output jsonl --explain ${flags}`.trim().split(' ')
  const { status, stdout, stderr } = await archive.ask('sessions', args)
  expect(status).toBe(0)
  const ids = readBack('jsonl', stdout).map(({ SessionId }) => SessionId)
  return { ids: ids.join(' '), said: stderr }
}

/** What --explain says. */
const read = (index: string, calls: number, items: number, returned: number, units: number) =>
  `Read ${index}: ${calls} calls, ${items} items read, ${returned} returned, ${units} read units.\n`

/** Only erin's sessions did not start in this time. */
const SINCE = `--from ${date(0)}`
/** Four days, and the seven sessions that started in them. */
const DAYS = `--from ${date(0)} --to ${date(4)}`
const IN_DAYS = 'carol-lost alice-1 bob-long alice-2 bob-1 alice-3 carol-open'
const ofDays = (returned: number) => read('ByDay', 4, 7, returned, 2)

test.each([
  [`--owner alice ${SINCE}`, 'alice-1 alice-2 alice-3', read('ByOwnerName', 1, 3, 3, 0.5)],
  [`--owner ${ALICE_ADMIN} ${SINCE}`, 'alice-1 alice-2 alice-3', read('ByOwnerName', 1, 3, 3, 0.5)],
  [`--owner Alice ${SINCE}`, '', read('ByOwnerName', 1, 0, 0, 0)],
  [`--target i-db ${SINCE}`, 'bob-long alice-2 carol-open', read('ByTarget', 1, 3, 3, 0.5)],
  [DAYS, IN_DAYS, ofDays(7)],
  [`--status Disconnected ${DAYS}`, 'alice-3', ofDays(1)],
  [`--document ${SSH} ${DAYS}`, 'alice-2', ofDays(1)],
  [`--reason inc-4711 ${DAYS}`, 'alice-1 alice-2', ofDays(2)],
  [`--reason DISK ${DAYS}`, 'alice-1', ofDays(1)],
  [`--account 444455556666 ${DAYS}`, 'alice-3', ofDays(1)],
  [`--source-region us-east-1 ${DAYS}`, 'alice-3', ofDays(1)],
  [`--access-type JustInTime ${DAYS}`, 'alice-2', ofDays(1)],
  // Exactly two hours are enough. The lost one lasted until it was last known active.
  [`--min-duration 2h ${DAYS}`, 'carol-lost bob-long alice-2 carol-open', ofDays(4)],
  [`--min-duration 59h ${DAYS}`, 'carol-lost bob-long carol-open', ofDays(3)],
  [`--min-duration 3541m ${DAYS}`, 'bob-long carol-open', ofDays(2)],
  ['--open', 'no-start carol-open', read('OpenSessions', 1, 2, 2, 0.5)],
])('sessions %s finds those that meet the condition: %s', async (flags, ids, said) => {
  expect(await find(flags)).toEqual({ ids, said })
})

test.each([
  [`--owner alice --target i-web ${SINCE}`, 'alice-1 alice-3', read('ByOwnerName', 1, 3, 2, 0.5)],
  [`--owner alice --from ${date(1)} --to ${date(2)}`, 'alice-2', read('ByOwnerName', 1, 1, 1, 0.5)],
  [`--target i-web --reason patch ${SINCE}`, 'bob-1', read('ByTarget', 1, 4, 1, 0.5)],
  ['--open --owner carol --min-duration 8w', 'carol-open', read('OpenSessions', 1, 2, 1, 0.5)],
  ['--open --min-duration 9w', '', read('OpenSessions', 1, 2, 0, 0.5)],
  [`--open --from ${day(3, '08:00:00.000')}`, 'carol-open', read('OpenSessions', 1, 2, 1, 0.5)],
  [`--open --to ${day(3, '08:00:00.000')}`, '', read('OpenSessions', 1, 2, 0, 0.5)],
  [
    `--owner alice --target i-web --status Terminated --document ${SHELL} --reason disk --account 111122223333 --source-region eu-west-1 --access-type Standard --min-duration 30m --at ${day(0, '09:10:00.000')} ${SINCE}`,
    'alice-1',
    read('ByOwnerName', 1, 1, 1, 0.5),
  ],
])('sessions %s finds those that meet all conditions: %s', async (flags, ids, said) => {
  expect(await find(flags)).toEqual({ ids, said })
})

// --from is inclusive, --to exclusive, to the millisecond.
test.each([
  [`--from ${day(1, '23:59:59.999')} --to ${date(2)}`, 'bob-1'],
  [`--from ${date(2)} --to ${day(2, '00:00:00.001')}`, 'alice-3'],
  [`--from ${day(1, '10:00:00.001')} --to ${day(1, '23:59:59.999')}`, ''],
  [`--from ${day(2, '01:00:00+01:00').slice(0, -1)} --to ${day(2, '00:00:00.001')}`, 'alice-3'],
  [`--from ${day(3, '08:00')} --to ${day(3, '08:00:01')}`, 'carol-open'],
  ['--from 2w', 'erin-10d erin-3d erin-1d'],
  ['--from 7d', 'erin-3d erin-1d'],
  ['--from 36h', 'erin-1d'],
  ['--from 2w --to 36h', 'erin-10d erin-3d'],
  [`--owner alice --to ${date(1)}`, 'alice-1'],
  ['--to 2018-09-12', 'first'], // Session Manager was announced on 11 September 2018
])('sessions %s finds those that started then: %s', async (flags, ids) => {
  expect((await find(flags)).ids).toBe(ids)
})

test('sessions without a time are those of the last 30 days, which is said', async () => {
  const before = Date.now()
  const { ids, said } = await find('')

  expect(ids).toBe('erin-29d erin-10d erin-3d erin-1d')
  const [, from = '', reads] =
    /^Of the last 30 days \(--from (\S+)\), as no time is given\.\n(.*)$/s.exec(said) ?? []
  expect(reads).toBe(read('ByDay', 32, 4, 4, 2))
  const late = Date.parse(from) - (before - 30 * 24 * HOUR_MS)
  expect(late).toBeGreaterThanOrEqual(0)
  expect(late).toBeLessThan(30_000)
})

test.each([
  [`--at ${day(0, '08:59:59.999')}`, 'carol-lost'],
  [`--at ${day(0, '09:00:00.000')}`, 'carol-lost alice-1'],
  [`--at ${day(0, '09:29:59.999')}`, 'carol-lost alice-1'],
  [`--at ${day(0, '09:30:00.000')}`, 'carol-lost'],
  [`--at ${day(3, '08:00:00.000')}`, 'bob-long carol-open'],
  [`--at ${day(4, '11:59:59.999')} --min-duration 4d`, 'bob-long carol-open'],
  [`--at ${day(4, '12:00:00.000')}`, 'carol-open'],
  [`--at ${day(3, '08:00:00.000')} --from ${date(1)}`, 'carol-open'],
  [`--at ${day(3, '08:00:00.000')} --to ${date(1)} --owner bob`, 'bob-long'],
  ['--at 1h', 'carol-open'],
])('sessions %s finds those that had started and are not known to have ended: %s', async (flags, ids) => {
  expect((await find(flags)).ids).toBe(ids)
})

const SPARSE = 'OpenSessions, LongSessions,'

test.each([
  [
    `--at ${day(1, '11:00:00.000')}`,
    'carol-lost bob-long alice-2',
    read(`${SPARSE} ByDay`, 4, 2 + 2 + 2, 3, 2),
  ],
  // If its end is unknown, a session counts as connected until it was found missing.
  [
    `--at ${day(2, '11:59:59.999')} --target i-web`,
    'carol-lost',
    read(`${SPARSE} ByTarget`, 3, 2 + 2 + 2, 1, 1.5),
  ],
  [`--at ${day(2, '12:00:00.000')} --owner carol`, '', read(`${SPARSE} ByOwnerName`, 3, 2 + 2 + 0, 0, 1)],
])('sessions %s reads a day and the sparse indexes and finds: %s', async (flags, ids, said) => {
  expect(await find(flags)).toEqual({ ids, said })
})

const more = (limit: number) => `There are more: --limit ${limit} is reached.\n`

test.each([
  ['--limit 2', 'alice-1 alice-2', more(2)],
  ['--limit 3', 'alice-1 alice-2 alice-3', ''],
  ['--limit 1 --newest-first', 'alice-3', more(1)],
  ['--newest-first', 'alice-3 alice-2 alice-1', ''],
])('sessions %s finds the first ones or the newest ones: %s', async (flags, ids, said) => {
  const found = await find(`--owner alice ${SINCE} ${flags}`)
  expect(found.ids).toBe(ids)
  expect(found.said.replace(/^Read .*\n/m, '')).toBe(said)
})

test('--limit with a time reads no more days than are under way', async () => {
  const { ids, said } = await find(`${SINCE} --limit 2`)
  expect(ids).toBe('carol-lost alice-1')
  expect(said).toMatch(/^There are more: --limit 2 is reached\.\nRead ByDay: [1-5] calls, /)
})

test('--min-duration takes a missing session to have lasted until it was last known active', async () => {
  const other = await openFilledArchive()
  await other.keep([session('missing', day(0), undefined, {})])
  await other.store.markMissing('missing', day(2, '12:00:00.000'), day(2))
  const lasted = async (time: string) =>
    (await other.ask('sessions', ['--open', '--min-duration', time, '--output', 'jsonl'])).stdout
  expect([await lasted('2d'), await lasted('49h')]).toEqual([expect.stringContaining('"missing"'), ''])
  await other.close()
})

test('--region says where the tables are, and is no condition', async () => {
  const since = archive.proxy.calls.length
  expect((await find(`--region us-east-1 ${DAYS}`)).ids).toBe(IN_DAYS)
  for (const { credential } of archive.proxy.calls.slice(since))
    expect(credential).toMatch(/\/us-east-1\/dynamodb\//)
})

describe('sessions, if the database fails half-way,', () => {
  const DENIED = { type: 'AccessDeniedException', message: 'not authorized to perform: dynamodb:Query' }
  const refuse = (refusal: DatabaseFault, n: number) => {
    archive.proxy.fault = ({ body }) =>
      body.ExpressionAttributeValues?.[':key']?.S === date(n) ? refusal : undefined
  }
  const FAILED =
    'session-archive: failed after 4 sessions, this is not all: not authorized to perform: dynamodb:Query\n'
  /** The last one of those days is held back: others may have started at the same time. */
  const PRINTED = IN_DAYS.split(' ').slice(0, 4)
  const FLAGS = DAYS.split(' ')

  test.each(['jsonl', 'csv'])('says how many it printed as %s, and that this is not all', async (format) => {
    refuse(DENIED, 2)
    const { status, stdout, stderr } = await archive.ask('sessions', [...FLAGS, '--output', format])
    const ids = readBack(format, stdout).map(({ SessionId }) => SessionId)
    expect({ status, stderr, ids }).toEqual({ status: 1, stderr: FAILED, ids: PRINTED })
  })

  test('says how many it printed as a table, and leaves the array of JSON open', async () => {
    refuse(DENIED, 2)
    const [table, json] = await Promise.all([
      archive.ask('sessions', FLAGS),
      archive.ask('sessions', [...FLAGS, '--output', 'json']),
    ])
    expect([table, json]).toMatchObject([
      { status: 1, stderr: FAILED },
      { status: 1, stderr: FAILED },
    ])
    expect(table.stdout.match(/\S+$/gm)?.slice(1)).toEqual(PRINTED)
    expect(() => JSON.parse(json.stdout)).toThrow(SyntaxError)
    expect(JSON.parse(`${json.stdout}]`)).toMatchObject(PRINTED.map((SessionId) => ({ SessionId })))
  })

  test('prints nothing if nothing was printed before', async () => {
    refuse(DENIED, 0)
    const run = await archive.ask('sessions', [...FLAGS, '--output', 'json'])
    expectFailure(run, /^session-archive: not authorized to perform: dynamodb:Query$/)
  })

  test('asks again if the failure may pass, and nothing is missing or doubled', async () => {
    let failures = 0
    archive.proxy.fault = () => (failures++ % 2 === 0 && failures < 8 ? 'throttle' : undefined)
    expect(await find(DAYS)).toEqual({ ids: IN_DAYS, said: ofDays(7) })
    expect(failures).toBeGreaterThan(7)
  })
})

const TIME = 'Expected a date or a time with its zone, such as 2026-11-24T09:30:00Z.'
const DURATION = 'Expected a duration such as 90m, 36h, 7d or 2w.'

test.each<[string[], string]>([
  [['--nope'], "unknown option '--nope'"],
  [['alice'], 'Expected 0 arguments but got 1'],
  [['--from', '2026-02-30'], `'--from <time>' argument '2026-02-30' is invalid. ${TIME}`],
  [['--to', '2026-11-24T09:30'], `'--to <time>' argument '2026-11-24T09:30' is invalid. ${TIME}`],
  [['--at', 'yesterday'], `'--at <time>' argument 'yesterday' is invalid. ${TIME}`],
  [['--from', '1969-12-31'], "argument '1969-12-31' is invalid. Expected a time after 1970."],
  [['--from', '999999999d'], "argument '999999999d' is invalid. Expected a time after 1970."],
  [['--from', '9999999999d'], `argument '9999999999d' is invalid. ${DURATION}`],
  [
    ['--from', '2026-02-02', '--to', '2026-02-01T23:59:59.999Z'],
    'received --from 2026-02-02T00:00:00.000Z and --to 2026-02-01T23:59:59.999Z, expected --from before --to',
  ],
  [
    ['--from', '2026-02-02', '--to', '2026-02-02T01:00+01:00'],
    'received --from 2026-02-02T00:00:00.000Z and --to 2026-02-02T00:00:00.000Z, expected --from before --to',
  ],
  [['--min-duration', '5 minutes'], `'--min-duration <time>' argument '5 minutes' is invalid. ${DURATION}`],
  [['--status', 'open'], "argument 'open' is invalid. Allowed choices are Connected, Connecting,"],
  [['--access-type', 'jit'], "argument 'jit' is invalid. Allowed choices are Standard, JustInTime."],
  [['--limit', '0'], "'--limit <n>' argument '0' is invalid. Expected a whole number of 1 or more."],
  [['--account', '1234'], "'--account <id>' argument '1234' is invalid. Expected an account of 12 digits."],
  [['--source-region', 'Ireland'], "argument 'Ireland' is invalid. Expected a region such as eu-west-1."],
  [['--owner', ''], "'--owner <name>' argument '' is invalid. Expected some text."],
  [['--reason', ' '], "'--reason <text>' argument ' ' is invalid. Expected some text."],
  [['--target'], "'--target <id>' argument missing"],
  [['--output', 'yaml'], "argument 'yaml' is invalid. Allowed choices are table, json, jsonl, csv."],
  [['--owner', `x${'ö'.repeat(1024)}`], 'Expected at most 2048 bytes.'],
])('sessions %j is wrong usage and refused before anything is asked', async (args, message) => {
  const calls = archive.proxy.calls.length
  const run = await archive.ask('sessions', args)
  expectWrongUsage(run, message)
  expect(archive.proxy.calls.length).toBe(calls)
})
