import type { Entry, ReceiptEntry, RetentionEntry, RevisionEntry, RosterEntry } from '../../evidence/entry'
import { Ledger } from '../../evidence/ledger'

const PERIOD = { from: '2026-01-01', to: '2026-02-01' }
const SOURCE = '111122223333/eu-west-1'
const sweepAt = (time: string) => `2026-01-${time}:00:00.000Z-0a1b2c3d`
const SWEEP = sweepAt('10T01')
const HASH = 'a'.repeat(64)

const revision = (session: string, change: Partial<RevisionEntry> = {}): RevisionEntry => ({
  ...{ type: 'revision', source: SOURCE, session: session.repeat(64), startDay: '2026-01-10', revision: 1 },
  ...{ state: 'History', change: 'archived', sweep: SWEEP, commitment: HASH, ...change },
})
const receipt = (change: Partial<ReceiptEntry> = {}): ReceiptEntry => ({
  ...{
    type: 'receipt',
    source: SOURCE,
    sweep: SWEEP,
    finishedAt: '2026-01-10T01:05:00.000Z',
    outcome: 'complete',
  },
  ...{ archived: 1, updated: 0, rejected: 0, hash: HASH, ...change },
})
const LATER = receipt({ sweep: sweepAt('20T01'), finishedAt: '2026-01-20T01:00:00.000Z', archived: 0 })

function read(...entries: Entry[]): Ledger {
  const ledger = new Ledger(PERIOD)
  for (const [index, entry] of entries.entries()) ledger.read(entry, index)
  return ledger
}

describe('a sweep', () => {
  test('is accounted for if its receipt counts what the log has of it, in whichever order they come', () => {
    for (const entries of [
      [revision('a'), receipt()],
      [receipt(), revision('a')],
    ])
      expect(read(...entries, LATER).unaccounted().list).toEqual([])
    const updated = revision('a', { change: 'updated', revision: 2, sweep: sweepAt('11T01') })
    const counts = receipt({ sweep: sweepAt('11T01'), archived: 0, updated: 1 })
    expect(read(revision('a'), receipt(), updated, counts, LATER).unaccounted().list).toEqual([])
  })

  test.each([
    ['left no receipt', [revision('a')], 'left no receipt'],
    ['counts less', [revision('a'), revision('b'), receipt()], 'counted 1 and 0'],
    ['counts more', [revision('a'), receipt({ archived: 2 })], 'counted 2 and 0'],
    ['counts otherwise', [revision('a'), receipt({ archived: 0, updated: 1 })], 'counted 0 and 1'],
    [
      'is of another source',
      [revision('a'), receipt({ source: '111122223333/us-east-1' })],
      'left no receipt',
    ],
  ])('whose receipt %s is not accounted for', (_what, entries, message) => {
    expect(
      read(...entries, LATER)
        .unaccounted()
        .list.join(),
    ).toContain(message)
  })

  test('of the last hour may still wait for its receipt or its records, but has no more than its receipt counts', () => {
    const soon = receipt({ sweep: sweepAt('10T00'), finishedAt: '2026-01-10T01:30:00.000Z', archived: 0 })
    expect(read(revision('a'), soon).unaccounted().count).toBe(0)
    expect(read(receipt()).unaccounted().count).toBe(0)
    expect(read(revision('a'), receipt(), revision('b')).unaccounted().count).toBe(1)
    expect(read(revision('a'), revision('b'), receipt()).unaccounted().count).toBe(1)
  })

  test('of other times is not asked for', () => {
    const old = { startDay: '2025-06-01', sweep: '2025-06-02T00:00:00.000Z-0a1b2c3d' }
    expect(read(revision('a', old), LATER).unaccounted().count).toBe(0)
  })
})

test.each([
  ['as long as it must', 365, '2027-01-10', 0],
  ['shorter', 365, '2026-12-01', 1],
  ['not for ever', undefined, '2099-01-01', 1],
])('a record that is kept %s is judged by its sweep’s receipt', (_what, retentionDays, until, count) => {
  const kept = revision('a', { expiresAt: Date.parse(until) / 1000 })
  expect(read(kept, receipt({ retentionDays })).unexpected.count).toBe(count)
})

