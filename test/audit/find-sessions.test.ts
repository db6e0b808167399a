import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import type { SessionRecord } from '../../archive/record'
import { SessionsTable } from '../../archive/sessions-table'
import { upsert } from '../../archive/upsert'
import { findSessions } from '../../audit/find-sessions'
import type { Question } from '../../audit/question'
import { newReads } from '../../audit/read-index'
import { SESSION_COLUMNS, SESSION_MEMBERS } from '../../cli/output/columns'
import { csv } from '../../cli/output/csv'
import { json, jsonLines } from '../../cli/output/json'
import { table } from '../../cli/output/table'
import { type Database, startDatabase } from '../../emulator/dynamodb'
import { databaseClient, scan } from '../support/clients'

const DAY_MS = 24 * 60 * 60 * 1000
const HOUR_MS = DAY_MS / 24
const NOW = new Date('2026-11-24T12:00:00Z')
const iso = (time: number) => new Date(time).toISOString()

let database: Database
let client: DynamoDBDocumentClient

async function open(): Promise<void> {
  database = await startDatabase()
  client = databaseClient(database.endpoint)
}

async function close(): Promise<void> {
  client.destroy()
  await database.close()
}

async function find(question: Question, options: { newestFirst?: boolean; pageSize?: number } = {}) {
  const reads = newReads()
  const search = { client, tableName: database.sessionsTable, question, now: NOW, reads, ...options }
  const found: SessionRecord[] = []
  for await (const record of findSessions(search)) found.push(record)
  return { found, reads, ids: found.map(({ SessionId }) => SessionId) }
}

async function write(items: readonly Record<string, unknown>[]): Promise<void> {
  for (let n = 0; n < items.length; n += 25) {
    const puts = items.slice(n, n + 25).map((Item) => ({ PutRequest: { Item } }))
    await client.send(new BatchWriteCommand({ RequestItems: { [database.sessionsTable]: puts } }))
  }
}

