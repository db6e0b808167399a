import { type Command, InvalidArgumentError, type OptionValues } from '@commander-js/extra-typings'
import { ACCOUNT_ID } from '../archive/names'
import type { NeededTables } from './flags'
import { nonEmpty, region } from './parsers'

/** Parses the flag that names accounts: by their names, or by their ids. */
export function accounts(text: string, others: readonly string[] = []): readonly string[] {
  const asked = nonEmpty(text).trim()
  if (/\*./.test(asked)) throw new InvalidArgumentError('Expected * at the end only.')
  if (/^\d+$/.test(asked) && !ACCOUNT_ID.test(asked))
    throw new InvalidArgumentError('Expected an account of 12 digits, or its name.')
  return [...others, asked]
}

/** The tables that a question needs: the roster has the names of accounts. */
export function tablesNeeded(needed: NeededTables, asked: readonly string[] = []): NeededTables {
  const byName = asked.some((one) => !ACCOUNT_ID.test(one))
  return byName && !needed.includes('sweepsTable') ? [...needed, 'sweepsTable'] : needed
}

/** Adds the flags that say whose sources, and in which region. */
export function addWhereFlags<Args extends unknown[], Flags extends OptionValues>(
  command: Command<Args, Flags>,
) {
  return command
    .option('--account <name...>', 'in this account: its name, or its id', accounts)
    .option('--source-region <region>', 'in this region', region)
}
