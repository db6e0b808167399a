import { type Command, Option, type OptionValues } from '@commander-js/extra-typings'
import type { Question } from '../audit/question'
import { accounts } from './asked-accounts'
import { type AskedName, document, owners, roles, targets } from './asked-names'
import { type Io, say, UsageError } from './io'
import { duration, moment, nonEmpty, region } from './parsers'

export const STATUSES = [
  'Connected',
  'Connecting',
  'Disconnected',
  'Terminated',
  'Terminating',
  'Failed',
] as const
export const STATES = ['Active', 'History', 'Recovered'] as const
export const ACCESS_TYPES = ['Standard', 'JustInTime'] as const

/** Adds the flags that say what is asked. */
export function addQuestionFlags<Args extends unknown[], Flags extends OptionValues>(
  command: Command<Args, Flags>,
) {
  return command
    .option('--owner <name...>', 'of this person, in every role: a name, or an ARN that ends in it', owners)
    .option('--role <name...>', 'in this role: a name, or an ARN', roles)
    .option(
      '--target <name...>',
      'on this target: the name it had, its id, an ARN, or an ECS cluster or task',
      targets,
    )
    .option('--from <time>', 'started at this time or later', moment)
    .option('--to <time>', 'started before this time', moment)
    .option('--at <time>', 'connected at this time: started by then, not known to have ended by then', moment)
    .addOption(new Option('--status <status>', 'with this status').choices(STATUSES))
    .addOption(
      new Option('--state <list>', 'in this list of AWS, or recovered from CloudTrail').choices(STATES),
    )
    .option('--document <name>', 'with this SSM document', document)
    .option('--reason <text>', 'with this text in the reason, in any case', nonEmpty)
    .option('--account <name...>', 'in this account: its name, or its id', accounts)
    .option('--source-region <region>', 'in this region', region)
    .addOption(new Option('--access-type <type>', 'of this type').choices(ACCESS_TYPES))
    .option('--open', 'not ended, as far as the archive knows')
    .option('--min-duration <time>', 'lasted at least this long: 90m, 36h, 2d', duration)
}

type QuestionFlags = Partial<
  ReturnType<ReturnType<typeof addQuestionFlags<[], Record<never, never>>>['opts']>
>

export const QUESTION_HELP = `
--owner, --role, --target and --account may be given several times: any of them
will do. A name that ends in * stands for all that begin so ('jane*',
'ecs:prod_*'). Names of people, roles, targets, documents and accounts are found
in upper or lower case. A target has the name that it had when the session was
archived: its Name tag or that of its activation, or else the computer's. An
account has the name that AWS Organizations has now. An ARN stands for its name,
in every account and region.

A time is a date (midnight UTC), a time with its zone (2026-11-24T02:14:00Z), or
a time ago (36h, 7d, 2w). Without --from, --to, --at and --open, the question is
about the last 30 days. --region says where the tables are; --source-region asks
for the sessions of a region. AWS sends a few sessions without a StartDate: only
--open and 'session-archive session' find them, and those that start before
2018-09-11, or after tomorrow if there is no --to.`

const DEFAULT_SPAN_MS = 30 * 24 * 60 * 60 * 1000

/**
 * The question, but for its accounts: the roster has their names.
 *
 * @throws UsageError if --from is not before --to
 */
export function questionOf(flags: QuestionFlags, io: Io): Question {
  const { from, to, at, open, document, sourceRegion, ...others } = flags
  if (from !== undefined && to !== undefined && from >= to)
    throw new UsageError(`received --from ${from} and --to ${to}, expected --from before --to`)
  const { owner, role, target, status, state, reason, accessType, minDuration } = others
  const question = {
    ...{ from, to, at, open, status, state, reason, accessType, minDuration },
    ...{ ownerNames: namesOf(owner), roleNames: namesOf(role), targets: namesOf(target) },
    ...{ documentName: document, region: sourceRegion },
  }
  const ignored = notAskedOf(
    [owner, role, target].flatMap((names) => names ?? []),
    flags,
  )
  if (ignored !== '')
    say(io, `Not narrowed to ${ignored}, as in an ARN: --account and --source-region do that.`)
  if ([from, to, at, open].some((bound) => bound !== undefined)) return question
  const since = new Date(Date.now() - DEFAULT_SPAN_MS).toISOString()
  say(io, `Of the last 30 days (--from ${since}), as no time is given.`)
  return { ...question, from: since }
}

function namesOf(asked: readonly AskedName[] | undefined): string[] | undefined {
  return asked?.map(({ name }) => name)
}

/** The accounts and regions of ARNs that the question is not narrowed to. */
function notAskedOf(asked: readonly AskedName[], { account, sourceRegion }: QuestionFlags): string {
  const accounts = account === undefined ? asked.flatMap(({ accountId }) => accountId ?? []) : []
  const regions = sourceRegion === undefined ? asked.flatMap(({ region }) => region ?? []) : []
  return [...new Set([...accounts, ...regions])].join(', ')
}
