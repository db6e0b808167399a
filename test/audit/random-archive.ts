import fc from 'fast-check'
import type { SessionRecord } from '../../archive/record'
import type { SessionsTable } from '../../archive/sessions-table'
import type { Observation } from '../../archive/to-record'
import { upsert } from '../../archive/upsert'
import { type BackSearch, findBack, type Place } from '../../audit/find-back'
import { findSessions } from '../../audit/find-sessions'
import type { Question } from '../../audit/question'
import { newReads } from '../../audit/read-index'
import { openStage } from '../support/stage'
import { DAY, HOUR } from '../support/times'

const ASKED_AT = new Date('2026-11-24T12:00:00Z')
const DAYS = 4
const iso = (time: number) => new Date(time).toISOString()
const BEGINNING = iso(ASKED_AT.getTime() - DAYS * DAY)

const ID = '0123456789abcdef0123456789abcdef'
const OTHER_ID = 'fedcba9876543210fedcba9876543210'
const TASK = `ecs:prod_${ID}_${ID}`

/** So coarse that sessions start at the same time, and exactly at the bounds asked for. */
const hoursAgo = fc.integer({ min: 0, max: DAYS * 24 })

const session = fc.record({
  hoursAgo,
  hours: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 100 * 24 })),
  life: fc.constantFrom('ended', 'ended', 'ended', 'open', 'missing', 'given up', 'without an end'),
  dated: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  person: fc.constantFrom('alice', 'Alice', 'alice@example.com', 'bob', undefined),
  role: fc.constantFrom('Admin', 'admin', 'AdminOps', undefined),
  Target: fc.constantFrom(
    'i-1',
    'i-2',
    'i-12',
    `${TASK}-1`,
    `${TASK}-2`,
    `ecs:prod_eu_${OTHER_ID}_r-1`,
    'something',
    undefined,
  ),
  targetName: fc.constantFrom('web', 'Web', 'prod', 'i-2', 'something', undefined),
  Status: fc.constantFrom('Connected', 'Terminated', 'Failed', undefined),
  DocumentName: fc.constantFrom('SSM-SessionManagerRunShell', 'AWS-StartSSHSession', undefined),
  Reason: fc.constantFrom('INC-4711 disk', 'Inc-4711', '=SUM(1)', '</script>', undefined),
  AccessType: fc.constantFrom('Standard', 'JustInTime', undefined),
  accountId: fc.constantFrom('111122223333', '444455556666'),
  region: fc.constantFrom('eu-west-1', 'us-east-1'),
})
type RandomSession = typeof session extends fc.Arbitrary<infer T> ? T : never

const time = hoursAgo.map((hours) => iso(ASKED_AT.getTime() - hours * HOUR))

/** One or more, perhaps one of them twice. */
const several = (...names: string[]) => fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })

const question: fc.Arbitrary<Question> = fc
  .record({
    from: time,
    to: time,
    at: time,
    ownerNames: several('alice', 'ALICE', 'bob', 'nobody', 'Alice*', 'b*'),
    roleNames: several('Admin', 'ADMIN', 'admin*', 'nothing'),
    targets: several(
      'i-1',
      'i-3',
      'i-1*',
      `${TASK}-1`,
      ID,
      `ecs:prod_${ID}`,
      'ecs:prod',
      'prod',
      'ecs:prod*',
      OTHER_ID,
      'ecs:*',
      'web',
      'WEB',
      'We*',
      'something',
    ),
    status: fc.constantFrom('Connected', 'Terminated'),
    state: fc.constantFrom('Active' as const, 'History' as const),
    documentName: fc.constant('AWS-StartSSHSession'),
    reason: fc.constantFrom('inc-4711', 'DISK', '</SCRIPT>'),
    accountIds: fc.constantFrom(['111122223333'], ['111122223333', '444455556666'], []),
    region: fc.constant('eu-west-1'),
    accessType: fc.constant('JustInTime'),
    open: fc.constant(true as const),
    minDuration: fc.constantFrom(3600, 24 * 3600, 3 * 24 * 3600),
  })
  .chain((all) =>
    // Few sessions would meet many conditions at once.
    fc
      .subarray(Object.keys(all) as (keyof Question)[], { maxLength: 3 })
      .map((names): Question => Object.fromEntries(names.map((name) => [name, all[name]]))),
  )
  .map((asked) => {
    const isBounded =
      ['from', 'at', 'open'].some((bound) => bound in asked) ||
      asked.ownerNames?.every((name) => !name.endsWith('*'))
    return isBounded ? asked : { ...asked, from: BEGINNING } // or days since 2018
  })

