import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option, type OptionValues } from '@commander-js/extra-typings'
import { type Io, UsageError } from './io'
import { nonEmpty, region, url } from './parsers'

/** The tables of a stack, tables by name (empty: not needed), or a folder on this machine. */
export type ArchiveLocation =
  | { readonly stack: string }
  | { readonly sessionsTable: string; readonly sweepsTable: string }
  | { readonly folder: string }

/** The flags that name the tables a command needs. */
export type NeededTables = readonly ('table' | 'sweepsTable')[]

const TABLE_FLAGS = { table: "'--table <name>'", sweepsTable: "'--sweeps-table <name>'" }

export const FORMATS = ['table', 'json', 'jsonl', 'csv'] as const
type File = `${string}.xlsx`
export type Format = (typeof FORMATS)[number] | File

export const outputOption = () =>
  new Option('--output <format>', 'table, json, jsonl, csv, or a file for Excel such as found.xlsx')
    .argParser(format)
    .default('table' as const)

function format(text: string): Format {
  const known = FORMATS.find((name) => name === text)
  if (known !== undefined) return known
  if (isFile(text)) return text
  throw new InvalidArgumentError(`Expected ${FORMATS.join(', ')}, or a file for Excel such as found.xlsx.`)
}

export function isFile(format: string): format is File {
  return /[^/\\]\.xlsx$/i.test(format)
}

export const DEFAULT_STACK = 'SessionArchive'

/** Adds the flags that say which archive to read; those for AWS are named as in the AWS CLI. */
export function addReadFlags<Args extends unknown[], Flags extends OptionValues>(
  command: Command<Args, Flags>,
) {
  return addArchiveFlags(addAwsFlags(command), ` (default: ${DEFAULT_STACK})`)
}

export function addAwsFlags<Args extends unknown[], Flags extends OptionValues>(
  command: Command<Args, Flags>,
) {
  return command
    .option('--region <region>', 'region of the tables (default: as the AWS CLI finds it)', region)
    .option('--profile <name>', 'profile of the AWS configuration files')
    .option('--endpoint-url <url>', 'where DynamoDB and CloudFormation are, if not in AWS', url)
}

export type ReadFlags = ReturnType<ReturnType<typeof addReadFlags<[], Record<never, never>>>['opts']>
export type AwsFlags = Pick<ReadFlags, 'region' | 'profile' | 'endpointUrl'>
type ArchiveFlags = Omit<ReadFlags, keyof AwsFlags>

export function addArchiveFlags<Args extends unknown[], Flags extends OptionValues>(
  command: Command<Args, Flags>,
  defaultStack = '',
) {
  return command
    .option('--stack <name>', `the tables of this CloudFormation stack${defaultStack}`, nonEmpty)
    .option('--table <name>', 'or this DynamoDB table of sessions', nonEmpty)
    .option('--sweeps-table <name>', 'and this DynamoDB table of receipts', nonEmpty)
    .option('--local <dir>', 'or this folder: no deployment needed', nonEmpty)
}

/**
 * The archive to read.
 *
 * @throws UsageError if the flags name several, or half of one
 * @throws Error if the folder has none
 */
export function archiveToRead(flags: ReadFlags, needed: NeededTables, io: Io): ArchiveLocation {
  const { local } = flags
  const location = archiveNamed(flags, needed, io) ?? { stack: DEFAULT_STACK }
  if (local === undefined) return location
  if (flags.region !== undefined)
    throw new UsageError(
      `'--region ${flags.region}' says where tables are, and '--local ${local}' is a folder: expected one of them`,
    )
  if (!existsSync(resolve(io.cwd, local, 'CURRENT')))
    throw new Error(`folder ${JSON.stringify(local)}: expected an archive, and there is none`)
  return location
}

/**
 * The archive that the flags name, if they name any.
 *
 * @throws UsageError if they name several, or half of one
 */
export function archiveNamed(
  { stack, table, sweepsTable, local }: ArchiveFlags,
  needed: NeededTables,
  { cwd }: Io,
): ArchiveLocation | undefined {
  const given = Object.entries({
    '--stack': stack,
    '--table': table,
    '--sweeps-table': sweepsTable,
    '--local': local,
  })
    .filter(([, value]) => value !== undefined)
    .map(([flag, value]) => `'${flag} ${value}'`)
  if (given.length > 1 && (stack !== undefined || local !== undefined))
    throw new UsageError(`${given.join(' and ')} are different archives: expected one of them`)
  if (stack !== undefined) return { stack }
  if (local !== undefined) return { folder: resolve(cwd, local) }
  if (given.length === 0) return undefined
  const tables = { table, sweepsTable }
  const missing = needed.filter((name) => tables[name] === undefined).map((name) => TABLE_FLAGS[name])
  if (missing.length > 0)
    throw new UsageError(`expected ${missing.join(' and ')} beside ${given.join(' and ')}`)
  return { sessionsTable: table ?? '', sweepsTable: sweepsTable ?? '' }
}
