import { Command, CommanderError } from 'commander'
import { version } from '../package.json'
import { archiveCommand } from './commands/archive'
import { demoCommand } from './commands/demo'
import { emulateCommand } from './commands/emulate'
import { printable } from './text'

/** The exit statuses of every command. */
const FAILED = 1
const WRONG_USAGE = 2

/** Runs the command line; the process ends with status 0, 1 (failed) or 2 (wrong usage). */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('session-archive')
    .description('Keeps the history of AWS Session Manager sessions beyond the 30 days that AWS does.')
    .version(version)
    .showHelpAfterError('(--help tells more)')
  const commands = [archiveCommand(), demoCommand(), emulateCommand()]
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program))
  for (const command of [program, ...commands]) command.exitOverride()
  try {
    await program.parseAsync(argv)
  } catch (error) {
    process.exitCode = report(error)
  }
}

/** Says what went wrong in one message; commander has already spoken for its own errors. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE
  const message = error instanceof Error ? error.message || error.name : String(error)
  console.error(`session-archive: ${printable(message)}`)
  return FAILED
}
