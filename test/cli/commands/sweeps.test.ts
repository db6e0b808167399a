import { expectFailure, expectWrongUsage } from '../../support/cli'
import { daysAgo, receipt, useFilledArchive } from '../../support/filled-archive'

const DAY_MS = 24 * 60 * 60 * 1000
const A = '111122223333/eu-west-1'
const B = '444455556666/us-east-1'
const C = '111122223333/us-east-1'
const D = '777788889999/ap-southeast-1'
const E = '777788889999/eu-west-1'

const covers = (from: number, until: number) => ({ CoversFrom: daysAgo(from), CoversUntil: daysAgo(until) })
const COUNTS = { Seen: 7, Archived: 3, Updated: 1, Unchanged: 3, Open: 2 }

/** Newest first. */
const RECEIPTS = [
  receipt(daysAgo(5), { Source: A, ...covers(35, 5), ...COUNTS }),
  receipt(daysAgo(10), { Source: B, Kind: 'recent', ...covers(20, 10) }),
  receipt(daysAgo(12, '10:00:00.001'), { Source: C, Outcome: 'incomplete' }),
  receipt(daysAgo(12, '10:00:00.000'), { Source: A, Outcome: 'failed', Error: 'Denied: \u001b[31m\u202e' }),
  receipt(daysAgo(13), { Source: C, Outcome: 'failed', Error: 'TimeoutError' }),
  receipt(daysAgo(20), { Source: B, ...covers(50, 20) }),
  receipt(daysAgo(40), { Source: A, ...covers(70, 40) }),
  receipt(daysAgo(45), { Source: D, ...covers(75, 45) }),
]

/** Records of more than 60 days ago have expired. */
const expiring = useFilledArchive(async ({ swept }) => {
  const kept = { RetentionDays: 60 }
  await swept(receipt(daysAgo(40), { Source: A, ...kept, ...covers(70, 40) }))
  await swept(receipt(daysAgo(0), { Source: A, ...kept, ...covers(40, 0) }))
  await swept(receipt(daysAgo(90), { Source: E, ...kept, ...covers(120, 90) }))
})

const empty = useFilledArchive(async () => {})
const archive = useFilledArchive(async ({ ledger, swept }) => {
  for (const one of RECEIPTS.toReversed()) await swept(one)
  for (const region of ['eu-west-1', 'us-east-1']) {
    const source = { accountId: '111122223333', region }
    for (const SessionId of ['', 'x'.repeat(3000)])
      await ledger.putRejected(source, 'sweep', { rawJson: `"${SessionId}"`, reason: 'no key' })
    const plan = { Kind: 'full', BegunAt: daysAgo(5), Slices: [], Sliced: false } as const
    await ledger.complete(source, plan, { AttemptedAt: daysAgo(5), Outcome: 'complete' })
  }
})

/** The receipts of an answer. */
async function find(...args: string[]) {
  const { status, stdout, stderr } = await archive.ask('sweeps', ['--output', 'json', ...args])
  return { status, receipts: JSON.parse(stdout), stderr }
}

const of = (source: string) => RECEIPTS.filter(({ Source }) => Source === source)
const failed = RECEIPTS.filter(({ Outcome }) => Outcome === 'failed')
const rejected = (count: number) =>
  `${count} sessions could not be stored as records: see REJECTED# in the Sweeps table.\n`
const more = (limit: number) => `There are more: --limit ${limit} is reached.\n`

test.each<[string[], readonly object[], string]>([
  [[], RECEIPTS, rejected(4)],
  [['--source', C], of(C), rejected(2)],
  [['--source', '111122223333/eu-west-9'], [], ''],
  [['--outcome', 'failed'], failed, rejected(4)],
  [['--outcome', 'complete', '--source', B], of(B), ''],
  [['--outcome', 'failed', '--source', B], [], ''],
  [['--limit', '3'], RECEIPTS.slice(0, 3), more(3) + rejected(4)],
  [['--limit', '8'], RECEIPTS, rejected(4)],
  [['--outcome', 'failed', '--limit', '1'], failed.slice(0, 1), more(1) + rejected(4)],
  [['--outcome', 'failed', '--limit', '2'], failed, rejected(4)],
])('sweeps %j finds those receipts and nothing else, newest first', async (args, receipts, stderr) => {
  expect(await find(...args)).toEqual({ status: 0, receipts, stderr })
})

