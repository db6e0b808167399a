/** A value is not what it must be. */
export class JsonError extends Error {
  /** @param path within the document: `Sessions[3].StartDate` */
  constructor(path: string, received: unknown, expected: string) {
    super(`${path}: got ${shorten(received)}, expected ${expected}`)
    this.name = 'JsonError'
  }
}

/** @throws JsonError, like every function of this file */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new JsonError(path, text, 'JSON')
  }
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
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
