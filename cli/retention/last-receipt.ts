import pMap from 'p-map'
import type { Table } from '../../archive/batch-get'
import type { Receipt } from '../../archive/receipt'
import { AT_ONCE, findReceipts, findSources } from '../../audit/find-receipts'

/** The receipt of the sweep that began last, of any source: it has the retention that is configured. */
export async function lastReceipt(sweeps: Table): Promise<Receipt | undefined> {
  const sources = await findSources(sweeps)
  const newest = await pMap(sources, (source) => newestOf(sweeps, source), { concurrency: AT_ONCE })
  return newest
    .flatMap((receipt) => receipt ?? [])
    .sort((a, b) => (a.ItemId > b.ItemId ? -1 : 1))
    .at(0)
}

async function newestOf(sweeps: Table, source: string): Promise<Receipt | undefined> {
  for await (const receipt of findReceipts(sweeps, source, 1)) return receipt
  return undefined
}
