import { createHash } from 'node:crypto'
import { canonicalJson } from '../evidence/canonical-json'
import type { Entry } from '../evidence/entry'
import { commitment, type Item, sessionTag } from '../evidence/item'
import type { ItemChange } from '../evidence/to-entry'

const DAY_MS = 24 * 60 * 60 * 1000
export const BEGIN = Date.parse('2026-01-01T00:00:00Z')
const SOURCE = { AccountId: { S: '111122223333' }, Region: { S: 'eu-west-1' } }
/** Sessions of a made-up sweep. */
const PER_SWEEP = 100

const timeOf = (ms: number) => new Date(BEGIN + ms).toISOString()
export const dayOf = (days: number) => timeOf(days * DAY_MS).slice(0, 10)

/** A year of made-up sessions, in the order of their start, all ended. */
export function recordOf(n: number, sessions: number): Item {
  const start = timeOf(Math.floor((n / sessions) * 365 * DAY_MS))
  const hash = createHash('sha256').update(String(n)).digest('hex')
  const sweep = Math.floor(n / PER_SWEEP)
  return {
    ...SOURCE,
    SessionId: { S: `jane.doe-${hash.slice(0, 17)}` },
    StartDate: { S: start },
    StartDay: { S: start.slice(0, 10) },
    Owner: { S: 'arn:aws:sts::111122223333:assumed-role/Ops/jane.doe@example.com' },
    OwnerName: { S: 'jane.doe@example.com' },
    OwnerKey: { S: 'jane.doe@example.com' },
    Target: { S: `i-${hash.slice(0, 17)}` },
    Reason: { S: `INC-${n} the disk of the database is full` },
    State: { S: 'History' },
    Status: { S: 'Terminated' },
    FirstArchivedAt: { S: start },
    ObservedAt: { S: start },
    SweepId: { S: sweepId(sweep, sessions) },
    Revision: { N: '1' },
    Salt: { S: hash.slice(32) },
    ContentHash: { S: hash },
    SchemaVersion: { N: '1' },
  }
}

function sweepId(sweep: number, sessions: number): string {
  const hash = createHash('sha256').update(String(sweep)).digest('hex')
  return `${timeOf(Math.floor(((sweep * PER_SWEEP) / sessions) * 365 * DAY_MS))}-${hash.slice(0, 8)}`
}

/** A log of so many sessions: a roster, an entry per session, a receipt per sweep. */
export function* entriesOf(sessions: number): Generator<string> {
  const source = '111122223333/eu-west-1'
  const line = (entry: Entry) => canonicalJson(entry)
  const since = timeOf(0)
  const regions = { 'eu-west-1': { state: 'swept', since } }
  yield line({ type: 'roster', account: '111122223333', state: 'swept', since, listed: 'yes', regions })
  for (let n = 0; n < sessions; n++) {
    const record = recordOf(n, sessions)
    const salt = Buffer.from(String(record.Salt?.S), 'hex')
    const sweep = sweepId(Math.floor(n / PER_SWEEP), sessions)
    const session = sessionTag(String(record.SessionId?.S), salt)
    const startDay = String(record.StartDay?.S)
    const of = { source, session, startDay, revision: 1, state: 'History', sweep } as const
    yield line({ type: 'revision', change: 'archived', ...of, commitment: commitment(record, salt) })
    if ((n + 1) % PER_SWEEP > 0 && n + 1 < sessions) continue
    const until = (n + 1) / sessions
    yield line({
      ...{ type: 'receipt', source, sweep, finishedAt: timeOf(until * 365 * DAY_MS), outcome: 'complete' },
      ...{ coversFrom: timeOf(-30 * DAY_MS), coversUntil: timeOf(until * 366 * DAY_MS) },
      ...{ archived: (n % PER_SWEEP) + 1, updated: 0, rejected: 0, hash: commitment(record, salt) },
    })
  }
}

/** The change that makes a record. */
export function changeOf(n: number, sessions: number): ItemChange {
  const after = recordOf(n, sessions)
  const keys = { SessionId: after.SessionId ?? {} }
  return { table: 'Sessions', keys, after, at: new Date(), isExpiry: false }
}
