import { InvalidArgumentError } from '@commander-js/extra-typings'
import { ORGANIZATION_ID } from '../archive/names'

/** Parsers of option values. They throw an InvalidArgumentError that says what was expected. */

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(
        `Expected a whole number ${most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`}.`,
      )
    return value
  }
}

/** The generator of months uses 32 bits: a larger seed would make no other month. */
export const seed = wholeNumber(0, 2 ** 32 - 1)

export function positiveNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Expected a number above 0.')
  return value
}

export function probability(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('Expected a probability from 0 to 1.')
  return value
}

export function url(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError('Expected a URL such as http://127.0.0.1:8000.')
  return text
}

export function region(text: string): string {
  if (!/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(text))
    throw new InvalidArgumentError('Expected a region such as eu-west-1.')
  return text
}

const ISO_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/

/** A date (midnight UTC) or a time with its zone. */
export function time(text: string): Date {
  const value = new Date(text)
  const impossible = Number.isNaN(value.getTime()) || !isRealDay(text.slice(0, 10))
  if (!ISO_TIME.test(text) || impossible)
    throw new InvalidArgumentError('Expected a date or a time with its zone, such as 2026-11-24T09:30:00Z.')
  return value
}

/** JavaScript takes 30 February for 2 March. */
function isRealDay(day: string): boolean {
  const value = new Date(day)
  return !Number.isNaN(value.getTime()) && value.toISOString().startsWith(day)
}

/** A day, as it is written. */
export function day(text: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || !isRealDay(text))
    throw new InvalidArgumentError('Expected a date such as 2026-11-24.')
  return text
}

const UNIT_SECONDS = { s: 1, m: 60, h: 60 * 60, d: 24 * 60 * 60, w: 7 * 24 * 60 * 60 }

/** `90m`, `36h`, `7d` or `2w`, in seconds. */
export function duration(text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhdw])$/.exec(text) ?? []
  if (count === undefined || unit === undefined)
    throw new InvalidArgumentError('Expected a duration such as 90m, 36h, 7d or 2w.')
  return Number(count) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS]
}

/** A date, a time with its zone, or a time ago such as `7d`, as ISO 8601, UTC, milliseconds. */
export function moment(text: string): string {
  const isAgo = /^\d+[smhdw]$/.test(text)
  const date = isAgo ? new Date(Date.now() - duration(text) * 1000) : time(text)
  const year = date.getUTCFullYear()
  if (!(year >= 1970 && year <= 9999)) throw new InvalidArgumentError('Expected a time from 1970 to 9999.')
  return date.toISOString()
}

export function nonEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Expected some text.')
  return text
}

export function source(text: string): string {
  if (!/^\d{12}\/[a-z0-9-]+$/.test(text))
    throw new InvalidArgumentError('Expected an account and a region such as 111122223333/eu-west-1.')
  return text
}

export function organizationId(text: string): string {
  if (!ORGANIZATION_ID.test(text))
    throw new InvalidArgumentError('Expected an organization such as o-a1b2c3d4e5.')
  return text
}

export function roleName(text: string): string {
  if (!/^[\w+=,.@-]{1,64}$/.test(text))
    throw new InvalidArgumentError('Expected the name of a role, such as session-archive-reader.')
  return text
}

export function roleArn(text: string): string {
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@-]{1,64}$/.test(text))
    throw new InvalidArgumentError(
      'Expected the ARN of a role, such as arn:aws:iam::111122223333:role/archiver.',
    )
  return text
}
