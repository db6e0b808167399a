import { type Command, Option, type OptionValues } from '@commander-js/extra-typings'
import type { Question } from '../audit/question'
import { owners, roles, targets } from './asked-names'
import { type Io, say, UsageError } from './io'
import { accountId, duration, moment, nonEmpty, region } from './parsers'

const STATUSES = ['Connected', 'Connecting', 'Disconnected', 'Terminated', 'Terminating', 'Failed'] as const

/** Adds the flags that say what is asked. */
export function addQuestionFlags<Args extends unknown[], Flags extends OptionValues>(
  command: Command<Args, Flags>,
) {
  return command
    .option('--owner <name...>', 'of this person, in every role: a name, or an ARN that ends in it', owners)
    .option('--role <name...>', 'in this role: a name, or an ARN', roles)
    .option('--target <id...>', 'on this target: an id, an ARN, or an ECS cluster or task', targets)
    .option('--from <time>', 'started at this time or later', moment)
    .option('--to <time>', 'started before this time', moment)
    .option('--at <time>', 'connected at this time: started by then, not known to have ended by then', moment)
    .addOption(new Option('--status <status>', 'with this status').choices(STATUSES))
    .option('--document <name>', 'with this SSM document', nonEmpty)
    .option('--reason <text>', 'with this text in the reason, in any case', nonEmpty)
    .option('--account <id>', 'in this account', accountId)
    .option('--source-region <region>', 'in this region', region)
    .addOption(
      new Option('--access-type <type>', 'of this type').choices(['Standard', 'JustInTime'] as const),
    )
    .option('--open', 'not ended, as far as the archive knows')
    .option('--min-duration <time>', 'lasted at least this long: 90m, 36h, 2d', duration)
}

type QuestionFlags = ReturnType<ReturnType<typeof addQuestionFlags<[], Record<never, never>>>['opts']>

export const QUESTION_HELP = `
--owner, --role and --target may be given several times: any of them will do. A
name that ends in * stands for all that begin so ('jane*', 'ecs:prod_*'). Names
of people and roles are found in upper or lower case, in every account.

A time is a date (midnight UTC), a time with its zone (2026-11-24T02:14:00Z), or
a time ago (36h, 7d, 2w). Without --from, --to, --at and --open, the question is
about the last 30 days. --region says where the tables are; --source-region asks
for the sessions of a region. AWS sends a few sessions without a StartDate: only
--open and 'session-archive session' find them.`

const DEFAULT_SPAN_MS = 30 * 24 * 60 * 60 * 1000

/** @throws UsageError if --from is not before --to */
export function questionOf(flags: QuestionFlags, io: Io): Question {
  const { from, to, at, open, owner, role, target, document, account, sourceRegion, ...others } = flags
  if (from !== undefined && to !== undefined && from >= to)
    throw new UsageError(`received --from ${from} and --to ${to}, expected --from before --to`)
  const { status, reason, accessType, minDuration } = others
  const question = {
    ...{ from, to, at, open, status, reason, accessType, minDuration },
    ...{ ownerNames: owner, roleNames: role, targets: target },
    ...{ documentName: document, accountId: account, region: sourceRegion },
  }
  if ([from, to, at, open].some((bound) => bound !== undefined)) return question
  const since = new Date(Date.now() - DEFAULT_SPAN_MS).toISOString()
  say(io, `Of the last 30 days (--from ${since}), as no time is given.`)
  return { ...question, from: since }
}
