import { randomUUID } from 'node:crypto'

/** Stands before the digits of an integer that a number cannot hold. */
const BIG = `big-${randomUUID()}:`
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g

/** A value is not what it must be. */
export class JsonError extends Error {
  /** @param path within the document: `Sessions[3].StartDate` */
  constructor(path: string, received: unknown, expected: string) {
    super(`${path}: got ${shorten(received)}, expected ${expected}`)
    this.name = 'JsonError'
  }
}

/**
 * An integer that a number cannot hold is a bigint.
 *
 * @throws JsonError, like the functions below
 */
export function parseJson(text: string, path: string): unknown {
  try {
    const kept = text.replace(TOKEN, (token) => (isBig(token) ? `"${BIG}${token}"` : token))
    return JSON.parse(kept, (_name, value: unknown) =>
      typeof value === 'string' && value.startsWith(BIG) ? BigInt(value.slice(BIG.length)) : value,
    )
  } catch {
    throw new JsonError(path, text, 'JSON')
  }
}

function isBig(token: string): boolean {
  return /^-?[1-9]\d{15,}$/.test(token) && !Number.isSafeInteger(Number(token))
}

/** The text of what {@link parseJson} returns, and of everything else that JSON can write. */
export function printJson(value: unknown): string | undefined {
  const text: string | undefined = JSON.stringify(value, (_name, one: unknown) =>
    typeof one === 'bigint' ? `${BIG}${one}` : one,
  )
  return text?.replace(new RegExp(`"${BIG}(-?\\d+)"`, 'g'), '$1')
}

export function parseObject(text: string, path: string): Record<string, unknown> {
  return asObject(parseJson(text, path), path)
}

export function asObject(value: unknown, path: string): Record<string, unknown> {
  if (!isObject(value)) throw new JsonError(path, value, 'an object')
  return value
}

/** @param things what the array is of, in the plural */
export function asArray(value: unknown, path: string, things: string): unknown[] {
  if (!Array.isArray(value)) throw new JsonError(path, value, `an array of ${things}`)
  return value
}

export function asString(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new JsonError(path, value, 'a string')
  return value
}

/** An object without members of other names than these. */
export function asObjectOf(value: unknown, path: string, names: readonly string[]): Record<string, unknown> {
  const object = asObject(value, path)
  const other = Object.keys(object).find((name) => !names.includes(name))
  if (other !== undefined) throw new JsonError(path, other, `members named ${names.join(', ')}`)
  return object
}

/** A reader of a value at a place, as those above. */
export type Read<T> = (value: unknown, path: string) => T

/** @param said what is expected, in words */
export function matching(pattern: RegExp, said: string): Read<string> {
  return (value, path) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw new JsonError(path, value, said)
    return value
  }
}

export function oneOf<T extends string>(known: readonly T[]): Read<T> {
  return (value, path) => {
    const one = known.find((each) => each === value)
    if (one === undefined) throw new JsonError(path, value, `one of ${known.join(', ')}`)
    return one
  }
}

/** Both bounds are inclusive. */
export function numberFrom(least: number, most: number): Read<number> {
  return (value, path) => {
    if (typeof value !== 'number' || value < least || value > most)
      throw new JsonError(path, value, `a number from ${least} to ${most}`)
    return value
  }
}

/** @param things what the array is of, in the plural */
export function listOf<T>(read: Read<T>, things: string): Read<T[]> {
  return (value, path) => asArray(value, path, things).map((one, index) => read(one, `${path}[${index}]`))
}

export function asBoolean(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw new JsonError(path, value, 'true or false')
  return value
}

/** @returns undefined for what is missing or null */
export function optional<T>(value: unknown, path: string, read: Read<T>): T | undefined {
  return value === null || value === undefined ? undefined : read(value, path)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shorten(value: unknown): string {
  const text = printJson(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
