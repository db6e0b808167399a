import { type Duration, Token } from 'aws-cdk-lib'

/** Whether props from context, or from code that no compiler has checked, are what they should be. */

export type Unchecked<Props> = { readonly [Key in keyof Props]: unknown }

/**
 * Makes the error about a prop.
 *
 * @param received @default - the value of the prop
 */
export type Invalid<Key> = (key: Key, expected: string, received?: string) => Error

/** Whether a prop is a Duration, maybe of another copy of aws-cdk-lib. */
export function isDuration(value: unknown): value is Duration {
  return (
    typeof value === 'object' &&
    value !== null &&
    'toMinutes' in value &&
    typeof value.toMinutes === 'function' &&
    'toHumanString' in value
  )
}

/** Whether a prop is a time of whole minutes within these limits, both inclusive. */
export function isTimeWithin(value: unknown, leastMinutes: number, mostMinutes: number): boolean {
  return (
    value === undefined ||
    (isDuration(value) && isWithin(value.toMinutes({ integral: false }), leastMinutes, mostMinutes))
  )
}

/** Whether a prop is text of a form. Like all below, it accepts a prop that is not given. */
export function isText(value: unknown, form: RegExp): boolean {
  return value === undefined || (typeof value === 'string' && (Token.isUnresolved(value) || form.test(value)))
}

export function isBoolean(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean'
}

/** Whether a prop is a whole number within these limits, both inclusive. */
export function isWithin(value: unknown, least: number, most: number): boolean {
  return value === undefined || (Number.isInteger(value) && Number(value) >= least && Number(value) <= most)
}

/** Whether a prop is a list of different texts, each accepted. */
export function isListOf(value: unknown, accepts: (item: string) => boolean, minLength = 1): boolean {
  if (value === undefined) return true
  return (
    Array.isArray(value) &&
    value.length >= minLength &&
    new Set(value).size === value.length &&
    value.every((item) => typeof item === 'string' && accepts(item))
  )
}

export function shown(value: unknown): string {
  return JSON.stringify(isDuration(value) ? value.toHumanString() : value)
}
