import { Command, CommanderError } from '@commander-js/extra-typings'
import { SCHEMA_VERSION } from '../archive/record'
import { version } from '../package.json'
import { Ended, type Io, say, UsageError, write } from './io'
import { messageOf } from './output/message-of'
import { printable } from './output/printable'
import { wrapHelp } from './output/wrap-help'

interface CommandFile {
  define(command: Command, io: Io): void
}

/** Each command with its summary. Its file is loaded only if the command is asked for. */
const COMMANDS: Readonly<Record<string, readonly [summary: string, load: () => CommandFile]>> = {
  sessions: ['Find the sessions that meet every given condition.', () => require('./commands/sessions')],
  session: ['Show everything known about one session.', () => require('./commands/session')],
  sweeps: [
    'Show the receipts of sweeps, newest first, or what they prove.',
    () => require('./commands/sweeps'),
  ],
  sources: [
    'Show every account and region that is swept, the worst first, and what is not swept.',
    () => require('./commands/sources'),
  ],
  attempts: ['Find the attempts to start a session that AWS refused.', () => require('./commands/attempts')],
  report: [
    'Write the answer as one HTML page to hand over, with the proof of coverage.',
    () => require('./commands/report'),
  ],
  browse: [
    'Serve pages to look at the archive, on this machine, until interrupted.',
    () => require('./commands/browse'),
  ],
  evidence: [
    'Write what an auditor needs to verify a period without AWS: log, records, key.',
    () => require('./commands/evidence'),
  ],
  prove: ['Write the proof of one session.', () => require('./commands/prove')],
  verify: ['Judge a bundle or a proof, offline: unaltered? complete?', () => require('./commands/verify')],
  reconcile: [
    "Find the sessions that CloudTrail's log files know and the archive lacks.",
    () => require('./commands/reconcile'),
  ],
  archive: [
    'Sweep once, now, from here: archive every session that AWS still shows.',
    () => require('./commands/archive'),
  ],
  retention: ['Change after how many days stored records expire.', () => require('./commands/retention')],
  'member-role': [
    "Print the role that lets an organization's archiver read an account.",
    () => require('./commands/member-role'),
  ],
  emulate: [
    'Serve DescribeSessions from this machine until interrupted.',
    () => require('./commands/emulate'),
  ],
  demo: [
    'See the whole story in ten seconds: archived, forgotten by AWS, still answered.',
    () => require('./commands/demo'),
  ],
  completion: [
    'Print what makes bash, zsh or fish complete commands and flags.',
    () => require('./commands/completion'),
  ],
}

const FAILED = 1
const WRONG_USAGE = 2
const HINT = '(--help explains more)'

/**
 * Runs the command line.
 *
 * @param args without the names of Node.js and of this program
 * @returns the exit status: 0, 1 (failed), 2 (wrong usage) or 3 (not proven)
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const { stdout, stderr } = io
  // A failed write rejects where it is awaited.
  for (const stream of [stdout, stderr]) stream.on('error', () => {})
  let help = ''
  const program = new Command('session-archive')
    .description('Keeps the history of AWS Session Manager sessions beyond the 30 days that AWS does.')
    .version(`${version} (records of schema version ${SCHEMA_VERSION})`, '-V, --version', 'show the versions')
    .exitOverride()
    .showHelpAfterError(HINT)
    .configureOutput({
      writeOut: (text) => {
        help += wrapHelp(text, widthOf(stdout))
      },
      writeErr: (text) => stderr.write(wrapHelp(text, widthOf(stderr))),
      outputError: (message) => stderr.write(printableLines(message)),
      getOutHelpWidth: () => widthOf(stdout),
      getErrHelpWidth: () => widthOf(stderr),
    })
  const asked = args.find((arg) => arg !== 'help' && !arg.startsWith('-'))
  for (const [name, [summary, load]] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(summary)
    if (name !== asked && asked !== 'completion') continue // which is about all of them
    load().define(command, io)
    refuseRepeatedFlags(command)
  }
  try {
    await program.parseAsync(args, { from: 'user' }).catch(async (error: unknown) => {
      if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error
      await write(io, help)
    })
    return 0
  } catch (error) {
    return statusOf(error, io)
  }
}

/** A pipe has no width, and some terminals say 0. */
const widthOf = ({ columns }: Io['stdout']) => columns || 80

/**
 * A flag that is given twice would silently keep its last value. A flag that may be repeated is declared so by the
 * dots of its usage, `--fault <kind=value...>`.
 */
function refuseRepeatedFlags(command: Command): void {
  for (const option of command.options.filter(({ variadic }) => !variadic)) {
    const given: string[] = []
    command.on(`option:${option.name()}`, (value?: string | null) => {
      given.push(`'${[option.long, value].filter((part) => typeof part === 'string').join(' ')}'`)
      if (given.length > 1)
        command.error(`error: received ${given.join(' and ')}, expected ${option.long} once`)
    })
  }
}

/** Says what went wrong, in one message. */
function statusOf(error: unknown, io: Io): number {
  if (error instanceof Ended) return error.status
  if (error instanceof CommanderError) return WRONG_USAGE // commander has said it
  const message = printable(messageOf(error))
  const isUsage = error instanceof UsageError
  say(io, isUsage ? `error: ${message}\n${HINT}` : `session-archive: ${message}`)
  return isUsage ? WRONG_USAGE : FAILED
}

/** Commander's messages quote what was typed. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}
