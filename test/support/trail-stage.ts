import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type TrailDigest, type TrailOptions, writeTrail } from '../../emulator/trail'
import { type TrailQuestion, type VerifiedTrail, verifyTrail } from '../../evidence/trail/verify-trail'
import { temporaryFolder } from './temporary-folder'

/** Small, to be fast. */
const makeKey = () => generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
const KEY = makeKey()
export const OTHER_KEY = makeKey()

export const SOURCE = '111122223333/eu-west-1'
export const at = (time: string) => `2026-03-01T${time}.000Z`
export const span = (from: string, until: string) => ({ from: at(from), until: at(until) })
/** What is asked about, unless a test says otherwise. */
export const ALL = [span('07:00:00', '12:00:00')]

export const event = (eventID: string, time: string, more: object = {}) => ({
  eventID,
  eventTime: `2026-03-01T${time}Z`,
  ...more,
})
const SENT = [
  event('six', '06:30:00'),
  event('seven', '07:10:00'),
  event('seven-too', '07:11:00'),
  event('eight', '08:30:00', { text: 'ä "quoted" \\ [{ 😀' }),
  event('late', '08:58:00'), // delivered in the next hour
  event('ten', '10:30:00'),
  event('twelve', '12:10:00'),
]
export const EVENTS = SENT.map(({ eventID }) => `${SOURCE} ${eventID}`)
export const without = (...ids: string[]) => EVENTS.filter((one) => !ids.some((id) => one.endsWith(` ${id}`)))

/** Which of the digests is that of 08:01:31 to 09:01:31, and which log file the one that it lists, of `eight`. */
export const DIGEST = 2
export const LOG = 2
export const IN_DIGEST = span('08:01:31', '09:01:31')

export function useTrail() {
  const folder = temporaryFolder()
  const path = (name: string) => join(folder(), name)

  /** A trail from 06:01:31 to 13:01:31. */
  const write = (options: Partial<TrailOptions> = {}) =>
    writeTrail(folder(), {
      accountId: '111122223333',
      region: 'eu-west-1',
      from: new Date(at('06:01:31')),
      until: new Date(at('12:30:00')),
      events: SENT,
      key: KEY,
      ...options,
    })

  const verify = (question: Partial<TrailQuestion> = {}) =>
    verifyTrail(folder(), {
      from: new Date(at('07:00:00')),
      until: new Date(at('12:00:00')),
      sources: [SOURCE],
      ...question,
    })

  /** What is found of the one source. */
  const found = async (question?: Partial<TrailQuestion>) => {
    const trail = await verify(question)
    const [source] = trail.sources
    return { ...trail, ...source, ids: await idsOf(trail) }
  }

  /** Changes the content of a gzip file. */
  const edit = async (name: string, change: (content: Buffer) => Buffer | string) =>
    writeFile(path(name), gzipSync(change(gunzipSync(await readFile(path(name))))))

  const cut = async (name: string, end: number) =>
    writeFile(path(name), (await readFile(path(name))).subarray(0, end))

  const changeKeys = async (received: RegExp, other: string) => {
    const text = await readFile(path('public-keys.json'), 'utf8')
    await writeFile(path('public-keys.json'), text.replace(received, other))
  }

  return { path, write, verify, found, edit, cut, changeKeys }
}

export async function idsOf(trail: VerifiedTrail): Promise<string[]> {
  const ids: string[] = []
  for await (const { source, event } of trail.events()) ids.push(`${source} ${event.eventID}`)
  return ids
}

/** From the end, if it is negative. */
export function nth(names: readonly string[], index: number): string {
  const name = names.at(index)
  if (name === undefined) throw new RangeError(`received ${names.length} names, expected one at ${index}`)
  return name
}

export function replaceIn(received: string, other: string) {
  return (content: Buffer): string => {
    const text = content.toString('latin1')
    if (!text.includes(received)) throw new Error(`received ${text}, expected ${received} in it`)
    return text.replace(received, other)
  }
}

/** Changes the digest of 08:01:31, before it is signed. */
export function forDigest(change: (digest: TrailDigest) => object) {
  return (digest: TrailDigest): TrailDigest =>
    digest.digestStartTime === '2026-03-01T08:01:31Z' ? { ...digest, ...change(digest) } : digest
}
