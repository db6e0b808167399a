import { canonicalJson } from '../../evidence/canonical-json'
import { parseEntry } from '../../evidence/entry'
import type { Item } from '../../evidence/item'
import { type ItemChange, toEntry, toLine, unexpected } from '../../evidence/to-entry'

const AT = new Date('2026-11-24T12:00:00Z')
const SWEEP = '2026-11-24T11:00:00.000Z-0a1b2c3d'
const SOURCE = '111122223333/eu-west-1'
const S = (S: string) => ({ S })
const N = (N: number) => ({ N: String(N) })

const RECORD: Item = {
  ...{ SessionId: S('alice-1'), Salt: S('00112233445566778899aabbccddeeff'), AccountId: S('111122223333') },
  ...{
    Region: S('eu-west-1'),
    State: S('Active'),
    Revision: N(1),
    SweepId: S(SWEEP),
    StartDay: S('2026-11-24'),
  },
  ...{ ContentHash: S('h1'), ObservedAt: S('t1'), FirstArchivedAt: S('t1'), OpenSource: S(SOURCE) },
}
const { OpenSource: _open, ...UNOPENED } = RECORD
const ENDED: Item = {
  ...UNOPENED,
  State: S('History'),
  Revision: N(2),
  ContentHash: S('h2'),
  ObservedAt: S('t2'),
}

const ofSession = (before?: Item, after?: Item, isExpiry = false): ItemChange => ({
  ...{ table: 'Sessions', keys: { SessionId: S('alice-1') }, before, after, at: AT, isExpiry },
})
const why = (change: ItemChange) => {
  const entry = toEntry(change)
  return entry && unexpected(entry)
}

