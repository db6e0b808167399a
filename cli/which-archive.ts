import type { Command } from 'commander'
import { ENVIRONMENT } from '../archive/names'
import { nonEmpty } from './parsers'

/** The tables of a stack, tables by name, or a folder on this machine. */
export type ArchiveLocation =
  | { readonly stack: string }
  | { readonly sessionsTable?: string; readonly sweepsTable?: string }
  | { readonly folder: string }

export interface ArchiveFlags {
  readonly stack?: string
  readonly table?: string
  readonly sweepsTable?: string
  readonly local?: string
}

/** The tables that a command needs. */
export type Needs = readonly ('sessionsTable' | 'sweepsTable')[]

const FLAGS = { sessionsTable: '--table <name>', sweepsTable: '--sweeps-table <name>' } as const

/** Adds the flags that say which archive is meant. */
export function addArchiveFlags(command: Command, needs: Needs): Command {
  command.option('--stack <name>', 'the tables of this CloudFormation stack', nonEmpty)
  if (needs.includes('sessionsTable'))
    command.option(FLAGS.sessionsTable, `this DynamoDB table (or $${ENVIRONMENT.sessionsTable})`)
  if (needs.includes('sweepsTable'))
    command.option(FLAGS.sweepsTable, `this DynamoDB table of receipts (or $${ENVIRONMENT.sweepsTable})`)
  return command.option('--local <dir>', 'this folder: no deployment needed')
}

/**
 * Which archive is meant: by one kind of flag, or else by the environment.
 *
 * @param refuse ends the command over wrong usage
 */
export function whichArchive(
  { stack, table, sweepsTable, local }: ArchiveFlags,
  needs: Needs,
  environment: Readonly<Record<string, string | undefined>>,
  refuse: (message: string) => never,
): ArchiveLocation {
  const given = [
    ['--stack', stack],
    ['--table', table],
    ['--sweeps-table', sweepsTable],
    ['--local', local],
  ].flatMap(([flag, value]) => (value === undefined ? [] : [`'${flag} ${value}'`]))
  if (given.length > 1 && (stack !== undefined || local !== undefined))
    return refuse(`error: ${given.join(' and ')} are different archives: expected one of them`)
  if (stack !== undefined) return { stack }
  if (local !== undefined) return { folder: local }

  const names = {
    sessionsTable: table ?? environment[ENVIRONMENT.sessionsTable],
    sweepsTable: sweepsTable ?? environment[ENVIRONMENT.sweepsTable],
  }
  const missing = needs.filter((name) => !names[name])
  if (missing.length > 0) {
    const flags = missing.map((name) => `'${FLAGS[name]}'`).join(' and ')
    return refuse(`error: which archive? expected ${flags}, or '--stack <name>', or '--local <dir>'`)
  }
  return Object.fromEntries(Object.entries(names).filter(([, name]) => name))
}
