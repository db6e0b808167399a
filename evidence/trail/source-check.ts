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
  const { signed, listed } = await checkDigests(digests, check)
  const isMeant = meantTrail(source, signed, check)
  const vouching = signed.filter(isMeant)
  findGaps(source, digests.filter(isMeant), vouching, check)
  findUnlisted(files, vouching, listed, check)
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

/** @returns the signed ones, and the names of log files that a digest lists which is signed, or found to be wrong */
async function checkDigests(digests: readonly Digest[], check: Check) {
  const { folder, keys } = check
  const signed: Digest[] = []
  const listed = new Set<string>()
  for (const chain of new Set(digests.map((digest) => digest.chain))) {
    const checked = await checkChain(
      digests.filter((digest) => digest.chain === chain),
      keys,
      (digest) => attempt(`${digest.object}.sig`, () => readSignature(folder, digest), check),
    )
    for (const { digest, flaw } of checked) {
      if (flaw === undefined) signed.push(digest)
      else if (isNeeded(digest, check)) check[flaw.kind].add(`${digest.object}: ${flaw.text}`)
      else continue
      for (const { object } of digest.logs) listed.add(object)
    }
  }
  return { signed, listed }
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

/** What a digest would list, had CloudTrail delivered it. */
function findUnlisted(
  { logs }: SourceFiles,
  signed: readonly Digest[],
  listed: ReadonlySet<string>,
  { asked, against, missing }: Check,
): void {
  for (const log of logs) {
    const { time: from = '' } = parseLogName(log) ?? {}
    if (listed.has(log) || from < asked.from || from >= asked.until) continue
    const isVouchedFor = without({ from, until: later(from, HOUR) }, signed).length === 0
    if (isVouchedFor) against.add(`${log}: no digest lists it`)
    else missing.add(`a digest that lists ${log}`)
  }
}

async function checkLogs(files: SourceFiles, signed: readonly Digest[], check: Check) {
  const here = new Set(files.logs)
  const seen = new Set<string>()
  const whole: Digest[] = []
  const logs: ListedLog[] = []
  for (const digest of signed.filter((one) => isNeeded(one, check))) {
    let isWhole = true
    for (const log of digest.logs) {
      if (seen.has(log.object))
        check.against.add(`${log.object}: it is listed twice, also in ${digest.object}`)
      else if (!here.has(log.object)) check.missing.add(log.object)
      else if (await attempt(log.object, () => readToEnd(check.folder, log), check)) {
        seen.add(log.object)
        logs.push(log)
        continue
      }
      seen.add(log.object)
      isWhole = false
    }
    if (isWhole) whole.push(digest)
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
