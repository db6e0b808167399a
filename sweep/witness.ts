import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import pMap from 'p-map'
import type { Witness } from '../archive/receipt'
import { sourceKey } from '../archive/source'
import type { Plan } from '../archive/sweep-state'
import { compare, type Heard } from './compare-trail'
import { toRefusal } from './from-trail'
import { type Asked, type LookUp, lookUpEvents, TooManyEventsError } from './look-up-events'
import { isLate, type Run } from './run'
import type { TrailEvent } from './trail-event'

const SECOND_MS = 1000
const HOUR_MS = 60 * 60 * SECOND_MS
const DAY_MS = 24 * HOUR_MS
/** What is younger may not have reached CloudTrail yet, or not the archive. */
const FRESH_MS = HOUR_MS
/** How much later than the others an event may come: this time is asked twice. */
const LATE_MS = 12 * HOUR_MS
/** CloudTrail's event history. */
const KEEPS_MS = 90 * DAY_MS
/** AWS shows every session that started since, and some margin. */
const SHOWN_MS = 29 * DAY_MS
/** Of 50 events each. What is longer is neither held in memory, nor lost if the time runs out. */
const MOST_PAGES = 10
const AT_ONCE = 16

/**
 * After a full sweep, asks CloudTrail who started a session, and holds that against the archive. Whatever happens, the
 * sweep goes on: what could not be asked is in `run.witness`, which the receipt keeps. If there are too many events for
 * one sweep, the next one goes on where this one stopped.
 *
 * @param begunAt when the sweep began to list: ISO 8601, UTC, AWS's clock
 */
export async function askWitness(run: Run, { Kind }: Plan, begunAt: string): Promise<void> {
  const { cloudTrail, state = {}, limits } = run
  const { WitnessPending } = state
  if (cloudTrail === undefined || (Kind !== 'full' && WitnessPending === undefined)) return
  const span = spanOf(run, Date.parse(begunAt))
  if (isLate(run)) {
    run.witnessPending = iso(span.from)
    return
  }
  const heard: Heard = { ...NOTHING }
  run.witness = heard
  const time = Math.min(limits.witnessMs, run.remainingMs() - limits.reserveMs)
  const signal = AbortSignal.timeout(Math.floor(time))
  try {
    await askAll(run, span, heard, lookUpOf(run, cloudTrail(), heard, signal))
  } catch (error) {
    // If nothing came of it, nothing will in an hour: the next full sweep asks again.
    const isBegun = heard.Until !== undefined || heard.Found > 0
    if (signal.aborted && isBegun) run.witnessPending = heard.Until ?? iso(span.from)
    else heard.Problem = String(error).slice(0, 1000).toWellFormed()
  }
  heard.Events = heard.Matched + heard.Found + heard.Recovered + heard.Uncorroborated
}

const NOTHING = {
  Calls: 0,
  Events: 0,
  Matched: 0,
  Found: 0,
  Recovered: 0,
  Uncorroborated: 0,
  Named: 0,
  Refused: 0,
  Unreadable: 0,
} satisfies Witness

/** Epoch milliseconds, whole seconds. */
interface Span {
  readonly from: number
  readonly to: number
}

function spanOf({ state = {}, retentionDays }: Run, now: number): Span {
  const { WitnessedUntil, WitnessPending } = state
  const asked = WitnessedUntil === undefined ? 0 : Date.parse(WitnessedUntil) - LATE_MS
  const next = WitnessPending === undefined ? asked : Date.parse(WitnessPending)
  // A record that has expired is not recovered.
  const kept = retentionDays === undefined ? KEEPS_MS : Math.min(KEEPS_MS, (retentionDays - 1) * DAY_MS)
  return { from: whole(Math.max(next, now - kept)), to: whole(now - FRESH_MS) }
}

function lookUpOf({ source }: Run, cloudTrail: CloudTrailClient, heard: Heard, signal: AbortSignal): LookUp {
  return {
    cloudTrail,
    source: sourceKey(source),
    signal,
    onAnswer: () => {
      heard.Calls += 1
    },
    onUnreadable: () => {
      heard.Unreadable += 1
    },
  }
}

/** The oldest events first: CloudTrail forgets them first. */
async function askAll(run: Run, span: Span, heard: Heard, lookUp: LookUp): Promise<void> {
  const begun = span.to + FRESH_MS
  for (let from = span.from, to = span.to; from < span.to; ) {
    if (lookUp.signal.aborted || isLate(run)) {
      run.witnessPending = iso(from)
      return
    }
    const asked = { from: iso(from), until: iso(to - SECOND_MS) }
    const isNarrow = to - from <= SECOND_MS
    try {
      const events = await eventsOf(lookUp, { ...asked, mostPages: isNarrow ? undefined : MOST_PAGES })
      await compare(run, events, {
        begunAt: iso(begun),
        shownFrom: iso(begun - SHOWN_MS),
        heard,
        signal: lookUp.signal,
        terminations: () => lookUpEvents(lookUp, { name: 'TerminateSession', ...asked }),
      })
      await keepRefusals(run, events, heard)
    } catch (error) {
      if (!(error instanceof TooManyEventsError)) throw error
      const width = Math.min((to - from) / 2, to - Date.parse(error.oldest))
      to = from + Math.max(whole(width), SECOND_MS)
      continue
    }
    heard.From ??= iso(span.from)
    heard.Until = iso(to)
    const width = to - from
    from = to
    to = Math.min(span.to, to + 2 * width)
  }
}

/** The events that tell of a start, or of a refusal. */
async function eventsOf(lookUp: LookUp, asked: Omit<Asked, 'name'>): Promise<TrailEvent[]> {
  const started = await lookUpEvents(lookUp, { name: 'StartSession', ...asked })
  const executed = await lookUpEvents(lookUp, { name: 'ExecuteCommand', ...asked })
  return [...started, ...executed]
}

async function keepRefusals(run: Run, events: readonly TrailEvent[], heard: Heard): Promise<void> {
  const refusals = events.flatMap((event) => toRefusal(event) ?? [])
  await pMap(refusals, (refusal) => run.sweeps.putRefusal(run.source, run.sweepId, refusal), {
    concurrency: AT_ONCE,
  })
  heard.Refused += refusals.length
}

function whole(milliseconds: number): number {
  return Math.floor(milliseconds / SECOND_MS) * SECOND_MS
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
