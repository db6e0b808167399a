import fc from 'fast-check'
import type { SessionRecord } from '../../archive/record'
import type { SessionsTable } from '../../archive/sessions-table'
import type { Observation } from '../../archive/to-record'
import { upsert } from '../../archive/upsert'
import { findSessions } from '../../audit/find-sessions'
import type { Question } from '../../audit/question'
import { openStage } from '../support/stage'
import { DAY, HOUR } from '../support/times'

const ASKED_AT = new Date('2026-11-24T12:00:00Z')
const DAYS = 4
const iso = (time: number) => new Date(time).toISOString()

/** So coarse that sessions start at the same time, and exactly at the bounds asked for. */
const hoursAgo = fc.integer({ min: 0, max: DAYS * 24 })

const session = fc.record({
  hoursAgo,
  hours: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 100 * 24 })),
  life: fc.constantFrom('ended', 'ended', 'ended', 'open', 'missing', 'given up', 'without an end'),
  dated: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  person: fc.constantFrom('alice', 'bob', undefined),
  Target: fc.constantFrom('i-1', 'i-2', undefined),
  Status: fc.constantFrom('Connected', 'Terminated', 'Failed', undefined),
  DocumentName: fc.constantFrom('SSM-SessionManagerRunShell', 'AWS-StartSSHSession', undefined),
  Reason: fc.constantFrom('INC-4711 disk', 'Inc-4711', '=SUM(1)', '</script>', undefined),
  AccessType: fc.constantFrom('Standard', 'JustInTime', undefined),
  accountId: fc.constantFrom('111122223333', '444455556666'),
  region: fc.constantFrom('eu-west-1', 'us-east-1'),
})
type RandomSession = typeof session extends fc.Arbitrary<infer T> ? T : never

const time = hoursAgo.map((hours) => iso(ASKED_AT.getTime() - hours * HOUR))

const question: fc.Arbitrary<Question> = fc
  .record({
    from: time,
    to: time,
    at: time,
    ownerName: fc.constantFrom('alice', 'bob', 'nobody'),
    target: fc.constantFrom('i-1', 'i-3'),
    status: fc.constantFrom('Connected', 'Terminated'),
    documentName: fc.constant('AWS-StartSSHSession'),
    reason: fc.constantFrom('inc-4711', 'DISK', '</SCRIPT>'),
    accountId: fc.constant('111122223333'),
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
    const isBounded = ['from', 'at', 'open', 'ownerName', 'target'].some((bound) => bound in asked)
    return isBounded ? asked : { ...asked, from: iso(ASKED_AT.getTime() - DAYS * DAY) } // or days since 2018
  })

/** How a sweep sees a session, at its end at the latest. */
function observationOf(one: RandomSession, n: number): Observation {
  const { hoursAgo: ago, hours, life, dated, person, accountId, region, ...members } = one
  const start = ASKED_AT.getTime() - ago * HOUR
  const Owner = person && `arn:aws:sts::${accountId}:assumed-role/Admin/${person}`
  const EndDate = life === 'ended' ? (start + hours * HOUR) / 1000 : undefined
  const StartDate = dated ? start / 1000 : undefined
  const session = JSON.parse(JSON.stringify({ SessionId: `s-${n}`, Owner, StartDate, EndDate, ...members }))
  const state = ['open', 'missing', 'given up'].includes(life) ? 'Active' : 'History'
  const seen = iso(Math.min(ASKED_AT.getTime(), start + hours * HOUR))
  return { session, state, source: one, sweepId: 'sweep', seenFrom: seen, seenUntil: seen }
}

async function fill(sessions: SessionsTable, random: readonly RandomSession[]): Promise<void> {
  await upsert(sessions, random.map(observationOf), { expectNew: true })
  for (const [n, one] of random.entries()) {
    if (one.life !== 'missing' && one.life !== 'given up') continue
    const known = ASKED_AT.getTime() - (one.hoursAgo * HOUR) / 2
    const missing = Math.min(ASKED_AT.getTime(), known + one.hours * HOUR)
    await sessions.markMissing(`s-${n}`, iso(missing), iso(known))
    if (one.life === 'given up') await sessions.markEndUnknown(`s-${n}`, one)
  }
}

/** Each asks for the member of the same name, which begins with a capital letter. */
const SAME = ['target', 'status', 'documentName', 'accountId', 'region', 'accessType'] as const

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
      if (asked.from !== undefined && !(start && start >= asked.from)) return false
      if (asked.to !== undefined && !(start && start < asked.to)) return false
      if (asked.at !== undefined && !(start && start <= asked.at && !(gone && gone <= asked.at))) return false
      if (asked.ownerName && !String(r.Owner).endsWith(`/${asked.ownerName}`)) return false
      if (asked.reason && !new RegExp(asked.reason, 'i').test(String(r.Reason ?? ''))) return false
      if (asked.open && (r.State !== 'Active' || r.EndUnknown)) return false
      if (asked.minDuration && !(start && until && seconds(start, until) >= asked.minDuration)) return false
      return asked.open || start !== undefined
    })
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

const sessions = fc.array(session, { minLength: 5, maxLength: 30 })
const search = fc.record({ question, newestFirst: fc.boolean(), pageSize: fc.constantFrom(undefined, 3) })
const fourSearches = fc.array(search, { minLength: 4, maxLength: 4 })

/** Asks four random questions of each of some random archives; returns how many sessions were found. */
export async function askRandomArchives(archives: number): Promise<number> {
  let count = 0
  const holds = fc.asyncProperty(sessions, fourSearches, async (random, searches) => {
    const stage = await openStage()
    const table = { client: stage.database.client, tableName: stage.database.sessionsTable, now: ASKED_AT }
    try {
      await fill(stage.sessions, random)
      const all = [...(await stage.records()).values()]
      for (const one of searches) {
        const found: SessionRecord[] = []
        for await (const record of findSessions({ ...table, ...one })) found.push(record)
        const expected = plainFilter(all, one.question)
        expect(found).toEqual(one.newestFirst ? expected.reverse() : expected)
        count += found.length
      }
    } finally {
      await stage.close()
    }
  })
  await fc.assert(holds, { numRuns: archives })
  return count
}
