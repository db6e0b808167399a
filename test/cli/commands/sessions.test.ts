import { expectFailure, expectWrongUsage, retryAtOnce, runCli } from '../../support/cli'
import { daysAgo, type Kept, receipt, SOURCE, useFilledArchive } from '../../support/filled-archive'
import { readBack } from '../../support/read-back'

retryAtOnce()

const HOUR_MS = 60 * 60 * 1000
const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR_MS).toISOString()

/** `day(0)` is 60 days ago. */
const day = (n: number, time?: string) => daysAgo(60 - n, time)
const date = (n: number) => day(n).slice(0, 10)

const OTHER = { accountId: '444455556666', region: 'us-east-1' }
const ALICE_ADMIN = 'arn:aws:sts::111122223333:assumed-role/Admin/alice'
const ROLE = 'arn:aws:iam::111122223333:role/teams/ops/Admin'
const EC2 = 'arn:aws:ec2:eu-west-1:111122223333:instance'
const SHELL = 'SSM-SessionManagerRunShell'
const SSH = 'AWS-StartSSHSession'
const BOB = { Owner: 'arn:aws:sts::111122223333:assumed-role/Admin/bob' }
const ERIN = { Owner: 'arn:aws:iam::111122223333:user/erin' }
const CAROL = { Owner: 'arn:aws:sts::111122223333:assumed-role/Admin/carol' }

const NAMED = { TargetName: 'Payments-DB', TargetSource: 'test', TargetAsOf: day(0) }

const session = (SessionId: string, from: string, until: string, more: Partial<Kept>): Kept => {
  const dates = { StartDate: Date.parse(from) / 1000, EndDate: Date.parse(until) / 1000 }
  return { SessionId, Status: 'Terminated', ...dates, ...more }
}
const openSession = (SessionId: string, from: string, more: Partial<Kept>): Kept => {
  return { SessionId, state: 'Active', Status: 'Connected', StartDate: Date.parse(from) / 1000, ...more }
}
/** It lasted an hour. */
const erin = (days: number, more: Partial<Kept> = {}) =>
  session(`erin-${days}d`, hoursAgo(days * 24), hoursAgo(days * 24 - 1), { ...ERIN, ...more })

const SESSIONS: readonly Kept[] = [
  session('first', '2018-09-11T00:00:00Z', '2018-09-11T00:01:00Z', {}),
  openSession('carol-lost', day(0), { ...CAROL, Target: 'i-feb' }),
  session('alice-1', day(0, '09:00:00.000'), day(0, '09:30:00.000'), {
    ...{ Owner: ALICE_ADMIN, Target: 'i-feb', DocumentName: SHELL },
    ...{ Reason: 'INC-4711 disk full', AccessType: 'Standard' },
  }),
  session('bob-long', day(0, '12:00:00.000'), day(4, '12:00:00.000'), { ...BOB, Target: 'i-db' }),
  session('alice-2', day(1, '10:00:00.000'), day(1, '12:00:00.000'), {
    Owner: 'arn:aws:sts::111122223333:assumed-role/ReadOnly/alice',
    ...{ Target: 'i-db', DocumentName: SSH, Reason: 'again: inc-4711', AccessType: 'JustInTime' },
    target: NAMED,
  }),
  session('bob-1', day(1, '23:59:59.999'), day(2, '01:00'), { ...BOB, Target: 'i-feb', Reason: 'patching' }),
  session('alice-3', day(2), day(2, '00:10:00.000'), {
    Owner: 'arn:aws:iam::444455556666:user/ops/alice',
    ...{ Target: 'i-feb', Status: 'Disconnected', source: OTHER },
  }),
  openSession('carol-open', day(3, '08:00:00.000'), { ...CAROL, Target: 'i-db', target: NAMED }),
  ...[erin(29), erin(10), erin(3), erin(1, { source: OTHER })],
  { SessionId: 'no-start', state: 'Active', Status: 'Connecting' },
]

const archive = useFilledArchive(async ({ keep, store }) => {
  await keep(SESSIONS, new Date(day(3, '09:00:00.000')))
  await store.markMissing('carol-lost', day(2, '12:00:00.000'), day(2, '11:00:00.000'))
  await store.markEndUnknown('carol-lost', SOURCE, day(2, '12:00:00.000'))
})

const idsIn = (format: string, printed: string) => readBack(format, printed).map(({ SessionId }) => SessionId)

