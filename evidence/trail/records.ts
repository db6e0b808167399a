/** `{"Records":[…]}`, read as a stream that holds one record at a time. */
import { shown, TrailError } from './trail-error'

export type TrailEvent = Readonly<Record<string, unknown>>

/** Bytes of one event, by CloudTrail's quotas. */
const MAX_RECORD = 256 * 1024
/** Far deeper than CloudTrail's events. */
const MAX_DEPTH = 100

const OPENING = /^[ \n\r\t]*\{[ \n\r\t]*"Records"[ \n\r\t]*:[ \n\r\t]*\[$/
const MAX_OPENING = 100

type Place = 'opening' | 'first' | 'record' | 'after' | 'next' | 'closing' | 'end'

/** What may stand between records, space aside, and what comes then. */
const NEXT: Readonly<Record<Place, Readonly<Record<string, Place>>>> = {
  opening: {},
  first: { '{': 'record', ']': 'closing' },
  record: {},
  after: { ',': 'next', ']': 'closing' },
  next: { '{': 'record' },
  closing: { '}': 'end' },
  end: {},
}

/** @throws TrailError at what is not as expected, after the records before it */
export async function* recordsOf(parts: AsyncIterable<Buffer>): AsyncGenerator<TrailEvent> {
  let place: Place = 'opening'
  let bytes: Buffer = Buffer.alloc(0)
  for await (const part of parts) {
    bytes = Buffer.concat([bytes, part])
    let at = 0
    while (at < bytes.length) {
      if (place === 'opening' || place === 'record') {
        const end: number | undefined = place === 'opening' ? endOfOpening(bytes) : endOfRecord(bytes, at)
        if (end === undefined) break // until the next part
        if (place === 'record') yield parseRecord(bytes.subarray(at, end))
        place = place === 'record' ? 'after' : 'first'
        at = end
      } else {
        place = placeAfter(place, bytes, at)
        if (place !== 'record') at += 1
      }
    }
    bytes = bytes.subarray(at)
  }
  if (place !== 'end') throw new TrailError('expected {"Records":[…]}, whole: its end is missing')
}

/** Undefined: it is not there yet. */
function endOfOpening(bytes: Buffer): number | undefined {
  const opening = bytes.subarray(0, MAX_OPENING)
  const end = opening.indexOf('[') + 1
  if (end === 0 && bytes.length < MAX_OPENING) return undefined
  const text = opening.toString('latin1', 0, end)
  if (!OPENING.test(text)) throw new TrailError(`received ${shown(text)}, expected {"Records":[…]}`)
  return end
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d]

/** Where the object that begins there ends, if it is JSON. Undefined: not yet. */
function endOfRecord(bytes: Buffer, start: number): number | undefined {
  let depth = 0
  let isText = false
  const most = Math.min(bytes.length, start + MAX_RECORD)
  for (let at = start; at < most; at++) {
    const byte = bytes[at]
    if (byte === QUOTE) isText = !isText
    else if (isText) at += byte === BACKSLASH ? 1 : 0
    else if (byte === OPEN || byte === OPEN_LIST) depth += 1
    else if (byte === CLOSE || byte === CLOSE_LIST) depth -= 1
    if (depth > MAX_DEPTH) throw new TrailError(`received a record nested deeper than ${MAX_DEPTH}`)
    if (depth === 0) return at + 1
  }
  if (most < bytes.length) throw new TrailError(`received a record of more than ${MAX_RECORD} bytes`)
  return undefined
}

function placeAfter(place: Place, bytes: Buffer, at: number): Place {
  const character = String.fromCharCode(bytes[at] ?? 0)
  if (' \n\r\t'.includes(character)) return place
  const next = NEXT[place][character]
  if (next !== undefined) return next
  const received = shown(bytes.toString('latin1', at, at + 20))
  throw new TrailError(`received ${received}, expected ${Object.keys(NEXT[place]).join(' or ') || 'the end'}`)
}

function parseRecord(bytes: Buffer): TrailEvent {
  const record = parseJson(bytes)
  if (!isObject(record)) throw new TrailError(`received ${shown(record)}, expected a record`)
  return record
}

/** @throws TrailError if it is no JSON in UTF-8 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (cause) {
    throw new TrailError('expected JSON in UTF-8', { cause })
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
