import { Command } from 'commander'
import { type AwsFlags, addAwsFlags } from '../aws-flags'
import { nonEmpty } from '../parsers'
import { addQuestionFlags, QUESTION_HELP, type QuestionFlags, questionOf } from '../question-flags'
import { type ArchiveFlags, addArchiveFlags, type Needs, whichArchive } from '../which-archive'

export interface ReportFlags extends AwsFlags, ArchiveFlags, QuestionFlags {
  readonly region?: string
  readonly local?: string
  readonly out: string
}

const NEEDS: Needs = ['sessionsTable', 'sweepsTable']

export function reportCommand(): Command {
  const command = new Command('report')
    .description(
      'Write the answer as one HTML page to hand over: readable offline, with the proof of coverage.',
    )
    .requiredOption('--out <file.html>', 'the page; one that exists is replaced', nonEmpty)
  addQuestionFlags(command)
  addArchiveFlags(addAwsFlags(command), NEEDS)
  return command
    .addHelpText(
      'after',
      `${QUESTION_HELP}

Examples:
  session-archive report --stack SessionArchive --from 2026-07-01 --to 2026-10-01 --out q3.html
  session-archive report --stack SessionArchive --owner alice --from 52w --out alice.html
  session-archive report --local ./sessions --out sessions.html`,
    )
    .action(async (flags: ReportFlags) => {
      const refuse = (message: string): never => command.error(message)
      const location = whichArchive(flags, NEEDS, process.env, refuse)
      const question = questionOf(flags, refuse, (message) => console.error(message))
      const { report } = require('../write-report') as typeof import('../write-report')
      await report(flags, location, question)
    })
}
