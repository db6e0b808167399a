import { InvalidArgumentError } from 'commander'

/** Parsers of option values. @throws InvalidArgumentError that says what was expected */

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

/** The generator takes 32 bits: beyond them another seed would not be another month. */
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
