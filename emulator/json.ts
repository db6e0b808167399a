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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shorten(value: unknown): string {
  const text = printJson(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
