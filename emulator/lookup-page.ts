import { ServiceError } from './errors'
import type { LookUpFault, LookUpFaults } from './lookup-faults'
import type { PageTokens } from './page-tokens'
import type { LookUpRequest } from './request'
import type { TrailEvent } from './trail-event'
import { type DraftEvent, trailEvents } from './trail-events'
import type { World } from './world'

const MOST = 50
const KEEPS_MS = 90 * 24 * 60 * 60 * 1000
const DELIVERED_MS = 5 * 60 * 1000

/**
 * Validates a LookupEvents request and answers it, newest first. Of the attributes, only EventName is served.
 *
 * @param fault changes the page; those that concern no page do nothing here
 * @throws ServiceError InvalidTimeRangeException, InvalidMaxResultsException, InvalidLookupAttributesException or
 * InvalidNextTokenException
 */
export function eventsPage(
  request: LookUpRequest,
  world: World,
  tokens: PageTokens,
  faults: LookUpFaults,
  fault: LookUpFault | undefined,
): { Events: object[]; NextToken?: string } {
  const { MaxResults = MOST, NextToken, StartTime = 0, EndTime = Number.MAX_SAFE_INTEGER } = request
  if (MaxResults < 1 || MaxResults > MOST)
    throw new ServiceError('InvalidMaxResultsException', `A maximum of ${MOST} results can be specified.`)
  if (StartTime > EndTime)
    throw new ServiceError('InvalidTimeRangeException', 'The start time is after the end time.')
  const name = nameAsked(request)
  const purpose = JSON.stringify([name, StartTime, EndTime])
  const from = NextToken === undefined ? 0 : tokens.redeem(NextToken, purpose).sequence
  const now = world.clock.now().getTime()
  const drafts = trailEvents(world, name, Math.max(StartTime * 1000, now - KEEPS_MS), EndTime * 1000)
  const found = delivered(drafts, now, faults)
  const page = fault === 'empty-page' ? [] : found.slice(from, from + MaxResults)
  const next = from + page.length
  const continues = next < found.length
  const repeated = fault === 'repeat-token' ? NextToken : undefined
  return {
    Events: page.map(({ build }, place) => toWire(build(), fault === 'unreadable' && place === 0)),
    NextToken: repeated ?? (continues ? tokens.issue({ startedAt: 0, sequence: next }, purpose) : undefined),
  }
}

/** Of a token. */
export function invalidToken(): ServiceError {
  return new ServiceError('InvalidNextTokenException', 'The token is invalid.')
}

function nameAsked({ LookupAttributes = [] }: LookUpRequest): string | undefined {
  const [attribute, ...others] = LookupAttributes
  const { AttributeKey = 'EventName', AttributeValue } = attribute ?? {}
  if (others.length > 0 || AttributeKey !== 'EventName')
    throw new ServiceError(
      'InvalidLookupAttributesException',
      'got other lookup attributes, expected at most one: EventName is what this emulator knows',
    )
  return AttributeValue
}

function delivered(
  drafts: readonly DraftEvent[],
  now: number,
  { deliveryMs, isTwice }: LookUpFaults,
): DraftEvent[] {
  return drafts.flatMap((draft) => {
    const late = deliveryMs?.(draft.build()) ?? DELIVERED_MS
    if (draft.at + late > now) return []
    return isTwice?.(draft.build()) ? [draft, draft] : [draft]
  })
}

function toWire(event: TrailEvent, isUnreadable: boolean): object {
  const { eventID, eventName, eventTime, eventSource } = event
  const text = JSON.stringify(event)
  return {
    EventId: eventID,
    EventName: eventName,
    ReadOnly: 'false',
    EventTime: Date.parse(eventTime) / 1000,
    EventSource: eventSource,
    Resources: [],
    CloudTrailEvent: isUnreadable ? text.slice(0, text.length / 2) : text,
  }
}