describe('every question is answered completely', () => {
  /** Hours before now: so coarse that sessions start at the same time, and exactly at the bounds asked for. */
  const hoursAgo = fc.oneof(fc.integer({ min: 0, max: 96 }), fc.integer({ min: 0, max: 60 * 24 }))
  const session = fc.record({
    hoursAgo,
    hours: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 100 * 24 })),
    life: fc.constantFrom('ended', 'ended', 'ended', 'open', 'vanished', 'without an end'),
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
  type ModelSession = typeof session extends fc.Arbitrary<infer T> ? T : never

  const time = hoursAgo.map((hours) => iso(NOW.getTime() - hours * HOUR_MS))
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
      minDuration: fc.constantFrom(3600, 24 * 3600, 30 * 24 * 3600),
    })
    .chain((all) =>
      // Of many conditions at once, few sessions would be left.
      fc
        .subarray(Object.keys(all) as (keyof Question)[], { maxLength: 3 })
        .map((names): Question => Object.fromEntries(names.map((name) => [name, all[name]]))),
    )
    .map((asked) => {
      const { from, at, open, ownerName, target } = asked
      const isBounded = [from, at, open, ownerName, target].some((bound) => bound !== undefined)
      return isBounded ? asked : { ...asked, from: iso(NOW.getTime() - 60 * DAY_MS) } // or days since 2018
    })

  async function archive(sessions: readonly ModelSession[]): Promise<void> {
    const store = new SessionsTable({ client, tableName: database.sessionsTable })
    const observe = (one: ModelSession, n: number, isOpen: boolean) => {
      const start = NOW.getTime() - one.hoursAgo * HOUR_MS
      const { person, role, Target, Status, DocumentName, Reason, AccessType, accountId, region } = one
      const Owner = person && `arn:aws:sts::${accountId}:assumed-role/${role}/${person}`
      const EndDate =
        isOpen || one.life === 'without an end' ? undefined : (start + one.hours * HOUR_MS) / 1000
      const seen = Math.min(NOW.getTime(), start + one.hours * HOUR_MS)
      const members = { Owner, Target, Status, DocumentName, Reason, AccessType, EndDate }
      return {
        session: {
          SessionId: `s-${n}`,
          ...(one.dated && { StartDate: start / 1000 }),
          ...Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)),
        },
        state: isOpen ? ('Active' as const) : ('History' as const),
        source: { accountId, region },
        sweepId: 'sweep',
        seenFrom: new Date(seen).toISOString(),
        seenUntil: new Date(seen).toISOString(),
      }
    }
    const isOpen = ({ life }: ModelSession) => life === 'open' || life === 'vanished'
    await upsert(
      store,
      sessions.map((one, n) => observe(one, n, isOpen(one))),
    )
    for (const [n, one] of sessions.entries())
      if (one.life === 'vanished') {
        const known = NOW.getTime() - (one.hoursAgo * HOUR_MS) / 2
        const missing = new Date(Math.min(NOW.getTime(), known + one.hours * HOUR_MS))
        await store.markMissing(`s-${n}`, missing.toISOString(), iso(known))
        await store.markEndUnknown(`s-${n}`, one)
      }
  }

  /** The answer, stated apart from the search. */
  function plainFilter(all: readonly Record<string, unknown>[], asked: Question) {
    const seconds = (from: unknown, until: unknown) =>
      (Date.parse(String(until)) - Date.parse(String(from))) / 1000
    return all
      .filter((r) => {
        const start = r.StartDate as string | undefined
        const end = r.EndDate as string | undefined
        const gone = (end ?? (r.State === 'History' ? r.ObservedAt : r.MissingSince)) as string | undefined
        if (asked.from !== undefined && !(start && start >= asked.from)) return false
        if (asked.to !== undefined && !(start && start < asked.to)) return false
        if (asked.at !== undefined && !(start && start <= asked.at && !(gone && gone <= asked.at)))
          return false
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
            end ?? (r.State === 'Active' ? (r.LastKnownActiveAt ?? iso(NOW.getTime())) : undefined)
          if (!(start && until && seconds(start, until) >= asked.minDuration)) return false
        }
        return asked.open || start !== undefined
      })
      .sort((a, b) => {
        const [keyA, keyB] = [a, b].map((r) => `${r.StartDate ?? ''} ${r.SessionId}`)
        return String(keyA) < String(keyB) ? -1 : 1
      })
  }

  const everyLine = async (lines: AsyncIterable<string>) => {
    let text = ''
    for await (const line of lines) text += line
    return text
  }

  test('200 random archives, a random question each, in either order and in every format', async () => {
    let returned = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(session, { minLength: 5, maxLength: 40 }),
        question,
        fc.boolean(),
        fc.constantFrom({}, { pageSize: 3 }),
        async (sessions, asked, newestFirst, paging) => {
          await open()
          try {
            await archive(sessions)
            const all = await scan(client, database.sessionsTable)
            const expected = plainFilter(all, asked)
            if (newestFirst) expected.reverse()

            const { found } = await find(asked, { newestFirst, ...paging })

            expect(found).toEqual(expected)
            returned += found.length
            const items = () =>
              (async function* () {
                yield* found
              })()
            expect(JSON.parse(await everyLine(json(items())))).toEqual(expected)
            const lines = (await everyLine(jsonLines(items()))).split('\n').slice(0, -1)
            expect(lines.map((line) => JSON.parse(line))).toEqual(expected)
            expect(readCsv(await everyLine(csv(items(), SESSION_MEMBERS, false)))).toEqual(expected)
            const style = { width: 4000, bold: (text: string) => text, onShortened: () => {} }
            const rows = (await everyLine(table(items(), SESSION_COLUMNS, style))).split('\n').slice(1, -1)
            expect(rows.map((row) => row.trimEnd().split(' ').at(-1))).toEqual(
              expected.map((r) => r.SessionId),
            )
          } finally {
            await close()
          }
        },
      ),
      { numRuns: 200 },
    )
    expect(returned).toBeGreaterThan(300) // or nothing much was asked
  }, 900_000)

  /** As a spreadsheet's user would read it back. */
  function readCsv(text: string): Record<string, unknown>[] {
    const rows: Record<string, string>[] = parse(text, { columns: true, record_delimiter: '\r\n' })
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .filter(([, cell]) => cell !== '')
          .map(([name, cell]) => [name, NOT_TEXT[name]?.(cell) ?? cell.replace(/^'/, '')]),
      ),
    )
  }
  const NOT_TEXT: Record<string, (cell: string) => unknown> = {
    DurationSeconds: Number,
    Revision: Number,
    SchemaVersion: Number,
    EndUnknown: (cell) => cell === 'true',
  }
})