test('sweeps prints a table of receipts', async () => {
  const { stdout } = await archive.ask('sweeps', ['--source', A])
  const [day5 = '', day12 = '', day40 = ''] = [5, 12, 40].map((days) => daysAgo(days).slice(0, 10))
  const rows = stdout.split('\n').map((line) => line.split(/ {2,}/).join('|'))
  expect(rows).toEqual([
    'StartedAt (UTC)|Source|Kind|Outcome|Seen|Archived|Updated|Rejected|Open|Error',
    `${day5} 00:00:00|${A}|full|complete|7|3|1|0|2`,
    `${day12} 10:00:00|${A}|full|failed|0|0|0|0|0|Denied: \\u{1b}[31m\\u{202e}`,
    `${day40} 00:00:00|${A}|full|complete|0|0|0|0|0`,
    '',
  ])
})

test.each(['80', '100'])('sweeps has the column Rejected in a terminal of %s columns', async (COLUMNS) => {
  const { stdout } = await archive.ask('sweeps', [], { environment: { COLUMNS } })
  expect(stdout.split('\n')[0]).toMatch(/ Rejected\b/)
  expect(stdout.split('\n')[0]?.length).toBeLessThanOrEqual(Number(COLUMNS))
})

test.each<[string, string[], number]>([
  ['finds 4 sources by one query of the roster', ['--limit', '1'], 1 + 2 * 4],
  ['reads no other source than the one that is named', ['--source', B], 1 + 2],
])('sweeps %s', async (_, args, queries) => {
  await find(...args)
  expect(archive.proxy.calls.map(({ operation, body }) => [operation, body.Limit])).toEqual(
    Array(queries).fill(['Query', undefined]),
  )
})

const line = (Source: string, Is: string, from: number, until: number) => {
  return { Source, Is, From: daysAgo(from), Until: daysAgo(until) }
}
const OF_A = [line(A, 'covered', 70, 40), line(A, 'GAP', 40, 35), line(A, 'covered', 35, 5)]
const OF_B = [line(B, 'covered', 50, 10)]
const nothing = (source: string) => `${source}: no sweep was complete yet: nothing is covered.\n`

test.each<[string, string, number, object[], string]>([
  [A, 'a gap between sweeps', 1, OF_A, `${rejected(2)}1 gap.\n`],
  [B, 'no gap', 0, OF_B, ''],
  [C, 'no complete sweep', 1, [], rejected(2) + nothing(C)],
  ['111122223333/eu-west-9', 'no sweep', 1, [], 'It was never swept: nothing is covered.\n'],
])('sweeps --coverage of %s: %s is exit status %i', async (source, _, status, receipts, stderr) => {
  expect(await find('--coverage', '--source', source)).toEqual({ status, receipts, stderr })
})

const since = (source: string, days: number) =>
  `${source}: not swept completely since ${daysAgo(days).slice(0, 10)} 00:00:00 UTC.\n`
const SWEPT = `Swept: ${A}, ${C}, ${B}, ${D}.\nNo other account or region was ever swept: none of its sessions is here.\n${since(A, 5)}${since(B, 10)}${since(D, 45)}`

