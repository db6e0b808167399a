import { type CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { readTrailEvent, type TrailEvent } from './trail-event'

export interface LookUp {
  readonly cloudTrail: CloudTrailClient
  /** `111122223333/eu-west-1`: events of another source are left out. */
  readonly source: string
  /** Ends calls. */
  readonly signal: AbortSignal
  /** Called after each call that was answered. */
  readonly onAnswer: () => void
  /** Called for each event that cannot be read. */
  readonly onUnreadable: () => void
}

export interface Asked {
  readonly name: TrailEvent['name']
  /** Both inclusive, ISO 8601, UTC, whole seconds. */
  readonly from: string
  readonly until: string
  /** Of 50 events each. @default - any number */
  readonly mostPages?: number
}

/** There are more events than are asked for at once. */
export class TooManyEventsError extends Error {
  override readonly name = 'TooManyEventsError'
  /** @param oldest the time from which on all were received: CloudTrail's newest come first */
  constructor(readonly oldest: string) {
    super('received more events than were asked for')
  }
}

export class RepeatedEventsTokenError extends Error {
  override readonly name = 'RepeatedEventsTokenError'
}

/**
 * The events of a name in a time, each once, in no order.
 *
 * @throws TooManyEventsError: ask for less time
 * @throws RepeatedEventsTokenError
 * @throws CloudTrailServiceException if the client's own retries did not help
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export async function lookUpEvents(
  { cloudTrail, source, signal, onAnswer, onUnreadable }: LookUp,
  { name, from, until, mostPages }: Asked,
): Promise<TrailEvent[]> {
  const events = new Map<string, TrailEvent>()
  const tokens = new Set<string>()
  let NextToken: string | undefined
  let oldest = until
  do {
    if (tokens.size === mostPages) throw new TooManyEventsError(oldest)
    const command = new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: name }],
      StartTime: new Date(from),
      EndTime: new Date(until),
      MaxResults: 50,
      NextToken,
    })
    const answer = await cloudTrail.send(command, { abortSignal: signal })
    onAnswer()
    for (const { CloudTrailEvent, EventTime } of answer.Events ?? []) {
      const at = EventTime?.toISOString() ?? oldest
      if (at < oldest) oldest = at
      try {
        const event = readTrailEvent(JSON.parse(CloudTrailEvent ?? ''))
        if (event?.source === source) events.set(event.id, event)
      } catch {
        onUnreadable()
      }
    }
    NextToken = answer.NextToken || undefined
    if (NextToken !== undefined && tokens.has(NextToken))
      throw new RepeatedEventsTokenError('LookupEvents returned the same NextToken twice in one listing')
    if (NextToken !== undefined) tokens.add(NextToken)
  } while (NextToken !== undefined)
  return [...events.values()]
}