describe('changed expiries', () => {
  const RUN = sweepAt('10T02')
  const given = (session: string, days?: number, change: Partial<RevisionEntry> = {}) =>
    revision(session, {
      change: 'expiry',
      revision: 2,
      expiresAt: days && days * 86_400,
      retentionDays: days,
      ...change,
    })
  const run = (change: string, counts: Partial<RetentionEntry> = {}): RetentionEntry => ({
    ...{ type: 'retention', run: RUN, change, at: '2026-01-10T02:00:00.000Z', days: 60, hash: HASH },
    ...(change !== 'begun' && { changed: 1, uncertain: 0 }),
    ...counts,
  })
  const BEFORE = [revision('a'), receipt()]
  const RUN_AND_ENDED = [run('begun'), given('a', 60), run('complete')]
  const judged = (...entries: Entry[]) => {
    const ledger = read(...BEFORE, ...entries, LATER)
    const { unexpected, missing } = ledger.changedExpiries()
    return {
      unexpected: [...ledger.unexpected.list, ...unexpected.list],
      missing: missing.list,
      basis: ledger.retention.basis(),
    }
  }

  test('that a change of the retention explains are expected, and told of', () => {
    for (const entries of [RUN_AND_ENDED, [...RUN_AND_ENDED].reverse()])
      expect(judged(...entries)).toEqual({
        unexpected: [],
        missing: [],
        basis: [
          'expiry changed to 60 days after the end, by changes of the retention at 2026-01-10T02:00:00.000Z: records 1, sooner than before 1',
        ],
      })
    expect(read(...BEFORE, ...RUN_AND_ENDED, LATER).unaccounted().list).toEqual([])
  })

  test('of two runs, of which one was replaced, are counted together', () => {
    const replaced = run('superseded', { run: sweepAt('10T03'), changed: 0, uncertain: 1 })
    const twice = [...RUN_AND_ENDED, replaced, given('b', 60, { revision: 1 })]
    expect(judged(...twice)).toMatchObject({ unexpected: [], missing: [] })
  })

  test.each<[string, Entry[], string]>([
    ['without one', [given('a', 60)], '60 days after the end, and no change of the retention says so'],
    ['for ever without one', [given('a')], 'never, and no change'],
    [
      'to another time',
      [run('begun'), run('complete', { changed: 0 }), given('a', 59)],
      'changed to 59 days',
    ],
    ['in more records than it counted', [...RUN_AND_ENDED, given('a', 60, { revision: 3 })], 'counted 1'],
    ['long after it', [run('begun'), run('complete', { changed: 0 }), given('a', 60)], 'counted 0'],
  ])('%s are unexpected', (_what, entries, message) => {
    expect(judged(...entries).unexpected.join()).toContain(message)
  })

  test.each<[string, Entry[], string]>([
    [
      'by one that has not ended',
      [run('begun'), given('a', 60)],
      'the end of a change of the retention to 60 days',
    ],
    [
      'by fewer than it counted',
      [run('begun'), given('a', 60), run('complete', { changed: 2 })],
      'entries of 1 records',
    ],
  ])('%s are not proven', (_what, entries, message) => {
    expect(judged(...entries)).toMatchObject({ unexpected: [], missing: [expect.stringContaining(message)] })
  })

  test('of the last hour may wait for the change that explains them', () => {
    const { unexpected, missing } = read(...BEFORE, given('a', 60)).changedExpiries()
    expect([unexpected.count, missing.count]).toEqual([0, 1])
  })

  test('of other times are not asked for', () => {
    const old = { startDay: '2025-06-01', revision: 1 }
    expect(judged(given('c', 60, old))).toMatchObject({ unexpected: [], missing: [] })
  })
})

describe('coverage', () => {
  const roster = (state: string, until?: string, change: Partial<RosterEntry> = {}): RosterEntry => ({
    ...{
      type: 'roster',
      account: '111122223333',
      state: 'swept',
      since: '2026-01-01T00:00:00.000Z',
      listed: 'yes',
    },
    regions: { 'eu-west-1': { state, since: '2026-01-01T00:00:00.000Z', ...(until && { until }) } },
    ...change,
  })
  const covers = (from: string, until: string, outcome = 'complete') =>
    receipt({
      sweep: `${until}T00:00:00.000Z-${from.replaceAll('-', '')}`,
      archived: 0,
      outcome,
      coversFrom: day(from),
      coversUntil: day(until),
    })
  const day = (text: string) => `${text}T00:00:00.000Z`
  const asked = { from: day('2026-01-01'), until: day('2026-02-01') }
  const gaps = (...entries: Entry[]) =>
    read(...entries)
      .coverage.gaps(asked)
      .map(({ from, until }) => [from, until].map((time) => time.slice(5, 10)).join(' '))

  test('is what complete sweeps cover together', () => {
    expect(
      gaps(roster('swept'), covers('2025-12-20', '2026-01-10'), covers('2026-01-05', '2026-02-03')),
    ).toEqual([])
    expect(
      gaps(roster('swept'), covers('2026-01-20', '2026-02-03'), covers('2025-12-20', '2026-01-10')),
    ).toEqual(['01-10 01-20'])
    expect(
      gaps(roster('swept'), covers('2025-12-20', '2026-01-10'), covers('2026-01-01', '2026-02-03', 'failed')),
    ).toEqual(['01-10 02-01'])
    expect(gaps(roster('swept'))).toEqual(['01-01 02-01'])
  })

  test('of a source that is swept no more is asked for until it was left', () => {
    const before = [roster('swept'), covers('2025-12-20', '2026-01-10')]
    expect(gaps(...before, roster('retired', day('2026-01-10')))).toEqual([])
    expect(gaps(...before, roster('retired', day('2026-01-15')))).toEqual(['01-10 01-15'])
    expect(
      gaps(...before, roster('swept', undefined, { state: 'retired', until: day('2026-01-12') })),
    ).toEqual(['01-10 01-12'])
    expect(gaps(...before, roster('retired', day('2026-01-10')), roster('swept'))).toEqual(['01-10 02-01']) // back again
  })

  test('of a source that is said to have been left long ago is asked for as long as it was swept, and it is named', () => {
    const ledger = read(
      roster('swept'),
      covers('2025-12-20', '2026-01-20'),
      roster('excluded', day('2020-01-01')),
    )
    expect(ledger.coverage.gaps(asked)).toEqual([])
    const left = `${SOURCE} excluded since ${day('2026-01-20')}`
    expect(ledger.coverage.leftBefore(asked.until)).toEqual([left])
    expect(ledger.coverage.leftBefore(day('2026-01-01'))).toEqual([])
  })

  test('of what was left out from the start is not asked for, and accounts without a list are named', () => {
    expect(gaps(roster('excluded'))).toEqual([])
    const unlisted = roster('swept', undefined, { listed: 'no' })
    expect(read(unlisted).coverage.unlistedAccounts).toEqual(['111122223333'])
    expect(read(unlisted, roster('swept')).coverage.unlistedAccounts).toEqual([])
  })
})
