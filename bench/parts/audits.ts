import { BatchWriteCommand, type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb'
import { durationSeconds, LONG_SECONDS, type SessionRecord } from '../../archive/record'
import { SESSIONS as TABLE } from '../../archive/tables'
import { toRecord } from '../../archive/to-record'
import { findSessions } from '../../audit/find-sessions'
import type { Question } from '../../audit/question'
import { newReads, type Reads } from '../../audit/read-index'
import { generateSessions } from '../../emulator/generate'
import { makeDynamoDBClient } from '../../sweep/clients'
import type { Part } from '../part'
import { openPlace } from '../place'
import { median, ratio, whole } from '../statistics'

const SESSIONS = Number(process.env.SESSIONS ?? 1_000_000)
const ROUNDS = 25
const NOW = new Date()
const YEAR_IN_MONTHS = 365 / 30
const TABLE_NAME = 'Sessions'
/** A year in the embedded database, with all indexes, and the questions of an auditor. */
export async function audits(): Promise<Part> {
  const place = await openPlace({ sessions: 0, listMs: 0, databaseMs: 0 })
  const client = makeDynamoDBClient({
    endpoint: String(place.environment.AWS_ENDPOINT_URL_DYNAMODB),
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const { OwnerName = '', Target = '', StartDate = '', StartDay = '' } = await fill(client)
  const questions: Record<string, Asked> = {
    'by person': { question: { ownerName: OwnerName }, index: 'ByOwnerName', key: OwnerName },
    'by target': { question: { target: String(Target) }, index: 'ByTarget', key: String(Target) },
    'one day': {
      question: { from: `${StartDay}T00:00:00.000Z`, to: nextDay(StartDay) },
      index: 'ByDay',
      key: StartDay,
    },
    'at a moment': { question: { at: StartDate }, index: 'ByDay', key: StartDay },
  }
  const answers: Record<string, Answer[]> = Object.fromEntries(
    Object.keys(questions).map((name) => [name, []]),
  )
  for (let n = 0; n < ROUNDS; n++)
    for (const [name, asked] of Object.entries(questions)) answers[name]?.push(await ask(client, asked))
  client.destroy()
  place.close()

  const perAnswer = ({ reads, returned }: Answer) => reads.items / returned
  const pages = ({ reads, queries }: Answer) => reads.calls / queries
  const first = (name: string) => (answers[name] ?? []).map(({ firstMs, queryMs }) => firstMs / queryMs)
  const exact = ['by person', 'by target', 'one day']
  const one = (name: string) => answers[name]?.[0] as Answer
  return {
    title: 'Audits',
    what: `${whole(SESSIONS)} sessions, a year, in the embedded database; \`findSessions\`, which the command line prints from. Its pages are those of the person, the target or the day in the index; one query’s time is that of the first of them, asked for alone. ${ROUNDS} rounds: median (range).`,
    columns: [
      '',
      'returned',
      'read ÷ returned',
      'queries',
      'queries ÷ its pages',
      'first result ÷ one query',
    ],
    rows: Object.keys(questions).map((name) => [
      name,
      whole(one(name).returned),
      perAnswer(one(name)).toFixed(2),
      whole(one(name).reads.calls),
      pages(one(name)).toFixed(2),
      ratio(first(name)),
    ]),
    goals: [
      ...exact.map((name) => ({ name: `${name}: read ÷ returned`, value: perAnswer(one(name)), atMost: 1 })),
      ...exact.map((name) => ({
        name: `${name}: queries ÷ its pages`,
        value: pages(one(name)),
        atMost: 1.05,
      })),
      ...exact.map((name) => ({
        name: `${name}: first result ÷ one query`,
        value: median(first(name)),
        atMost: 1.1,
      })),
    ],
    measured: Object.fromEntries(
      Object.entries(answers).map(([name, all]) => [
        name,
        all.map(({ reads, ...others }) => ({ ...others, ...reads, indexes: [...reads.indexes] })),
      ]),
    ),
  }
}

interface Asked {
  readonly question: Question
  /** Where its first page is, and under which key. */
  readonly index: keyof typeof TABLE.indexes
  readonly key: string
}

interface Answer {
  readonly returned: number
  readonly reads: Reads
  readonly firstMs: number
  /** Of the first page of the key, asked for alone. */
  readonly queryMs: number
  /** That all of the key's pages take. */
  readonly queries: number
}

async function ask(client: DynamoDBDocumentClient, { question, index, key }: Asked): Promise<Answer> {
  const { partitionKey, sortKey } = TABLE.indexes[index]
  const asked = performance.now()
  let queryMs = 0
  let queries = 0
  const pages = paginateQuery(
    { client },
    {
      TableName: TABLE_NAME,
      IndexName: index,
      KeyConditionExpression: '#key = :key AND #start > :space',
      ExpressionAttributeNames: { '#key': partitionKey, '#start': sortKey },
      ExpressionAttributeValues: { ':key': key, ':space': ' ' },
      ReturnConsumedCapacity: 'TOTAL', // as findSessions: the embedded engine takes a tenth longer for it
    },
  )
  for await (const _page of pages) if (++queries === 1) queryMs = performance.now() - asked
  const began = performance.now()
  const reads = newReads()
  let returned = 0
  let firstAt = 0
  for await (const _record of findSessions({ client, tableName: TABLE_NAME, question, now: NOW, reads }))
    if (++returned === 1) firstAt = performance.now()
  return { returned, reads, firstMs: firstAt - began, queryMs, queries }
}

/** Writes the archive, eight batches at a time, and returns the record in the middle. */
async function fill(client: DynamoDBDocumentClient): Promise<SessionRecord> {
  let batch: SessionRecord[] = []
  let middle: SessionRecord | undefined
  let written = 0
  const writing = new Set<Promise<unknown>>()
  for (const record of records()) {
    batch.push(record)
    written += 1
    if (written === Math.ceil(SESSIONS / 2)) middle = record
    if (batch.length < 25 && written < SESSIONS) continue
    const requests = batch.map((Item) => ({ PutRequest: { Item } }))
    const write = client.send(new BatchWriteCommand({ RequestItems: { [TABLE_NAME]: requests } }))
    const one: Promise<unknown> = write.finally(() => writing.delete(one))
    writing.add(one)
    batch = []
    if (writing.size === 8) await Promise.race(writing)
  }
  await Promise.all(writing)
  if (middle === undefined) throw new Error(`received ${SESSIONS} sessions, expected at least 1`)
  return middle
}

function* records(): Generator<SessionRecord> {
  let left = SESSIONS
  for (const { startedAt, endedAt = NOW, afterEnd } of generateSessions({
    count: 2 * SESSIONS,
    seed: 1,
    now: NOW,
  })) {
    if (endedAt >= NOW) continue
    if (left-- === 0) return
    const start = NOW.getTime() - (NOW.getTime() - startedAt.getTime()) * YEAR_IN_MONTHS
    const end = start + endedAt.getTime() - startedAt.getTime()
    const record = toRecord({
      session: { ...afterEnd, StartDate: start / 1000, EndDate: end / 1000 },
      state: 'History',
      source: { accountId: '111122223333', region: 'us-east-1' },
      sweepId: NOW.toISOString(),
      seenFrom: NOW.toISOString(),
      seenUntil: NOW.toISOString(),
    })
    const DurationSeconds = durationSeconds(record.StartDate, record.EndDate) ?? 0
    yield {
      ...record,
      DurationSeconds,
      ...(DurationSeconds >= LONG_SECONDS && { LongSource: '111122223333/us-east-1' }),
      FirstArchivedAt: NOW.toISOString(),
      Revision: 1,
    }
  }
}

function nextDay(day: string): string {
  return new Date(Date.parse(day) + 24 * 60 * 60 * 1000).toISOString()
}
