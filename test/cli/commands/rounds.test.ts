import { ROUNDS, type RoundReceipt } from '../../../archive/receipt'
import { expectWrongUsage, OBEYED_BY_TERMINALS, printedBy } from '../../support/cli'
import { useFilledArchive } from '../../support/filled-archive'

const round = (StartedAt: string, change: Partial<RoundReceipt> = {}): RoundReceipt => ({
  ...{ Source: ROUNDS, ItemId: `${StartedAt}-0a1b2c3d`, StartedAt, FinishedAt: StartedAt },
  ...{ Accounts: 3, Sources: 6, Due: 4, Sent: 0, Left: 0, Outcomes: { complete: 3, denied: 1 } },
  ...{
    DaysUntilLoss: 12.345,
    SourcesLate: 1,
    SourcesUnreachable: 0,
    SourcesDenied: 1,
    Worst: [],
    Version: '1',
  },
  ...change,
})
const TIMES = ['2026-11-01T01:00:00.000Z', '2026-11-01T02:00:00.000Z', '2026-11-01T03:00:00.000Z'] as const

const archive = useFilledArchive(async ({ ledger }) => {
  const [first, second, third] = TIMES
  for (const one of [round(second), round(third, { RosterProblem: 'no\u001b[31m' }), round(first)])
    await ledger.putReceipt(one)
})

test('sweeps --rounds shows what the schedule found each time, newest first', async () => {
  const printed = printedBy(await archive.ask('sweeps', ['--rounds', '--output', 'json']))
  expect(JSON.parse(printed).map(({ StartedAt }: RoundReceipt) => StartedAt)).toEqual(TIMES.toReversed())
  const { stdout, stderr } = await archive.ask('sweeps', ['--rounds', '--limit', '1'])
  expect(stdout).toMatch(/^2026-11-01 03:00:00 {2}6 +4 +0 +0 +1 +0 +1 +12\.3 +no\\u\{1b\}\[31m$/m)
  expect(stdout).not.toMatch(OBEYED_BY_TERMINALS)
  expect(stderr).toBe('There are more: --limit 1 is reached.\n')
})

test.each([
  [['--coverage']],
  [['--source', '111122223333/eu-west-1']],
  [['--outcome', 'failed']],
  [['--account', 'Shop']],
])('sweeps --rounds with %j is wrong usage', async (flags) => {
  expectWrongUsage(await archive.ask('sweeps', ['--rounds', ...flags]), "'--rounds' is about all sources")
})