test('a new record, a new content and a mark each become a revision', () => {
  expect(toEntry(ofSession(undefined, RECORD))).toEqual({
    ...{
      type: 'revision',
      source: SOURCE,
      startDay: '2026-11-24',
      revision: 1,
      state: 'Active',
      change: 'archived',
    },
    sweep: SWEEP,
    session: expect.stringMatching(/^[0-9a-f]{64}$/),
    commitment: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(toEntry(ofSession(RECORD, ENDED))).toMatchObject({
    change: 'updated',
    revision: 2,
    state: 'History',
  })
  const missing: Item = { ...RECORD, Revision: N(2), MissingSince: S(MISSING), LastKnownActiveAt: S('t') }
  expect(toEntry(ofSession(RECORD, missing))).toMatchObject({ change: 'marked', revision: 2 })
  const { OpenSource: _gone, ...open } = missing
  const givenUp = {
    ...open,
    Revision: N(3),
    EndUnknown: { BOOL: true },
    LongSource: S(SOURCE),
    ExpiresAt: N(overFor(40)),
  }
  expect(toEntry(ofSession(missing, givenUp))).toMatchObject({ change: 'marked', expiresAt: overFor(40) })
  for (const change of [
    ofSession(undefined, RECORD),
    ofSession(RECORD, ENDED),
    ofSession(RECORD, missing),
    ofSession(missing, givenUp),
  ])
    expect(why(change)).toBeUndefined()
})

const MISSING = '2026-01-10T00:00:01.000Z'
const OVER: Item = { ...ENDED, EndDate: S('2026-01-10T00:00:00.500Z') }
/** An expiry so many days after it. */
const overFor = (days: number) => Date.parse('2026-01-10T00:00:01Z') / 1000 + days * 86_400

test('an expiry that a retention gives is told with it, and so is one that is taken away', () => {
  const kept = { ...OVER, Revision: N(3), ExpiresAt: N(overFor(40)) }
  const given = { change: 'expiry', expiresAt: overFor(40), retentionDays: 40 }
  expect(toEntry(ofSession(OVER, kept))).toMatchObject(given)
  const never = toEntry(ofSession(kept, { ...OVER, Revision: N(4) }))
  expect(never).toMatchObject({ change: 'expiry', revision: 4 })
  expect(never).not.toHaveProperty('retentionDays')
  const { EndDate: _gone, ...undated } = OVER
  const observed = { ...undated, ObservedAt: S('2026-01-10T00:00:01.000Z') }
  expect(
    toEntry(ofSession(observed, { ...observed, Revision: N(3), ExpiresAt: N(overFor(31)) })),
  ).toMatchObject({
    retentionDays: 31,
  })
  const givenUp = {
    ...RECORD,
    ...{ EndUnknown: { BOOL: true }, MissingSince: S(MISSING), ExpiresAt: N(overFor(90)) },
  }
  expect(
    toEntry(ofSession(givenUp, { ...givenUp, Revision: N(2), ExpiresAt: N(overFor(31)) })),
  ).toMatchObject({
    retentionDays: 31,
  })
})

const SWEPT: Item = { ...ENDED, OwnerName: S('ecs-execute-command'), OwnerKey: S('ecs-execute-command') }
const NAMED: Item = {
  ...SWEPT,
  ...{ Revision: N(3), OwnerName: S('mary'), OwnerKey: S('mary'), RoleName: S('Ops') },
  ...{
    ExecutedBy: S('arn'),
    StartEventId: S('e'),
    EcsCluster: S('c'),
    EcsTask: S('t'),
    EcsContainer: S('a'),
  },
}
const RECOVERED: Item = { ...ENDED, State: S('Recovered'), EndedBefore: S('t'), LongSource: S(SOURCE) }
const { EndedBefore: _until, LongSource: _long, ...known } = RECOVERED
const TERMINATED: Item = { ...known, Revision: N(3), EndDate: S('t'), DurationSeconds: N(1), ExpiresAt: N(9) }

test('what CloudTrail adds is an update, even by the sweep that archived the session', () => {
  for (const change of [ofSession(SWEPT, NAMED), ofSession(RECOVERED, TERMINATED)]) {
    expect(toEntry(change)).toMatchObject({ type: 'revision', change: 'updated', revision: 3 })
    expect(why(change)).toBeUndefined()
  }
})

test.each<[string, ItemChange, string]>([
  ['another person', ofSession(NAMED, { ...NAMED, Revision: N(4), ExecutedBy: S('bob') }), 'content changed'],
  ['a person, and a reason', ofSession(SWEPT, { ...NAMED, Reason: S('x') }), 'content changed'],
  ['the end of a listed session', ofSession(ENDED, { ...ENDED, Revision: N(3), EndDate: S('t') }), 'content'],
  [
    'another end of a recovered one',
    ofSession(TERMINATED, { ...TERMINATED, Revision: N(4), EndDate: S('u') }),
    'content changed',
  ],
  [
    'a listed session that becomes recovered',
    ofSession(ENDED, { ...RECOVERED, Revision: N(3), SweepId: S('other') }),
    'an ended session became open',
  ],
  [
    'an open session that becomes recovered',
    ofSession(RECORD, { ...RECOVERED, Revision: N(2), SweepId: S('other') }),
    'a session that AWS listed became recovered',
  ],
])('%s is unexpected', (_what, change, reason) => {
  expect(why(change)).toContain(reason)
})

test('a refused attempt, and what CloudTrail corroborates, become entries', () => {
  const ofSweeps = (ItemId: string, item: Item): ItemChange => {
    const keys = { Source: S(SOURCE), ItemId: S(ItemId) }
    return { table: 'Sweeps', keys, after: { ...keys, ...item }, at: AT, isExpiry: false }
  }
  const id = 'REFUSED#2026-11-24T10:00:00.000Z#e-1'
  const refused = toEntry(ofSweeps(id, { FirstSweepId: S(SWEEP), ErrorCode: S('AccessDenied') }))
  expect(refused).toEqual({
    ...{ type: 'refused', source: SOURCE, sweep: SWEEP },
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  const [From, Until] = [S('2026-11-23T10:00:00.000Z'), S('2026-11-24T10:00:00.000Z')]
  const receipt = (Witness: Item) => {
    const done = { FinishedAt: S(AT.toISOString()), Outcome: S('complete') }
    return toEntry(ofSweeps(SWEEP, { ...done, Witness: { M: Witness } }))
  }
  const corroborated = receipt({ From, Until, Uncorroborated: N(2) })
  expect(corroborated).toMatchObject({
    corroboratedFrom: From.S,
    corroboratedUntil: Until.S,
    uncorroborated: 2,
  })
  expect(receipt({ Problem: S('denied') })).not.toHaveProperty('uncorroborated')
  for (const entry of [refused, corroborated]) expect(parseEntry(canonicalJson(entry))).toEqual(entry)
})

test.each<[string, ItemChange, string]>([
  ['the same revision', ofSession(RECORD, { ...ENDED, Revision: N(1) }), 'revision 1, expected 2'],
  ['a revision left out', ofSession(RECORD, { ...ENDED, Revision: N(3) }), 'revision 3, expected 2'],
  ['a new record that is not the first', ofSession(undefined, ENDED), 'revision 2, expected 1'],
  ['another Salt', ofSession(RECORD, { ...ENDED, Salt: S('f'.repeat(32)) }), 'Salt changed'],
  ['another account', ofSession(RECORD, { ...ENDED, AccountId: S('444455556666') }), 'AccountId changed'],
  [
    'another first sight',
    ofSession(RECORD, { ...ENDED, FirstArchivedAt: S('t0') }),
    'FirstArchivedAt changed',
  ],
  [
    'an ended session that opens',
    ofSession(ENDED, { ...RECORD, Revision: N(3), ContentHash: S('h3') }),
    'an ended session became open',
  ],
  [
    'a content that no sweep saw',
    ofSession(RECORD, { ...RECORD, Revision: N(2), Reason: S('x') }),
    'no sweep saw it',
  ],
  [
    'an expiry that is changed',
    ofSession(RECORD, { ...RECORD, Revision: N(2), ExpiresAt: N(1) }),
    'no retention gives it',
  ],
  [
    'an expiry of an open session',
    ofSession(RECORD, { ...RECORD, Revision: N(2), ExpiresAt: N(2e9) }),
    'no retention gives it',
  ],
  [
    'an expiry 30 days after the end',
    ofSession(OVER, { ...OVER, Revision: N(3), ExpiresAt: N(overFor(30)) }),
    'no retention gives it',
  ],
  [
    'an expiry after half a day',
    ofSession(OVER, { ...OVER, Revision: N(3), ExpiresAt: N(overFor(40.5)) }),
    'no retention gives it',
  ],
  [
    'an expiry that is changed with something else',
    ofSession(OVER, { ...OVER, Revision: N(3), ExpiresAt: N(overFor(40)), Reason: S('x') }),
    'no sweep saw it',
  ],
  [
    'a mark of an ended session',
    ofSession(OVER, { ...OVER, Revision: N(3), EndUnknown: { BOOL: true }, ExpiresAt: N(overFor(40)) }),
    'no sweep saw it',
  ],
  [
    'an ended session that is missing',
    ofSession(OVER, { ...OVER, Revision: N(3), MissingSince: S(MISSING), LastKnownActiveAt: S(MISSING) }),
    'no sweep saw it',
  ],
  [
    'a session that is missing since before it was seen',
    ofSession(
      { ...RECORD, ObservedAt: S('2026-01-10T02:00:00.000Z') },
      { ...RECORD, Revision: N(2), ObservedAt: S('2026-01-10T02:00:00.000Z'), MissingSince: S(MISSING) },
    ),
    'no sweep saw it',
  ],
  [
    'a session that is missing for longer than before',
    ofSession({ ...RECORD, MissingSince: S('t') }, { ...RECORD, Revision: N(2), MissingSince: S(MISSING) }),
    'no sweep saw it',
  ],
  [
    'a missing session that is open no more',
    ofSession({ ...RECORD, MissingSince: S('t') }, { ...UNOPENED, Revision: N(2), MissingSince: S('t') }),
    'no sweep saw it',
  ],
  [
    'a session that is given up, and not missing',
    ofSession(RECORD, { ...RECORD, Revision: N(2), EndUnknown: { BOOL: true } }),
    'no sweep saw it',
  ],
  [
    'a session that is given up, to expire at once',
    ofSession(
      { ...RECORD, MissingSince: S(MISSING) },
      {
        ...{ ...RECORD, Revision: N(2), MissingSince: S(MISSING) },
        ...{ EndUnknown: { BOOL: true }, ExpiresAt: N(overFor(0)) },
      },
    ),
    'no retention gives it',
  ],
  ['a deletion', ofSession(ENDED), 'a record was deleted'],
  [
    'an expiry before its time',
    ofSession({ ...ENDED, ExpiresAt: N(AT.getTime() / 1000 + 1) }, undefined, true),
    'a record was deleted',
  ],
  ['an expiry of what never expires', ofSession(ENDED, undefined, true), 'a record was deleted'],
  ['a deletion after its time', ofSession({ ...ENDED, ExpiresAt: N(1) }), 'a record was deleted'],
  [
    'a record without Salt',
    ofSession(undefined, { SessionId: S('alice-1') }),
    'without SessionId, Salt or SweepId',
  ],
])('%s is unexpected', (_what, change, reason) => {
  expect(why(change)).toContain(reason)
})

test('a record that DynamoDB deletes after its time has expired', () => {
  const expired = toEntry(ofSession({ ...ENDED, ExpiresAt: N(AT.getTime() / 1000) }, undefined, true))
  expect(expired).toMatchObject({ type: 'expired', revision: 2 })
})

const ofSweeps = (Source: string, ItemId: string, before?: Item, after?: Item): ItemChange => {
  const key = { Source: S(Source), ItemId: S(ItemId) }
  const item = (one?: Item) => one && { ...key, ...one }
  return { table: 'Sweeps', keys: key, before: item(before), after: item(after), at: AT, isExpiry: false }
}
const RECEIPT = {
  ...{ Outcome: S('complete'), FinishedAt: S('t'), CoversFrom: S('a'), CoversUntil: S('b') },
  Archived: N(2),
  Updated: N(1),
  Rejected: N(0),
  Error: S('x'),
}
const REGIONS = (...names: string[]) => ({
  M: Object.fromEntries(names.map((name) => [name, { M: { State: S('swept'), Since: S('t') } }])),
})
const ACCOUNT = {
  State: S('swept'),
  Since: S('t'),
  Regions: REGIONS('eu-west-1', 'us-east-1'),
  UpdatedAt: S('1'),
}

test('receipts, rounds, rejected sessions and the roster become entries; working state does not', () => {
  expect(toEntry(ofSweeps(SOURCE, SWEEP, undefined, RECEIPT))).toEqual({
    ...{ type: 'receipt', source: SOURCE, sweep: SWEEP, finishedAt: 't', outcome: 'complete' },
    ...{ coversFrom: 'a', coversUntil: 'b', archived: 2, updated: 1, rejected: 0 },
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(toEntry(ofSweeps('ROUNDS', SWEEP, undefined, {}))).toMatchObject({ type: 'round', round: SWEEP })
  const rejected = ofSweeps(SOURCE, `REJECTED#${'0'.repeat(64)}#1`, undefined, { FirstSweepId: S(SWEEP) })
  expect(toEntry(rejected)).toMatchObject({ type: 'rejected', text: '0'.repeat(64), part: 1, sweep: SWEEP })
  expect(toEntry(ofSweeps('ROSTER', '111122223333', undefined, ACCOUNT))).toEqual({
    ...{ type: 'roster', account: '111122223333', state: 'swept', since: 't', listed: 'yes' },
    regions: { 'eu-west-1': { state: 'swept', since: 't' }, 'us-east-1': { state: 'swept', since: 't' } },
  })
  expect(
    toEntry(ofSweeps('ROSTER', '111122223333', ACCOUNT, { ...ACCOUNT, UpdatedAt: S('2') })),
  ).toBeUndefined()
  expect(toEntry(ofSweeps(SOURCE, 'STATE', RECEIPT, undefined))).toBeUndefined()
  expect(toEntry(ofSweeps('ROSTER', 'LISTING', undefined, {}))).toBeUndefined()
})

test.each<[string, ItemChange, string]>([
  [
    'a receipt that is changed',
    ofSweeps(SOURCE, SWEEP, RECEIPT, { ...RECEIPT, Archived: N(0) }),
    'was changed',
  ],
  ['a receipt that is deleted', ofSweeps(SOURCE, SWEEP, RECEIPT), 'was deleted'],
  ['an account that is deleted', ofSweeps('ROSTER', '111122223333', ACCOUNT), 'was deleted'],
  [
    'a region that drops out',
    ofSweeps('ROSTER', '111122223333', ACCOUNT, { ...ACCOUNT, Regions: REGIONS('eu-west-1') }),
    'us-east-1 of account 111122223333 dropped out',
  ],
  ['an unknown item', ofSweeps(SOURCE, 'NOTE', undefined, {}), 'is unknown'],
  ['a receipt of no source', ofSweeps('elsewhere', SWEEP, undefined, RECEIPT), 'is unknown'],
])('%s is unexpected', (_what, change, reason) => {
  expect(why(change)).toContain(reason)
})

test.each<[string, Item]>([
  ['that is longer than an entry may be', { ...RECORD, State: S('x'.repeat(70_000)) }],
  ['with an empty state', { ...RECORD, State: S('') }],
  ['that expires at no whole second', { ...RECORD, ExpiresAt: { N: '1.5' } }],
  ['with half of a character', { ...RECORD, Reason: S('\ud800') }],
])('a forged record %s is logged as unexpected, and keeps no other from the log', (_what, record) => {
  const { line = '', unexpected: reason } = toLine(ofSession(undefined, record)) ?? {}
  expect(parseEntry(line)).toMatchObject({ type: 'unexpected', table: 'Sessions' })
  expect(reason).toContain('an item that no entry can tell of')
})