/** Returns the ids of the sessions found, and what was said about the search. */
async function find(flags: string) {
  const args = `--output jsonl --explain ${flags}`.trim().split(' ')
  const { status, stdout, stderr } = await archive.ask('sessions', args)
  expect(status).toBe(0)
  const said = stderr.replace(
    /^(Of the name|Not narrowed to|About|Left out:|No sweep has left|\d+ open session|Stale:).*\n/gm,
    '',
  )
  return { ids: idsIn('jsonl', stdout).join(' '), said, stderr }
}

/** What --explain says. */
const read = (index: string, calls: number, items: number, returned: number, units: number) =>
  `Read ${index}: ${calls} calls, ${items} items read, ${returned} returned, ${units} read units.\n`

const sparse = (index: string, ...counts: [number, number, number, number]) =>
  read(`OpenSessions, LongSessions, ${index}`, ...counts)

/** Only erin's sessions did not start in this time. */
const SINCE = `--from ${date(0)}`
/** Four days, and the seven sessions that started in them. */
const DAYS = `--from ${date(0)} --to ${date(4)}`
const IN_DAYS = 'carol-lost alice-1 bob-long alice-2 bob-1 alice-3 carol-open'
const ALICE_AND_BOB = 'alice-1 bob-long alice-2 bob-1 alice-3'
const ofDays = (returned: number) => read('ByDay', 4, 7, returned, 2)

