import { join } from 'node:path'
import { type Span, without } from '../coverage'
import type { Findings } from '../findings'
import { checkChain } from './chain'
import { type Digest, type ListedLog, readDigest } from './digest'
import { HOUR, later, type SourceFiles } from './files'
import { type PublicKey, readSignature } from './keys'
import { eventsOf } from './log-file'
import { parseLogName } from './names'
import { TrailError } from './trail-error'

export interface Check {
  readonly folder: string
  readonly asked: Span
  readonly trail: string | undefined
  readonly keys: readonly PublicKey[]
  readonly against: Findings
  readonly missing: Findings
}

export interface CheckedSource {
  /** Times of signed digests of the trail, whose log files are all here and right. */
  readonly whole: readonly Span[]
  /** Log files that are right, the oldest digest's first. */
  readonly logs: readonly ListedLog[]
}

/** Checks the digests of a source, of whichever trails, and the log files that they list, and those that none lists. */
export async function checkSource(source: string, files: SourceFiles, check: Check): Promise<CheckedSource> {
  const digests = await readDigests(files, check)
  const signed = await signedOf(digests, check)
  const isMeant = meantTrail(source, signed, check)
  const vouching = signed.filter(isMeant)
  findGaps(source, digests.filter(isMeant), vouching, check)
  findUnlisted(files, { digests, signed, vouching }, check)
  const { whole, logs } = await checkLogs(files, signed, check)
  return { whole: whole.filter(isMeant), logs }
}

async function readDigests(files: SourceFiles, check: Check): Promise<Digest[]> {
  const digests: Digest[] = []
  for (const object of files.digests) {
    const read = await attempt(object, () => readDigest(join(check.folder, object), object), check)
    if (read !== undefined) digests.push(read)
  }
  return digests
}

async function signedOf(digests: readonly Digest[], check: Check): Promise<Digest[]> {
  const { folder, keys } = check
  const signed: Digest[] = []
  for (const chain of new Set(digests.map((digest) => digest.chain))) {
    const checked = await checkChain(
      digests.filter((digest) => digest.chain === chain),
      keys,
      (digest) => attempt(`${digest.object}.sig`, () => readSignature(folder, digest), check),
    )
    for (const { digest, flaw } of checked) {
      if (flaw === undefined) signed.push(digest)
      else if (isNeeded(digest, check)) check[flaw.kind].add(`${digest.object}: ${flaw.text}`)
    }
  }
  return signed
}

/** Digests do not say which events a trail records: those of another trail do not stand in for a missing one. */
function meantTrail(source: string, signed: readonly Digest[], { trail, missing }: Check) {
  const trails = [...new Set(signed.map((digest) => digest.trail))]
  if (trail !== undefined || trails.length < 2)
    return (digest: Digest) => digest.trail === (trail ?? digest.trail)
  missing.add(`the name of the trail: ${source} has ${trails.slice(0, 10).join(', ')}`)
  return () => false
}

/** Log files are delivered some minutes late, so those of the hour after the end may be about what is asked. */
function isNeeded({ from, until }: Digest, { asked }: Check): boolean {
  return until > asked.from && from < later(asked.until, HOUR)
}

function findGaps(
  source: string,
  digests: readonly Digest[],
  signed: readonly Digest[],
  { asked, missing }: Check,
): void {
  for (const { from, until } of without(asked, digests))
    missing.add(`a digest of ${source} for ${from} to ${until}`)
  const after = { from: asked.until, until: later(asked.until, HOUR) }
  for (const { from, until } of without(after, signed))
    missing.add(`a signed digest of ${source} for ${from} to ${until}: it lists what was delivered late`)
}

/** A log file that CloudTrail delivered is in the digest of that time, or in the next. */
function findUnlisted(
  { logs }: SourceFiles,
  { digests, signed, vouching }: Readonly<Record<'digests' | 'signed' | 'vouching', readonly Digest[]>>,
  { asked, against, missing }: Check,
): void {
  const listed = namesOfLogs(signed)
  const listedWrongly = namesOfLogs(digests) // by digests that were found to be wrong
  for (const log of logs) {
    const { time: from = '' } = parseLogName(log) ?? {}
    if (listed.has(log) || from < asked.from || from >= asked.until) continue
    const isVouchedFor = without({ from, until: later(from, HOUR) }, vouching).length === 0
    if (isVouchedFor) against.add(`${log}: no digest lists it`)
    else if (!listedWrongly.has(log)) missing.add(`a digest that lists ${log}`)
  }
}

function namesOfLogs(digests: readonly Digest[]): Set<string> {
  return new Set(digests.flatMap(({ logs }) => logs.map(({ object }) => object)))
}

/** @returns the digests that list only log files that are here and right, and all such log files */
async function checkLogs(files: SourceFiles, signed: readonly Digest[], check: Check) {
  const here = new Set(files.logs)
  const seen = new Set<string>()
  const whole: Digest[] = []
  const logs: ListedLog[] = []
  for (const digest of signed.filter((one) => isNeeded(one, check))) {
    const right: ListedLog[] = []
    for (const log of digest.logs) {
      if (seen.has(log.object))
        check.against.add(`${log.object}: it is listed twice, also in ${digest.object}`)
      else if (!here.has(log.object)) check.missing.add(log.object)
      else if (await attempt(log.object, () => readToEnd(check.folder, log), check)) right.push(log)
      seen.add(log.object)
    }
    logs.push(...right)
    if (right.length === digest.logs.length) whole.push(digest)
  }
  return { whole, logs }
}

async function readToEnd(folder: string, { object, hash }: ListedLog): Promise<true> {
  for await (const _ of eventsOf(join(folder, object), hash));
  return true
}

/** Undefined: the file is not as it must be, or cannot be read. */
async function attempt<T>(file: string, read: () => Promise<T>, check: Check): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof TrailError) check.against.add(`${file}: ${error.message}`)
    else if (isOfFiles(error)) check.missing.add(`${file}: ${error}`)
    else throw error
    return undefined
  }
}

/** Of the file system. */
function isOfFiles(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error
}
