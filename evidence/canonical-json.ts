/** JSON as RFC 8785 writes it: one text for one value, so that its hash can be computed by anyone. */

export class CanonicalJsonError extends Error {
  override readonly name = 'CanonicalJsonError'
}

/** Deeper values are refused. DynamoDB nests 32 deep at most. */
const MAX_DEPTH = 100

/**
 * @throws CanonicalJsonError if the value has no canonical form: it is no JSON, holds half a character or a number
 * without end, or is too deep
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) throw refused('a value', `nested deeper than ${MAX_DEPTH}`)
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw refused(JSON.stringify(value), 'half of a character')
      return JSON.stringify(value)
    case 'number':
      if (!Number.isFinite(value)) throw refused(String(value), 'a number without end')
      return JSON.stringify(value) // JavaScript's form of a number is that of RFC 8785
    case 'boolean':
      return String(value)
    case 'object':
      if (value === null) return 'null'
      if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one, depth + 1)).join(',')}]`
      return `{${Object.entries(value)
        .filter(([, inner]) => inner !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1)) // by UTF-16 code units
        .map(([name, inner]) => `${canonicalJson(name)}:${canonicalJson(inner, depth + 1)}`)
        .join(',')}}`
    default:
      throw refused(String(value), `a ${typeof value}`)
  }
}

/**
 * The value of a text that is in canonical form.
 *
 * @throws CanonicalJsonError if it is not: then two readers could take it for different values
 */
export function parseCanonicalJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CanonicalJsonError(`received ${start(text)}, expected JSON: ${cause}`, { cause })
  }
  if (canonicalJson(value) !== text)
    throw new CanonicalJsonError(`received ${start(text)}, expected JSON in the form of RFC 8785`)
  return value
}

function refused(received: string, why: string): CanonicalJsonError {
  return new CanonicalJsonError(`received ${received.slice(0, 80)}, ${why}, expected what JSON can hold`)
}

function start(text: string): string {
  return JSON.stringify(text.slice(0, 80))
}
