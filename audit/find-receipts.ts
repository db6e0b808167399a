import { paginateQuery } from '@aws-sdk/lib-dynamodb'
import pMap from 'p-map'
import type { Table } from '../archive/batch-get'
import { type Receipt, ROUNDS, type RoundReceipt } from '../archive/receipt'
import { everSwept, readRoster } from '../archive/roster'
import { type Coverage, coverage, type Proof } from './coverage'
import { countRejected } from './find-rejected'
import { merge } from './merge'
import { findRetentionChanges } from './retention-changes'
import type { RosterSource } from './roster-sources'

/** Of so many sources, everything may be read for one answer. */
export const FEW = 50
/** Sources that are read at the same time. */
export const AT_ONCE = 16
/** Receipts of many sources that are in memory at the same time, and of one source. */
const IN_MEMORY = 50_000
const LEAST_PAGE = 5

export type CoveredSource = Pick<RosterSource, 'source' | 'accountName' | 'left'>

export interface SourceCoverage extends Coverage, CoveredSource {
  /** Sessions that could not be stored as records. */
  readonly rejected: number
}

/** Every source that is swept, or was: the roster names each before its first sweep. */
export async function findSources(sweeps: Table): Promise<string[]> {
  return everSwept(await readRoster(sweeps))
}

/**
 * The receipts of a source, newest first.
 *
 * @param pageSize receipts that one query reads; by default as many as 1 MB holds
 */
export async function* findReceipts(
  sweeps: Table,
  source: string,
  pageSize?: number,
): AsyncGenerator<Receipt> {
  yield* newestFirst<Receipt>(sweeps, source, pageSize)
}

/** The receipts of rounds, newest first. */
export async function* findRounds(sweeps: Table, pageSize?: number): AsyncGenerator<RoundReceipt> {
  yield* newestFirst<RoundReceipt>(sweeps, ROUNDS, pageSize)
}

async function* newestFirst<Item>(
  { client, tableName }: Table,
  source: string,
  pageSize?: number,
): AsyncGenerator<Item> {
  const pages = paginateQuery(
    { client, pageSize },
    {
      TableName: tableName,
      // The id of a sweep begins with its time; other items of a source begin with a letter.
      KeyConditionExpression: '#source = :source AND ItemId < :letters',
      ExpressionAttributeNames: { '#source': 'Source' },
      ExpressionAttributeValues: { ':source': source, ':letters': 'A' },
      ScanIndexForward: false,
    },
  )
  for await (const { Items = [] } of pages) yield* Items as Item[]
}

/** The receipts of several sources, newest first. Of each source a page is in memory: the more there are, the smaller. */
export function findAllReceipts(sweeps: Table, sources: readonly string[]): AsyncGenerator<Receipt> {
  const pageSize =
    sources.length <= FEW ? undefined : Math.max(LEAST_PAGE, Math.floor(IN_MEMORY / sources.length))
  const streams = sources.map((source) => findReceipts(sweeps, source, pageSize))
  return merge(streams, (a, b) => a.ItemId > b.ItemId)
}

/** The receipt of the last complete sweep of a source. Most sources have it among their newest. */
export async function findLastComplete(sweeps: Table, source: string): Promise<Receipt | undefined> {
  for await (const receipt of findReceipts(sweeps, source, 100))
    if (receipt.Outcome === 'complete') return receipt
  return undefined
}

/** What the receipts of each source prove by now, and how many of its sessions could not be stored. In this order. */
export async function findCoverage(
  sweeps: Table,
  sources: readonly CoveredSource[],
  now: Date,
): Promise<SourceCoverage[]> {
  const changes = await findRetentionChanges(sweeps)
  const read = async (one: CoveredSource): Promise<SourceCoverage> => {
    const { source, accountName, left } = one
    const rejected = await countRejected(sweeps, source)
    const proofs: Proof[] = []
    for await (const receipt of findReceipts(sweeps, source)) {
      const { Outcome, CoversFrom, CoversUntil, RetentionDays, FinishedAt, Pages } = receipt
      // Without an answer, a sweep wrote nothing.
      if (CoversFrom !== undefined || Pages > 0)
        proofs.push({ Outcome, CoversFrom, CoversUntil, RetentionDays, FinishedAt })
    }
    return { source, accountName, left, rejected, ...coverage(proofs, now, left?.at, changes) }
  }
  return pMap(sources, read, { concurrency: AT_ONCE })
}

/** How many sessions of these sources could not be stored. */
export async function countAllRejected(sweeps: Table, sources: readonly string[]): Promise<number> {
  const counts = await pMap(sources, (source) => countRejected(sweeps, source), { concurrency: AT_ONCE })
  return counts.reduce((sum, count) => sum + count, 0)
}