test('sweeps --coverage: an expired time is neither covered nor a gap, and a source can have expired', async () => {
  const { stdout, stderr } = await expiring.ask('sweeps', ['--coverage', '--output', 'json', '--source', A])
  const lines: { Is: string; From: string; Until: string }[] = JSON.parse(stdout)
  expect({ stderr, lines: lines.map(({ Is, From }) => [Is, From]) }).toEqual({
    stderr: '',
    lines: [
      ['expired', daysAgo(70)],
      ['covered', lines[0]?.Until],
    ],
  })
  expect(Math.abs(Date.parse(lines[0]?.Until ?? '') - (Date.now() - 60 * DAY_MS))).toBeLessThan(30_000)
  const all = await expiring.ask('sweeps', ['--coverage'])
  expect(all).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/ {2}expired {2}.*\n.* {2}covered {2}/),
  })
  expect(all.stderr).toContain(`${E}: all has expired: nothing is covered.\n1 gap.\n`)
})

test('sweeps --coverage shows every source: there is a gap after the last sweep until 30 days ago, and no complete sweep is said', async () => {
  const before = Date.now()
  const { status, receipts, stderr } = await find('--coverage')
  const { Until, ...untilForgotten } = receipts.pop()
  expect({ status, receipts, stderr }).toEqual({
    status: 1,
    receipts: [...OF_A, ...OF_B, line(D, 'covered', 75, 45)],
    stderr: `${SWEPT}${rejected(4)}${nothing(C)}2 gaps.\n`,
  })
  expect(untilForgotten).toEqual({ Source: D, Is: 'GAP', From: daysAgo(45) })
  const late = Date.parse(Until) - (before - 30 * DAY_MS)
  expect(late).toBeGreaterThanOrEqual(0)
  expect(late).toBeLessThan(30_000)
})

test('sweeps --coverage prints a table of covered times and gaps', async () => {
  const { status, stdout, stderr } = await archive.ask('sweeps', ['--coverage', '--source', A])
  expect({ status, stderr }).toEqual({ status: 1, stderr: `${rejected(2)}1 gap.\n` })
  const at = (days: number) => `${daysAgo(days).slice(0, 10)} 00:00:00`
  expect(stdout.split('\n').map((text) => text.split(/ {2,}/))).toEqual([
    ['Source', 'Is', 'From (UTC)', 'Until (UTC)', 'Length'],
    [A, 'covered', at(70), at(40), '30d'],
    [A, 'GAP', at(40), at(35), '5d'],
    [A, 'covered', at(35), at(5), '30d'],
    [''],
  ])
})

test('sweeps says if an archive has no receipts, and --coverage is then exit status 1', async () => {
  expect(await empty.ask('sweeps')).toEqual({ status: 0, stdout: '', stderr: 'No receipt found.\n' })
  const stderr = 'No sweep has left a receipt yet: nothing is covered.\n'
  const run = await empty.ask('sweeps', ['--coverage', '--output', 'json'])
  expect(run).toEqual({ status: 1, stdout: '[]\n', stderr })
})

test('sweeps --coverage fails if it cannot read all receipts, and shows no gap', async () => {
  const denied = { type: 'AccessDeniedException', message: 'denied' }
  let queries = 0
  archive.proxy.fault = ({ operation }) => (operation === 'Query' && queries++ === 2 ? denied : undefined)
  expectFailure(await archive.ask('sweeps', ['--coverage']), /^session-archive: denied$/)
})

const OF_ALL = "'--coverage' is about all receipts: expected no --outcome or --limit with it"

test.each<[string[], string]>([
  [['--coverage', '--limit', '3'], OF_ALL],
  [['--coverage', '--outcome', 'failed'], OF_ALL],
  [['--source', '111122223333'], "'111122223333' is invalid. Expected an account and a region such as"],
  [
    ['--outcome', 'ok'],
    "argument 'ok' is invalid. Allowed choices are complete, incomplete, failed, unreachable,",
  ],
  [['--limit', '-1'], "argument '-1' is invalid. Expected a whole number of 1 or more."],
  [['--owner', 'alice'], "unknown option '--owner'"],
])('sweeps %j is wrong usage', async (args, message) => {
  expectWrongUsage(await archive.ask('sweeps', args), message)
})
