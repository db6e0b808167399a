import fc from 'fast-check'
import type { SessionRecord } from '../../archive/record'
import type { SessionsTable } from '../../archive/sessions-table'
import type { Observation } from '../../archive/to-record'
import { upsert } from '../../archive/upsert'
import { findSessions } from '../../audit/find-sessions'
import type { Question } from '../../audit/question'
import { openStage } from '../support/stage'
import { DAY, HOUR } from '../support/times'

export const ASKED_AT = new Date('2026-11-24T12:00:00Z')
const iso = (time: number) => new Date(time).toISOString()
const DAYS = 30

/** Hours before {@link ASKED_AT}: so coarse that sessions start at the same time, and exactly at the bounds asked for. */
const hoursAgo = fc.oneof(fc.integer({ min: 0, max: 96 }), fc.integer({ min: 0, max: DAYS * 24 }))

const session = fc.record({
  hoursAgo,
  hours: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 100 * 24 })),
  life: fc.constantFrom('ended', 'ended', 'ended', 'open', 'missing', 'given up', 'without an end'),
  dated: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  person: fc.constantFrom('alice', 'bob', 'botocore-session-1', undefined),
  role: fc.constantFrom('Admin', 'ReadOnly'),
  Target: fc.constantFrom('i-1', 'i-2', undefined),
  Status: fc.constantFrom('Connected', 'Terminated', 'Failed', undefined),
  DocumentName: fc.constantFrom('SSM-SessionManagerRunShell', 'AWS-StartSSHSession', undefined),
  Reason: fc.constantFrom(
    'INC-4711 disk',
    'Inc-4711',
    '=SUM(1)',
    "'quoted",
    '\u202e,"\r\n</script>',
    undefined,
  ),
  AccessType: fc.constantFrom('Standard', 'JustInTime', undefined),
  accountId: fc.constantFrom('111122223333', '444455556666'),
  region: fc.constantFrom('eu-west-1', 'us-east-1'),
})
type RandomSession = typeof session extends fc.Arbitrary<infer T> ? T : never

export const randomSessions = fc.array(session, { minLength: 5, maxLength: 30 })

const time = hoursAgo.map((hours) => iso(ASKED_AT.getTime() - hours * HOUR))

export const randomQuestion: fc.Arbitrary<Question> = fc
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
    minDuration: fc.constantFrom(3600, 24 * 3600, 30 * 24 * 3600),
  })
  .chain((all) =>
    // Few sessions would meet many conditions at once.
    fc
      .subarray(Object.keys(all) as (keyof Question)[], { maxLength: 3 })
      .map((names): Question => Object.fromEntries(names.map((name) => [name, all[name]]))),
  )
  .map((asked) => {
    const { from, at, open, ownerName, target } = asked
    const isBounded = [from, at, open, ownerName, target].some((bound) => bound !== undefined)
    return isBounded ? asked : { ...asked, from: iso(ASKED_AT.getTime() - DAYS * DAY) } // or days since 2018
  })

/** How a sweep sees a session, at its end at the latest. */
export function observationOf(one: RandomSession, n: number): Observation {
  const start = ASKED_AT.getTime() - one.hoursAgo * HOUR
  const isOpen = ['open', 'missing', 'given up'].includes(one.life)
  const { person, role, Target, Status, DocumentName, Reason, AccessType, accountId, region } = one
  const Owner = person && `arn:aws:sts::${accountId}:assumed-role/${role}/${person}`
  const EndDate = one.life === 'ended' ? (start + one.hours * HOUR) / 1000 : undefined
  const StartDate = one.dated ? start / 1000 : undefined
  const members = { StartDate, EndDate, Owner, Target, Status, DocumentName, Reason, AccessType }
  const seen = iso(Math.min(ASKED_AT.getTime(), start + one.hours * HOUR))
  return {
    session: JSON.parse(JSON.stringify({ SessionId: `s-${n}`, ...members })),
    state: isOpen ? 'Active' : 'History',
    source: { accountId, region },
    sweepId: 'sweep',
    seenFrom: seen,
    seenUntil: seen,
  }
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

/** The answer, stated apart from the search. */
function plainFilter(all: readonly Record<string, unknown>[], asked: Question): Record<string, unknown>[] {
  const seconds = (from: unknown, until: unknown) =>
    (Date.parse(String(until)) - Date.parse(String(from))) / 1000
  return all
    .filter((r) => {
      const start = r.StartDate as string | undefined
      const end = r.EndDate as string | undefined
      const gone = (end ?? (r.State === 'History' ? r.ObservedAt : r.MissingSince)) as string | undefined
      if (asked.from !== undefined && !(start && start >= asked.from)) return false
      if (asked.to !== undefined && !(start && start < asked.to)) return false
      if (asked.at !== undefined && !(start && start <= asked.at && !(gone && gone <= asked.at))) return false
      if (asked.ownerName !== undefined && !String(r.Owner).endsWith(`/${asked.ownerName}`)) return false
      if (asked.target !== undefined && r.Target !== asked.target) return false
      if (asked.status !== undefined && r.Status !== asked.status) return false
      if (asked.documentName !== undefined && r.DocumentName !== asked.documentName) return false
      if (asked.reason !== undefined && !new RegExp(asked.reason, 'i').test(String(r.Reason ?? '')))
        return false
      if (asked.accountId !== undefined && r.AccountId !== asked.accountId) return false
      if (asked.region !== undefined && r.Region !== asked.region) return false
      if (asked.accessType !== undefined && r.AccessType !== asked.accessType) return false
      if (asked.open && (r.State !== 'Active' || r.EndUnknown)) return false
      if (asked.minDuration !== undefined) {
        const until =
          end ?? (r.State === 'Active' ? (r.LastKnownActiveAt ?? ASKED_AT.toISOString()) : undefined)
        if (!(start && until && seconds(start, until) >= asked.minDuration)) return false
      }
      return asked.open || start !== undefined
    })
    .sort((a, b) => {
      const [keyA, keyB] = [a, b].map((r) => `${r.StartDate ?? ''} ${r.SessionId}`)
      return String(keyA) < String(keyB) ? -1 : 1
    })
}

/** Asks several random questions of each of some random archives; returns how many sessions were found. */
export async function askRandomArchives(archives: number): Promise<number> {
  const asked = fc.record({
    question: randomQuestion,
    newestFirst: fc.boolean(),
    pageSize: fc.constantFrom(undefined, 3),
  })
  let count = 0
  await fc.assert(
    fc.asyncProperty(
      randomSessions,
      fc.array(asked, { minLength: 4, maxLength: 4 }),
      async (random, questions) => {
        const stage = await openStage()
        try {
          await fill(stage.sessions, random)
          const all = [...(await stage.records()).values()]
          for (const { question, newestFirst, pageSize } of questions) {
            const { client, database } = stage
            const search = {
              client,
              tableName: database.sessionsTable,
              question,
              now: ASKED_AT,
              newestFirst,
              pageSize,
            }
            const found: SessionRecord[] = []
            for await (const record of findSessions(search)) found.push(record)
            const expected = plainFilter(all, question)
            expect(found).toEqual(newestFirst ? expected.reverse() : expected)
            count += found.length
          }
        } finally {
          await stage.close()
        }
      },
    ),
    { numRuns: archives },
  )
  return count
}
