import { type Command, InvalidArgumentError, Option } from 'commander'
import { ownerName } from '../archive/record'
import type { Question } from '../audit/question'
import { accountId, duration, moment, nonEmpty, region } from './parsers'

export interface QuestionFlags {
  readonly owner?: string
  readonly target?: string
  readonly from?: string
  readonly to?: string
  readonly at?: string
  readonly status?: string
  readonly document?: string
  readonly reason?: string
  readonly region?: string
  readonly sourceRegion?: string
  readonly account?: string
  readonly accessType?: string
  readonly open?: true
  readonly minDuration?: number
  readonly local?: string
}

const STATUSES = ['Connected', 'Connecting', 'Disconnected', 'Terminated', 'Terminating', 'Failed']

/** Adds the flags that say what is asked. */
export function addQuestionFlags(command: Command): Command {
  return command
    .option('--owner <name>', 'of this person: a name, or an ARN for its name, in every role', owner)
    .option('--target <id>', 'on this target', nonEmpty)
    .option('--from <time>', 'started then or later (inclusive)', moment)
    .option('--to <time>', 'started before (exclusive)', moment)
    .option('--at <time>', 'connected then: started by then, not known to have ended by then', moment)
    .addOption(new Option('--status <status>', 'with this status').choices(STATUSES))
    .option('--document <name>', 'with this SSM document', nonEmpty)
    .option('--reason <text>', 'with this in the reason, in upper or lower case', nonEmpty)
    .option('--account <id>', 'in this account', accountId)
    .option('--source-region <region>', 'in this region', region)
    .addOption(new Option('--access-type <type>', 'of this type').choices(['Standard', 'JustInTime']))
    .option('--open', 'not ended, as far as the archive knows')
    .option('--min-duration <time>', 'that lasted at least so long: 90m, 36h, 2d', duration)
}

export const QUESTION_HELP = `
A time is a date (its midnight, UTC), a time with its zone (2026-11-24T02:14:00Z), or how long ago it
was (36h, 7d, 2w). Without --from, --to, --at and --open, the last 30 days are meant. --region says where
the tables are, as in the AWS CLI; with --local, where there is no such place, it is --source-region.
A session of which AWS gave no StartDate is found by --open and by its SessionId only.`

/** How far back a question goes that does not say. */
const DEFAULT_SPAN_MS = 30 * 24 * 60 * 60 * 1000

/**
 * @param refuse ends the command over wrong usage
 * @param notice tells what is meant where it was not said
 */
export function questionOf(
  flags: QuestionFlags,
  refuse: (message: string) => never,
  notice: (message: string) => void,
): Question {
  const { from, to, at, open } = flags
  if (from !== undefined && to !== undefined && from >= to)
    return refuse(`error: received --from ${from} and --to ${to}, expected --from before --to`)
  const isUnbounded = [from, to, at, open].every((bound) => bound === undefined)
  const since = isUnbounded ? new Date(Date.now() - DEFAULT_SPAN_MS).toISOString() : from
  if (isUnbounded) notice(`Of the last 30 days (--from ${since}), as no time is given.`)
  const { target, status, document, reason, account, accessType, minDuration } = flags
  const sessionRegion = flags.sourceRegion ?? (flags.local === undefined ? undefined : flags.region)
  return given({
    from: since,
    to,
    at,
    open,
    ownerName: flags.owner,
    target,
    status,
    documentName: document,
    reason,
    accountId: account,
    region: sessionRegion,
    accessType,
    minDuration,
  })
}

function given(question: { [name in keyof Question]: Question[name] | undefined }): Question {
  return Object.fromEntries(Object.entries(question).filter(([, asked]) => asked !== undefined))
}

function owner(text: string): string {
  const name = ownerName(nonEmpty(text))
  if (Buffer.byteLength(name) > 2048) throw new InvalidArgumentError('Expected at most 2048 bytes.')
  return name
}
