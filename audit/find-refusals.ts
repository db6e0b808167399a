import { paginateQuery } from '@aws-sdk/lib-dynamodb'
import type { Table } from '../archive/batch-get'
import { SCHEMA_VERSION, type SessionRecord } from '../archive/record'
import { REFUSED, type StoredRefusal } from '../archive/refusal'
import { merge } from './merge'
import { answers, type Question } from './question'

/** What can be asked of an attempt that was refused. */
export type RefusalQuestion = Omit<Question, 'at' | 'open' | 'minDuration'>

/** The attempts of these sources that answer the question, newest first. */
export async function* findRefusals(
  sweeps: Table,
  sources: readonly string[],
  question: RefusalQuestion,
  now: Date,
): AsyncGenerator<StoredRefusal> {
  const streams = sources.map((source) => refusalsOf(sweeps, source, question))
  for await (const refusal of merge(streams, (a, b) => a.RefusedAt > b.RefusedAt))
    if (isAsked(refusal, question, now)) yield refusal
}

/** An attempt is asked for as the session that it would have become. */
function isAsked(refusal: StoredRefusal, question: RefusalQuestion, now: Date): boolean {
  const { Source, ItemId: SessionId, RefusedAt, FirstSweepId: SweepId } = refusal
  const [AccountId = '', Region = ''] = Source.split('/')
  const session: SessionRecord = {
    ...refusal,
    ...{ SessionId, StartDate: RefusedAt, AccountId, Region, State: 'History', SweepId },
    ...{ FirstArchivedAt: RefusedAt, ObservedAt: RefusedAt, Revision: 1, Salt: '', ContentHash: '' },
    SchemaVersion: SCHEMA_VERSION,
  }
  return answers(question, session, now)
}

async function* refusalsOf(
  { client, tableName }: Table,
  source: string,
  { from = '', to = '9' }: RefusalQuestion,
): AsyncGenerator<StoredRefusal> {
  const pages = paginateQuery(
    { client },
    {
      TableName: tableName,
      KeyConditionExpression: '#source = :source AND ItemId BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#source': 'Source' },
      ExpressionAttributeValues: {
        ':source': source,
        ':from': `${REFUSED}${from}`,
        ':to': `${REFUSED}${to}`,
      },
      ScanIndexForward: false,
    },
  )
  for await (const { Items = [] } of pages) yield* Items as StoredRefusal[]
}
