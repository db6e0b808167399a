import { Command, CommanderError } from 'commander'
import { version } from '../package.json'
import { archiveCommand } from './commands/archive'
import { demoCommand } from './commands/demo'
import { emulateCommand } from './commands/emulate'
import { reportCommand } from './commands/report'
import { sessionCommand } from './commands/session'
import { sessionsCommand } from './commands/sessions'
import { sweepsCommand } from './commands/sweeps'
import { printable } from './output/printable'

/** The exit statuses of every command. */
const FAILED = 1
const WRONG_USAGE = 2

/** Runs the command line; the process ends with status 0, 1 (failed) or 2 (wrong usage). */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('session-archive')
    .description('Keeps the history of AWS Session Manager sessions beyond the 30 days that AWS does.')
    .version(version)
    .configureOutput({ outputError: (message, write) => write(printableLines(message)) })
    .showHelpAfterError('(--help tells more)')
  const commands = [
    sessionsCommand(),
    sessionCommand(),
    sweepsCommand(),
    reportCommand(),
    archiveCommand(),
    emulateCommand(),
    demoCommand(),
  ]
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program))
  for (const command of [program, ...commands]) command.exitOverride()
  // Whoever reads the output may stop before its end.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : FAILED))
  try {
    await program.parseAsync(argv)
  } catch (error) {
    process.exitCode = report(error)
  }
}

/** Says what went wrong in one message; commander has already spoken for its own errors. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE
  console.error(`session-archive: ${printable(messageOf(error))}`)
  return FAILED
}

/** A host of several addresses that all refuse gives an AggregateError without a message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message || error.name : String(error)
}

/** Commander's messages quote what was typed. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}