/** How a sweep sees a session, at its end at the latest. */
function observationOf(one: RandomSession, n: number): Observation {
  const { hoursAgo: ago, hours, life, dated, person, role, accountId, region, targetName, ...members } = one
  const start = ASKED_AT.getTime() - ago * HOUR
  const owner = role ? `arn:aws:sts::${accountId}:assumed-role/${role}` : `arn:aws:iam::${accountId}:user`
  const Owner = person && `${owner}/${person}`
  const EndDate = life === 'ended' ? (start + hours * HOUR) / 1000 : undefined
  const StartDate = dated ? start / 1000 : undefined
  const session = JSON.parse(JSON.stringify({ SessionId: `s-${n}`, Owner, StartDate, EndDate, ...members }))
  const state = ['open', 'missing', 'given up'].includes(life) ? 'Active' : 'History'
  const seen = iso(Math.min(ASKED_AT.getTime(), start + hours * HOUR))
  const target = { TargetName: targetName, TargetSource: 'test', TargetAsOf: seen }
  return {
    ...{ session, state, source: one, sweepId: 'sweep', seenFrom: seen, seenUntil: seen },
    ...(/^ecs:/.test(members.Target ?? '') || !targetName ? {} : { target }),
  }
}

async function fill(sessions: SessionsTable, random: readonly RandomSession[]): Promise<void> {
  await upsert(sessions, random.map(observationOf), { expectNew: true })
  for (const [n, one] of random.entries()) {
    if (one.life !== 'missing' && one.life !== 'given up') continue
    const known = ASKED_AT.getTime() - (one.hoursAgo * HOUR) / 2
    const missing = Math.min(ASKED_AT.getTime(), known + one.hours * HOUR)
    await sessions.markMissing(`s-${n}`, iso(missing), iso(known))
    if (one.life === 'given up') await sessions.markEndUnknown(`s-${n}`, one, iso(missing))
  }
}

/** Each asks for the member of the same name, which begins with a capital letter. */
const SAME = ['status', 'state', 'documentName', 'region', 'accessType'] as const

function isOneOf(asked: readonly string[], flags: string, ...names: (string | undefined)[]): boolean {
  const forms = asked.map((one) => new RegExp(`^${one.replace('*', '.*')}$`, flags))
  return names.some((name) => name && forms.some((form) => form.test(name)))
}

