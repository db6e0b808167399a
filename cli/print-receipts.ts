import type { Table } from '../archive/batch-get'
import type { Outcome, Receipt } from '../archive/receipt'
import { readRoster } from '../archive/roster'
import { countAllRejected, FEW, findAllReceipts, findRounds } from '../audit/find-receipts'
import { extentOf, type Where } from '../audit/roster-sources'
import type { Format } from './flags'
import { type Io, say } from './io'
import { atMost } from './output/at-most'
import { NAMED_RECEIPTS, RECEIPTS, ROUND_RECEIPTS, type ShownReceipt } from './output/columns'
import { counted } from './output/format'
import { print } from './output/print'
import { rejected } from './rejected'

interface Wanted extends Where {
  readonly outcome?: Outcome
  readonly limit?: number
}

/** Prints receipts of sweeps, newest first, and says how many sessions of their sources could not be stored. */
export async function printReceipts(
  sweeps: Table,
  { outcome, limit, ...where }: Wanted,
  output: Format,
  io: Io,
): Promise<void> {
  const { sources } = extentOf(await readRoster(sweeps), where)
  const names = new Map(sources.map(({ source, accountName }) => [source, accountName]))
  const keys = [...names.keys()]
  const found = withOutcome(findAllReceipts(sweeps, keys), outcome)
  const shown = named(found, names)
  const kind = [...names.values()].some((name) => name !== undefined) ? NAMED_RECEIPTS : RECEIPTS
  await print(limit === undefined ? shown : atMost(limit, shown, io), kind, output, io)
  const lines =
    keys.length > FEW
      ? [
          `Sessions that could not be stored were not counted, of ${counted(keys.length, 'source')}: --coverage does that.`,
        ]
      : rejected(await countAllRejected(sweeps, keys))
  for (const line of lines) say(io, line)
}

export async function printRounds(
  sweeps: Table,
  limit: number | undefined,
  output: Format,
  io: Io,
): Promise<void> {
  const rounds = findRounds(sweeps, limit === undefined ? undefined : limit + 1)
  await print(limit === undefined ? rounds : atMost(limit, rounds, io), ROUND_RECEIPTS, output, io)
}

async function* withOutcome(receipts: AsyncIterable<Receipt>, outcome: Outcome | undefined) {
  for await (const receipt of receipts)
    if (outcome === undefined || receipt.Outcome === outcome) yield receipt
}

async function* named(
  receipts: AsyncIterable<Receipt>,
  names: ReadonlyMap<string, string | undefined>,
): AsyncGenerator<ShownReceipt> {
  for await (const receipt of receipts) {
    const AccountName = names.get(receipt.Source)
    yield AccountName === undefined ? receipt : { ...receipt, AccountName }
  }
}
