/** An item of a table in DynamoDB's own form, and what the log says of it. */
import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json'

/** `{"S": "text"}`, `{"N": "12"}` …: as DynamoDB's streams, answers and exports have it. Bytes are base64. */
export type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export function textOf(item: Item | undefined, name: string): string | undefined {
  const value = item?.[name]?.S
  return typeof value === 'string' ? value : undefined
}

export function numberOf(item: Item | undefined, name: string): number | undefined {
  const value = item?.[name]?.N
  return typeof value === 'string' ? Number(value) : undefined
}

const SETS = ['SS', 'NS', 'BS']

/** RFC 8785 over the item; bytes in base64, sets sorted. */
export function canonicalItem(item: Item): string {
  return canonicalJson(plain(item))
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const made = plain(inner)
      return [name, SETS.includes(name) && Array.isArray(made) ? made.sort() : made]
    }),
  )
}

const hash = (label: string, ...parts: (string | Uint8Array)[]) => {
  const sha256 = createHash('sha256').update(`ssm-session-archive/${label}/v1\n`)
  for (const part of parts) sha256.update(part)
  return sha256.digest('hex')
}

/** The 16 bytes of a record's Salt. Undefined: it has none that is right. */
export function saltOf(item: Item): Buffer | undefined {
  const salt = textOf(item, 'Salt') ?? ''
  return /^[0-9a-f]{32}$/.test(salt) ? Buffer.from(salt, 'hex') : undefined
}

/** What binds an entry to a record, and tells nothing to whoever does not hold the record. 64 hexadecimal digits. */
export function commitment(record: Item, salt: Uint8Array): string {
  return hash('record', salt, canonicalItem(record))
}

/** What stands for a session in the log. 64 hexadecimal digits. */
export function sessionTag(sessionId: string, salt: Uint8Array): string {
  return hash('session', salt, sessionId)
}

/** Of an item that holds nothing personal. 64 hexadecimal digits. */
export function itemHash(item: Item): string {
  return hash('item', canonicalItem(item))
}
