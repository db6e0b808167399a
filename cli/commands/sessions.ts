import { Command } from 'commander'
import { type AwsFlags, addAwsFlags, type Format, outputOption } from '../aws-flags'
import { wholeNumber } from '../parsers'
import { addQuestionFlags, QUESTION_HELP, type QuestionFlags, questionOf } from '../question-flags'
import { type ArchiveFlags, addArchiveFlags, type Needs, whichArchive } from '../which-archive'

export interface SessionsFlags extends AwsFlags, ArchiveFlags, QuestionFlags {
  readonly region?: string
  readonly local?: string
  readonly limit?: number
  readonly newestFirst: boolean
  readonly explain: boolean
  readonly output: Format
}

const NEEDS: Needs = ['sessionsTable']

export function sessionsCommand(): Command {
  const command = new Command('sessions').description('Find sessions: everything given must hold.')
  addQuestionFlags(command)
    .option('--limit <n>', 'no more than so many', wholeNumber(1))
    .option('--newest-first', 'the latest StartDate first', false)
    .addOption(outputOption())
    .option('--explain', 'tell which index was read, and how much of it', false)
  addArchiveFlags(addAwsFlags(command), NEEDS)
  return command
    .addHelpText(
      'after',
      `${QUESTION_HELP}

Examples:
  session-archive sessions --stack SessionArchive --owner alice --from 2026-01-01 --to 2027-01-01
  session-archive sessions --stack SessionArchive --at 2026-11-24T02:14:00Z --target i-0abc1234def567890
  session-archive sessions --stack SessionArchive --from 7d --reason INC-4711 --output csv > inc-4711.csv
  session-archive sessions --local ./sessions --open --min-duration 8h`,
    )
    .action(async (flags: SessionsFlags) => {
      const refuse = (message: string): never => command.error(message)
      const location = whichArchive(flags, NEEDS, process.env, refuse)
      const question = questionOf(flags, refuse, (message) => console.error(message))
      const { sessions } = require('../sessions') as typeof import('../sessions')
      await sessions(flags, location, question)
    })
}