describe('what a search reads', () => {
  beforeEach(open)
  afterEach(close)

  const record = (n: number, members: Record<string, unknown> = {}) => {
    const start = NOW.getTime() - n * HOUR_MS
    return {
      SessionId: `s-${String(n).padStart(6, '0')}`,
      StartDate: iso(start),
      EndDate: iso(start + HOUR_MS / 2),
      StartDay: iso(start).slice(0, 10),
      OwnerName: n % 2 === 0 ? 'alice' : 'bob',
      Target: `i-${n % 5}`,
      State: 'History',
      ...members,
    }
  }

  test('by owner or target, over any span: only their sessions', async () => {
    await write(Array.from({ length: 100 }, (_, n) => record(n)))

    const alice = await find({ ownerName: 'alice' })
    expect(alice.ids).toHaveLength(50)
    expect(alice.reads).toMatchObject({ indexes: new Set(['ByOwnerName']), items: 50 })

    const since = iso(NOW.getTime() - 10 * HOUR_MS)
    expect((await find({ ownerName: 'alice', target: 'i-0', from: since })).reads.items).toBe(6)
    const target = await find({ target: 'i-3' })
    expect(target.ids).toHaveLength(20)
    expect(target.reads).toMatchObject({ indexes: new Set(['ByTarget']), items: 20 })
  })

  test('by time: only the sessions of that time, in days that may be empty', async () => {
    await write([record(1), record(30), record(200 * 24), record(364 * 24), record(370 * 24)])

    const { ids, reads } = await find({ from: iso(NOW.getTime() - 365 * DAY_MS) })

    expect(ids).toEqual(['s-008736', 's-004800', 's-000030', 's-000001'])
    expect(reads).toMatchObject({ indexes: new Set(['ByDay']), items: 4, calls: 367 })
  })

  test('at a moment: the day before it, and the two sparse indexes', async () => {
    const at = NOW.getTime() - 50 * HOUR_MS
    const long = { EndDate: iso(at + 1), LongSource: '111122223333/eu-west-1' }
    await write(
      [
        ...Array.from({ length: 100 }, (_, n) => record(n)),
        record(9000, long),
        record(9001, { ...long, EndDate: iso(at) }),
        record(9002, { EndDate: undefined, OpenSource: '111122223333/eu-west-1', State: 'Active' }),
      ].map((one) => JSON.parse(JSON.stringify(one))),
    )

    const { ids, reads } = await find({ at: iso(at) })

    expect(ids).toEqual(['s-009002', 's-009000', 's-000050'])
    expect(reads.indexes).toEqual(new Set(['OpenSessions', 'LongSessions', 'ByDay']))
    expect(reads.items).toBe(1 + 2 + 25)
  })

  test('a day of more than 1 MB: every page of it, in order', async () => {
    const Details = 'x'.repeat(20_000)
    const records = Array.from({ length: 120 }, (_, n) =>
      record(0, {
        SessionId: `s-${String(n).padStart(6, '0')}`,
        StartDate: iso(Date.parse('2026-11-24') + n * 1000),
        Details,
      }),
    )
    await write(records)

    const { ids, reads } = await find({ from: '2026-11-24T00:00:00.000Z' })

    expect(ids).toEqual(records.map(({ SessionId }) => SessionId))
    expect(reads.calls).toBeGreaterThan(3)
    expect((await find({ from: '2026-11-24T00:00:00.000Z' }, { newestFirst: true })).ids).toEqual(
      ids.reverse(),
    )
  })
})