/** The answer, stated apart from the search. */
function plainFilter(all: readonly Record<string, unknown>[], asked: Question): Record<string, unknown>[] {
  const memberOf = (name: string) => name.replace(/^./, (first) => first.toUpperCase())
  const seconds = (from: string, until: unknown) => (Date.parse(String(until)) - Date.parse(from)) / 1000
  const key = (r: Record<string, unknown>) => `${r.StartDate ?? ''} ${r.SessionId}`
  return all
    .filter((r) => {
      const start = r.StartDate as string | undefined
      const end = r.EndDate as string | undefined
      const gone = (end ?? (r.State === 'History' ? r.ObservedAt : r.MissingSince)) as string | undefined
      const active = r.State === 'Active' ? (r.LastKnownActiveAt ?? iso(ASKED_AT.getTime())) : undefined
      const until = end ?? active
      if (SAME.some((name) => asked[name] !== undefined && asked[name] !== r[memberOf(name)])) return false
      if (asked.accountIds && !asked.accountIds.includes(String(r.AccountId))) return false
      if (asked.from !== undefined && !(start && start >= asked.from)) return false
      if (asked.to !== undefined && !(start && start < asked.to)) return false
      if (asked.at !== undefined && !(start && start <= asked.at && !(gone && gone <= asked.at))) return false
      const [, role, person = ''] = /(?:role\/(.*)|user)\/(.*)/.exec(String(r.Owner)) ?? []
      if (asked.ownerNames && !isOneOf(asked.ownerNames, 'i', person)) return false
      if (asked.roleNames && !isOneOf(asked.roleNames, 'i', role)) return false
      const target = r.Target as string | undefined
      const [, cluster, task] = /^ecs:(.*)_(.*)_.*$/.exec(target ?? '') ?? []
      const names = cluster ? [target, cluster, `ecs:${cluster}`, task, `ecs:${cluster}_${task}`] : [target]
      const byName = asked.targets?.filter((one) => !/^(i-|ecs:)/.test(one)) ?? []
      const isNamed = isOneOf(byName, 'i', r.TargetName as string | undefined)
      if (asked.targets && !isOneOf(asked.targets, '', ...names) && !isNamed) return false
      if (asked.reason && !new RegExp(asked.reason, 'i').test(String(r.Reason ?? ''))) return false
      if (asked.open && (r.State !== 'Active' || r.EndUnknown)) return false
      if (asked.minDuration && !(start && until && seconds(start, until) >= asked.minDuration)) return false
      return asked.open || start !== undefined
    })
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

const sessions = fc.array(session, { minLength: 5, maxLength: 30 })
/** Of a few calls each, eight years would take thousands of pieces. */
const FEW_CALLS = { items: 1000, calls: 5 }
const search = fc
  .record({
    question,
    newestFirst: fc.boolean(),
    pageSize: fc.constantFrom(undefined, 3),
    rows: fc.constantFrom(1, 3, 100),
    budget: fc.constantFrom({ items: 4, calls: 1000 }, FEW_CALLS, { items: 1e6, calls: 1e6 }),
  })
  .map((one) => (one.budget === FEW_CALLS ? { ...one, question: { from: BEGINNING, ...one.question } } : one))
const fourSearches = fc.array(search, { minLength: 4, maxLength: 4 })

/** The answer in pages of so many rows, each of which says where the next one begins. */
async function pieceByPiece(search: Omit<BackSearch, 'reads'>, rows: number): Promise<SessionRecord[]> {
  const found: SessionRecord[] = []
  let after: Place | undefined
  for (;;) {
    const next = await nextPiece({ ...search, after, reads: newReads() }, rows, found)
    if (next === undefined) return found
    expect(next).not.toEqual(after)
    after = next
  }
}

async function nextPiece(
  search: BackSearch,
  rows: number,
  found: SessionRecord[],
): Promise<Place | undefined> {
  const records = findBack(search)
  for (let n = 1; ; n++) {
    const { done, value } = await records.next()
    if (done) return value
    found.push(value)
    if (n === rows) return { start: value.StartDate ?? '', id: value.SessionId }
  }
}

/** Asks four random questions of each of some random archives, as a whole and piece by piece; returns how many sessions were found. */
export async function askRandomArchives(archives: number): Promise<number> {
  let count = 0
  const holds = fc.asyncProperty(sessions, fourSearches, async (random, searches) => {
    const stage = await openStage()
    const table = { client: stage.database.client, tableName: stage.database.sessionsTable, now: ASKED_AT }
    try {
      await fill(stage.sessions, random)
      const all = [...(await stage.records()).values()]
      for (const { rows, budget, ...one } of searches) {
        const found: SessionRecord[] = []
        for await (const record of findSessions({ ...table, ...one })) found.push(record)
        const expected = plainFilter(all, one.question)
        expect(found).toEqual(one.newestFirst ? expected.toReversed() : expected)
        expect(await pieceByPiece({ ...table, ...one, budget }, rows)).toEqual(expected.toReversed())
        count += found.length
      }
    } finally {
      await stage.close()
    }
  })
  await fc.assert(holds, { numRuns: archives })
  return count
}
