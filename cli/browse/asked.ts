import { InvalidArgumentError } from '@commander-js/extra-typings'
import type { Table } from '../../archive/batch-get'
import { UnknownAccountError } from '../../audit/find-accounts'
import type { Place } from '../../audit/find-back'
import type { Question } from '../../audit/question'
import { type Io, UsageError } from '../io'
import { time } from '../output/format'
import { messageOf } from '../output/message-of'
import { questionOf } from '../question-flags'
import { resolveAccounts } from '../resolve-accounts'
import { ALL_FIELDS, FIELD_NAMES, type FieldName, type Values } from './fields'
import { listen } from './listen'
import { Refusal } from './page'
import { parametersOf } from './parameters'

const DAY_MS = 24 * 60 * 60 * 1000
/** Without a time, the question is about so many days. */
const DAYS = 30

/** Where the page goes on; and since when the question is about, if nobody gave a time. */
const PLACE = ['start', 'id', 'since'] as const

/** A question as the form asks it. */
export interface Asked {
  readonly values: Values
  /** What a link asks on with: times that do not move, and the default. */
  readonly onwards: Readonly<Record<string, string | undefined>>
  readonly question: Question
  readonly after?: Place
  /** What must be said of it. Untrusted text. */
  readonly notes: readonly string[]
}

/** What is wrong with a field. Untrusted text. */
export type Problems = Readonly<Partial<Record<FieldName, string>>>

export class WrongFields extends Error {
  override readonly name = 'WrongFields'
  constructor(
    readonly values: Values,
    readonly problems: Problems,
  ) {
    super('Some fields cannot be understood.')
  }
}

/**
 * @throws Refusal if the address cannot be one of ours
 * @throws WrongFields if something that was typed cannot be asked for
 */
export async function askedOf(parameters: URLSearchParams, sweeps: Table, now: Date, io: Io): Promise<Asked> {
  const { start, id, since, ...values } = parametersOf(parameters, [...FIELD_NAMES, ...PLACE])
  const flags = parsed(values)
  const heard = listen(io)
  const accountIds = await about('account', values, () => resolveAccounts(flags.account, sweeps))
  const from = isTimed(values) ? flags.from : defaultStart(since, now)
  const question = await about('to', values, async () => questionOf({ ...flags, from }, heard.io))
  return {
    values,
    onwards: { ...values, ...(isTimed(values) ? fixed(values, question) : { since: from }) },
    question: { ...question, accountIds },
    after: placeOf(parameters, start, id),
    notes: [
      ...(isTimed(values) ? [] : [`Of the last ${DAYS} days, as no time was given: from ${time(from)} on.`]),
      ...heard.said,
    ],
  }
}

function isTimed({ day, from, to, at, open }: Values): boolean {
  return [day, from, to, at, open].some((time) => time !== undefined)
}

/** @throws Refusal if it is no time */
function defaultStart(since: string | undefined, now: Date): string {
  return since === undefined ? new Date(now.getTime() - DAYS * DAY_MS).toISOString() : isoTime('since', since)
}

/** A time ago is another one when the next page is asked for. */
function fixed({ from, to, at }: Values, question: Question): Values {
  return {
    ...(from !== undefined && { from: question.from }),
    ...(to !== undefined && { to: question.to }),
    ...(at !== undefined && { at: question.at }),
  }
}

type Flags = Parameters<typeof questionOf>[0] & { readonly account?: readonly string[] }

/** What the command line calls the same. */
const FLAGS: Readonly<Partial<Record<FieldName, string>>> = {
  region: 'sourceRegion',
  longer: 'minDuration',
  access: 'accessType',
}

function parsed(values: Values): Flags {
  const flags: Record<string, unknown> = {}
  const problems: Record<string, string> = {}
  for (const [name, text] of Object.entries(values) as [FieldName, string][])
    try {
      const { parse, choices } = ALL_FIELDS[name]
      if (choices?.includes(text) === false)
        throw new InvalidArgumentError(`Expected one of ${choices.join(', ')}.`)
      flags[FLAGS[name] ?? name] = parse(text)
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error
      problems[name] = error.message
    }
  if (values.day !== undefined && (values.from ?? values.to) !== undefined)
    problems.day = 'Expected a day, or a time from which and before which: not both.'
  if (Object.keys(problems).length > 0) throw new WrongFields(values, problems)
  const { day, ...others } = flags
  if (typeof day !== 'string') return flags as Flags
  const next = new Date(Date.parse(day) + DAY_MS).toISOString()
  return { ...others, from: new Date(day).toISOString(), to: next } as Flags
}

/** What the rest of the code finds wrong with a question is the field's. */
async function about<T>(field: FieldName, typed: Values, make: () => Promise<T>): Promise<T> {
  return make().catch((error: unknown) => {
    const isUnknown = error instanceof Error && error.cause instanceof UnknownAccountError
    if (!(error instanceof UsageError) && !isUnknown) throw error
    throw new WrongFields(typed, { [field]: messageOf(error) })
  })
}

/** @throws Refusal if it is none */
function placeOf(
  given: URLSearchParams,
  start: string | undefined,
  id: string | undefined,
): Place | undefined {
  if (!given.has('start')) return undefined
  return {
    start: start === undefined ? '' : isoTime('start', start),
    ...(id !== undefined && { id }),
  }
}

/** A clock that is centuries wrong makes years of six digits. */
const ISO_TIME = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** What a link of ours has. */
function isoTime(name: string, text: string): string {
  if (ISO_TIME.test(text) && Number.isFinite(Date.parse(text))) return text
  throw new Refusal(400, `Received ${name} ${JSON.stringify(text)}, expected a time as in our own links.`)
}