test.each([
  [`--owner alice ${SINCE}`, 'alice-1 alice-2 alice-3', read('ByOwnerKey', 1, 3, 3, 0.5)],
  [`--owner ${ALICE_ADMIN} ${SINCE}`, 'alice-1 alice-2 alice-3', read('ByOwnerKey', 1, 3, 3, 0.5)],
  [`--owner ALICE ${SINCE}`, 'alice-1 alice-2 alice-3', read('ByOwnerKey', 1, 3, 3, 0.5)],
  [`--owner alice --owner bob --owner Bob ${SINCE}`, ALICE_AND_BOB, read('ByOwnerKey', 2, 5, 5, 1)],
  [`--owner al* --owner bob ${DAYS}`, ALICE_AND_BOB, ofDays(5)],
  [`--role Admin ${DAYS}`, 'carol-lost alice-1 bob-long bob-1 carol-open', ofDays(5)],
  [
    `--role ${ROLE} --role readonly ${DAYS}`,
    'carol-lost alice-1 bob-long alice-2 bob-1 carol-open',
    ofDays(6),
  ],
  [`--role read* --owner alice ${SINCE}`, 'alice-2', read('ByOwnerKey', 1, 3, 1, 0.5)],
  [`--target i-db ${SINCE}`, 'bob-long alice-2 carol-open', read('ByTarget', 1, 3, 3, 0.5)],
  [`--target ${EC2}/i-db ${SINCE}`, 'bob-long alice-2 carol-open', read('ByTarget', 1, 3, 3, 0.5)],
  [`--target i-db --target i-feb ${SINCE}`, IN_DAYS, read('ByTarget', 2, 7, 7, 1)],
  [`--target payments-db ${SINCE}`, 'alice-2 carol-open', read('ByTarget, ByTargetKey', 2, 2, 2, 0.5)],
  [
    `--target PAYMENTS-DB --target i-db ${SINCE}`,
    'bob-long alice-2 carol-open',
    read('ByTarget, ByTargetKey', 3, 5, 3, 1),
  ],
  [`--target pay* ${DAYS}`, 'alice-2 carol-open', ofDays(2)],
  [`--target i-* --target i-db ${DAYS}`, IN_DAYS, ofDays(7)],
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
  [`--owner alice --target i-feb ${SINCE}`, 'alice-1 alice-3', read('ByOwnerKey', 1, 3, 2, 0.5)],
  [`--owner alice --from ${date(1)} --to ${date(2)}`, 'alice-2', read('ByOwnerKey', 1, 1, 1, 0.5)],
  [`--target i-feb --reason patch ${SINCE}`, 'bob-1', read('ByTarget', 1, 4, 1, 0.5)],
  ['--open --owner carol --min-duration 8w', 'carol-open', read('OpenSessions', 1, 2, 1, 0.5)],
  ['--open --min-duration 9w', '', read('OpenSessions', 1, 2, 0, 0.5)],
  [`--open --from ${day(3, '08:00:00.000')}`, 'carol-open', read('OpenSessions', 1, 2, 1, 0.5)],
  [`--open --to ${day(3, '08:00:00.000')}`, '', read('OpenSessions', 1, 2, 0, 0.5)],
  [
    `--owner alice --target i-feb --status Terminated --document ${SHELL} --reason disk --account 111122223333 --source-region eu-west-1 --access-type Standard --min-duration 30m --at ${day(0, '09:10:00.000')} ${SINCE}`,
    'alice-1',
    read('ByOwnerKey', 1, 1, 1, 0.5),
  ],
  // A day, and the sparse indexes.
  [`--at ${day(1, '11:00:00.000')}`, 'carol-lost bob-long alice-2', sparse('ByDay', 4, 2 + 2 + 2, 3, 2)],
  // If its end is unknown, a session counts as connected until it was found missing.
  [`--at ${day(2, '11:59:59.999')} --target i-feb`, 'carol-lost', sparse('ByTarget', 3, 2 + 2 + 2, 1, 1.5)],
  [`--at ${day(2, '12:00:00.000')} --owner carol`, '', sparse('ByOwnerKey', 3, 2 + 2 + 0, 0, 1)],
])('sessions %s finds those that meet every condition: %s', async (flags, ids, said) => {
  expect(await find(flags)).toMatchObject({ ids, said })
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
  // --at: had started, and is not known to have ended.
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
])('sessions %s finds those of that time: %s', async (flags, ids) => {
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

test('sessions by a person say that other names of the same person are left out', async () => {
  const { stderr } = await archive.ask('sessions', [
    '--owner',
    'alice',
    '--owner',
    'al*',
    ...SINCE.split(' '),
  ])
  expect(stderr).toContain('Of the name alice or al*, in upper or lower case.\nLeft out: other names of')
})

test('an open session is shown with when it was last seen, and as stale if no sweep has confirmed it', async () => {
  const { stdout, stderr } = await archive.ask('sessions', ['--open'])
  const [head, ...rows] = stdout.split('\n').map((line) => line.split(/ {2,}/))
  expect(head?.slice(0, 3)).toEqual(['StartDate (UTC)', 'Duration', 'LastSeen (UTC)'])
  const seen = day(3, '09:00:00').slice(0, 19).replace('T', ' ')
  expect(rows[1]?.slice(1, 3)).toEqual(['open, stale', seen])
  expect(stderr).toContain(
    `2 open sessions, last seen at ${seen} UTC or later.\nStale: 2, not confirmed for 25 hours, in 111122223333/eu-west-1.\n`,
  )
})

describe('sessions in an archive that is swept, and keeps records for 45 days,', () => {
  const swept = useFilledArchive(async ({ keep, ledger, swept }) => {
    await keep([openSession('old', day(50), { ...CAROL, Target: 'i-db' })], new Date(day(50)))
    const now = new Date().toISOString()
    const covers = { CoversFrom: day(-40), CoversUntil: day(20), RetentionDays: 45 }
    await swept(receipt(day(20), covers))
    await swept(receipt(now, { CoversFrom: day(20), CoversUntil: now }))
    const failed = { Source: '444455556666/us-east-1', Outcome: 'failed' } as const
    await swept(receipt(now, failed))
    const gap = { Source: '777788889999/eu-west-3', CoversFrom: day(0) }
    await swept(receipt(day(10), { ...gap, CoversUntil: day(10) }))
    await swept(receipt(hoursAgo(41), { ...gap, CoversFrom: day(12), CoversUntil: hoursAgo(41) }))
    for (const rawJson of ['{}', '"'.padEnd(200_000)])
      await ledger.putRejected(SOURCE, 'sweep', { rawJson, reason: 'too large' })
  })

  test('an open session that the last complete sweep has seen is not stale', async () => {
    const { stdout, stderr } = await swept.ask('sessions', ['--open', '--output', 'jsonl'])
    expect(JSON.parse(stdout)).toMatchObject({ SessionId: 'old' })
    expect(stdout).not.toContain('Stale')
    expect(stderr).toMatch(/^1 open session, last seen at .* UTC or later\.\n/)
    expect(stderr).not.toContain('Stale')
  })

  const denied = { type: 'AccessDeniedException', message: 'denied \u001b[31m' }
  test.each([
    [['--open'], /When they were last confirmed cannot be read: denied \\u\{1b\}/],
    [['--from', '50d'], /Whether sessions are missing here cannot be read: denied \\u\{1b\}/],
  ])('%j says so if it cannot know', async (args, said) => {
    swept.proxy.fault = ({ body }) => (body.TableName === 'Sweeps' ? denied : undefined)
    expect(await swept.ask('sessions', args)).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(said),
    })
  })

  test.each([
    ['--from 50d', true],
    ['--at 46d', true],
    ['--owner carol --to 2w', true],
    ['--from 44d', false],
    ['--from 2w', false],
    ['--from 50d --source-region eu-west-9', false],
    ['--open --from 50d', false],
  ])('%s says that records may have expired: %s', async (flags, isSaid) => {
    const { stderr } = await swept.ask('sessions', flags.split(' '))
    expect(/: records of sessions that ended before .* may have expired/.test(stderr)).toBe(isSaid)
  })

  const paris = '--source-region eu-west-3'
  test.each([
    [`--from 24h ${paris}`, /^777788889999\/eu-west-3: not swept completely since .* UTC\.\n/m],
    [`--from 30d ${paris} --to 25h`, /^777788889999\/eu-west-3: not swept completely since/m],
    [`--open ${paris}`, /^777788889999\/eu-west-3: not swept completely since/m],
    [`--from 70d ${paris}`, /^777788889999\/eu-west-3: not covered before .* UTC: no sweep reaches/m],
    [`--owner x --to 65d ${paris}`, /^777788889999\/eu-west-3: not covered before/m],
    [`--at 65d ${paris}`, /^777788889999\/eu-west-3: not covered before/m],
    [`--from 55d ${paris}`, /^777788889999\/eu-west-3: 1 gap between .* may be missing\.$/m],
    ['--account 444455556666 --from 2d', /^444455556666\/us-east-1: no sweep was complete yet/m],
    ['--from 2d --source-region eu-west-1', /^Last swept completely at .* UTC or later\.$/m],
    ['--source-region eu-west-1', /^2 sessions could not be stored as records: see REJECTED# in/m],
    ['--source-region eu-west-9', /^eu-west-9 was never swept: .* Swept: 111122223333\/eu-west-1, 4/m],
    ['--account 999999999999', /^999999999999 was never swept: none of its sessions is here\./m],
  ])('%s says what may be missing: %s', async (flags, said) => {
    expect((await swept.ask('sessions', flags.split(' '))).stderr).toMatch(said)
  })

  test('sessions says so if it was not told which table has the receipts', async () => {
    const { endpoint } = swept.proxy
    const { stderr } = await runCli(['sessions', '--table', 'Sessions', '--endpoint-url', endpoint])
    expect(stderr).toMatch(/^What may be missing here is not known without --sweeps-table\.$/m)
  })

  test('what is covered is said to be current, and nothing else', async () => {
    const { stderr } = await swept.ask('sessions', ['--from', '2d', '--source-region', 'eu-west-1'])
    expect(stderr).toMatch(
      /^No session found\.\nAbout 111122223333\/eu-west-1\.\nLast swept completely .*\n2 sessions could .*\n$/,
    )
  })
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

test('--region says where the tables are, and is no condition', async () => {
  expect((await find(`--region us-east-1 ${DAYS}`)).ids).toBe(IN_DAYS)
  for (const { credential } of archive.proxy.calls) expect(credential).toMatch(/\/us-east-1\/dynamodb\//)
})

describe('sessions, if the database fails half-way,', () => {
  /** Refuses to read the day n. */
  const refuse = (n: number) => {
    const denied = { type: 'AccessDeniedException', message: 'not authorized to perform: dynamodb:Query' }
    archive.proxy.fault = ({ body }) =>
      body.ExpressionAttributeValues?.[':key']?.S === date(n) ? denied : undefined
  }
  const FAILED =
    'session-archive: failed after 4 sessions, this is not all: not authorized to perform: dynamodb:Query\n'
  /** The last one of those days is held back: others may have started at the same time. */
  const PRINTED = IN_DAYS.split(' ').slice(0, 4)
  const FLAGS = DAYS.split(' ')

  test.each<[string, (stdout: string) => unknown]>([
    ['table', (stdout) => stdout.match(/\S+$/gm)?.slice(1)],
    ['json', (stdout) => idsIn('json', `${stdout}]`)], // the array stays open
    ['jsonl', (stdout) => idsIn('jsonl', stdout)],
    ['csv', (stdout) => idsIn('csv', stdout)],
  ])('says how many it printed as %s, and that this is not all', async (format, read) => {
    refuse(2)
    const { status, stdout, stderr } = await archive.ask('sessions', [...FLAGS, '--output', format])
    expect({ status, stderr, ids: read(stdout) }).toEqual({ status: 1, stderr: FAILED, ids: PRINTED })
  })

  test('prints nothing if nothing was printed before', async () => {
    refuse(0)
    const run = await archive.ask('sessions', [...FLAGS, '--output', 'json'])
    expectFailure(run, /^session-archive: not authorized to perform: dynamodb:Query$/)
  })

  test('asks again if the failure may pass, and nothing is missing or doubled', async () => {
    let failures = 0
    archive.proxy.fault = () => (failures++ % 2 === 0 && failures < 8 ? 'throttle' : undefined)
    expect(await find(DAYS)).toMatchObject({ ids: IN_DAYS, said: ofDays(7) })
    expect(failures).toBeGreaterThan(7)
  })
})

const TIME = 'Expected a date or a time with its zone, such as 2026-11-24T09:30:00Z.'
const DURATION = 'Expected a duration such as 90m, 36h, 7d or 2w.'
const notBefore = (to: string) =>
  `received --from 2026-02-02T00:00:00.000Z and --to ${to}, expected --from before --to`

test.each<[string[], string]>([
  [['alice'], 'Expected 0 arguments but got 1'],
  [['--from', '2026-02-30'], `'--from <time>' argument '2026-02-30' is invalid. ${TIME}`],
  [['--to', '2026-11-24T09:30'], `'--to <time>' argument '2026-11-24T09:30' is invalid. ${TIME}`],
  [['--at', 'yesterday'], `'--at <time>' argument 'yesterday' is invalid. ${TIME}`],
  [['--from', '1969-12-31'], "argument '1969-12-31' is invalid. Expected a time from 1970 to 9999."],
  [['--from', '9999-12-31T23:59-01:00'], 'Expected a time from 1970 to 9999.'], // it would sort before all others
  [['--from', '999999999d'], "argument '999999999d' is invalid. Expected a time from 1970 to 9999."],
  [['--from', '9999999999d'], `argument '9999999999d' is invalid. ${DURATION}`],
  [['--from', '2026-02-02', '--to', '2026-02-01T23:59:59.999Z'], notBefore('2026-02-01T23:59:59.999Z')],
  [['--from', '2026-02-02', '--to', '2026-02-02T01:00+01:00'], notBefore('2026-02-02T00:00:00.000Z')],
  [['--min-duration', '5 minutes'], `'--min-duration <time>' argument '5 minutes' is invalid. ${DURATION}`],
  [['--status', 'open'], "argument 'open' is invalid. Allowed choices are Connected, Connecting,"],
  [['--access-type', 'jit'], "argument 'jit' is invalid. Allowed choices are Standard, JustInTime."],
  [['--limit', '0'], "'--limit <n>' argument '0' is invalid. Expected a whole number of 1 or more."],
  [['--account', '1234'], "argument '1234' is invalid. Expected an account of 12 digits, or its name."],
  [['--source-region', 'Ireland'], "argument 'Ireland' is invalid. Expected a region such as eu-west-1."],
  [['--owner', ''], "'--owner <name...>' argument '' is invalid. Expected some text."],
  [['--owner', ROLE], "This is a role, not a person: expected '--role Admin'."],
  [['--owner', 'arn:aws:sts::111122223333:assumed-role/Ops'], "expected '--role Ops'."],
  [
    ['--owner', 'arn:aws:identitystore:::user/9067-1'],
    'Expected a name, or the ARN of a user, of a role with',
  ],
  [
    ['--owner', 'arn:aws:iam::111122223333:group/Ops'],
    'Expected a name, or the ARN of a user, of a role with',
  ],
  [['--owner', '*alice'], "'--owner <name...>' argument '*alice' is invalid. Expected * at the end only."],
  [['--role', 'arn:aws:iam::111122223333:user/alice'], "not of a role: expected '--owner' for a person"],
  [['--target', 'arn:aws:ecs:eu-west-1:1:service/prod/api'], 'Expected an id, or the ARN of an instance,'],
  [['--reason', ' '], "'--reason <text>' argument ' ' is invalid. Expected some text."],
  [['--target'], "'--target <name...>' argument missing"],
  [['--output', 'yaml'], "argument 'yaml' is invalid. Expected table, json, jsonl, csv, or a file for Excel"],
  [['--owner', `x${'ö'.repeat(1024)}`], 'Expected at most 2048 bytes.'],
])('sessions %j is wrong usage and refused before anything is asked', async (args, message) => {
  expectWrongUsage(await archive.ask('sessions', args), message)
  expect(archive.proxy.calls).toEqual([])
})
