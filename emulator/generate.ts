import { type Cast, CONTAINER_DOCUMENT, makeCast, REASONS, SHELL_DOCUMENTS, TUNNEL_DOCUMENTS } from './cast'
import { Random } from './random'
import type { OutputUrl, SessionLife, SessionMembers } from './session'

const SECOND_MS = 1000
const HOUR_MS = 60 * 60 * SECOND_MS
const DAY_MS = 24 * HOUR_MS

const OPEN_SHARE = 0.01
const FAILED_SHARE = 0.02

export interface GeneratorOptions {
  readonly count: number
  /** The same seed, count and time give the same sessions: an integer of 32 bits. */
  readonly seed: number
  /** The sessions started in the 30 days before. */
  readonly now: Date
  /** @default '111122223333' */
  readonly accountId?: string
  /** @default 'us-east-1' */
  readonly region?: string
}

interface Context extends Cast {
  readonly random: Random
  readonly now: number
  readonly region: string
}

/** Epoch milliseconds. */
interface Times {
  readonly startedAt: number
  readonly endedAt: number
}

/**
 * A month of sessions in a company, all of them still listed at `now`: about 1 % open, to end within the day after,
 * most of the rest from office hours (UTC), none beyond the model's limits but with members missing and empty as in
 * live answers.
 */
export function* generateSessions({
  count,
  seed,
  now,
  accountId = '111122223333',
  region = 'us-east-1',
}: GeneratorOptions): Generator<SessionLife> {
  const random = new Random(seed)
  const context = { ...makeCast(random, accountId), random, now: now.getTime(), region }
  for (let made = 0; made < count; made += 1) yield generateSession(context)
}

function generateSession(context: Context): SessionLife {
  const { random } = context
  if (random.chance(OPEN_SHARE)) return openSession(context)
  return random.chance(FAILED_SHARE) ? failedSession(context) : terminatedSession(context)
}

function openSession(context: Context): SessionLife {
  const { random, now } = context
  const startedAt = now - Math.min(durationMs(random), 5 * DAY_MS)
  const endedAt = now + random.integer(SECOND_MS, 23 * HOUR_MS)
  const { afterEnd, ...life } = ended({ startedAt, endedAt }, context)
  const Status = random.pick([
    'Connected',
    'Connected',
    'Connected',
    'Disconnected',
    'Connecting',
    'Terminating',
  ])
  return { ...life, afterEnd, whileOpen: { ...afterEnd, Status, EndDate: undefined, OutputUrl: undefined } }
}

function terminatedSession(context: Context): SessionLife {
  const { random, now } = context
  const startedAt = officeTime(context)
  const wouldEndAt = startedAt + durationMs(random)
  const endedAt =
    wouldEndAt <= now ? wouldEndAt : startedAt + Math.floor(random.fraction() * (now - startedAt))
  return ended({ startedAt, endedAt }, context)
}

/** One that never connected. */
function failedSession(context: Context): SessionLife {
  const startedAt = officeTime(context)
  const { afterEnd, ...life } = ended({ startedAt, endedAt: startedAt }, context)
  const Details = `The session failed: ${afterEnd.Target ?? 'the target'} is not connected.`
  return { ...life, afterEnd: { ...afterEnd, Status: 'Failed', Details, OutputUrl: undefined } }
}

function ended(
  { startedAt, endedAt }: Times,
  context: Context,
): SessionLife & { readonly afterEnd: SessionMembers } {
  const { random } = context
  const owner = random.pick(context.owners)
  const SessionId = `${owner.split(/[/:]/).at(-1)}-${random.text(17, 36)}`
  const { Target, DocumentName } = connection(context)
  const isUsually = () => random.chance(0.995)
  return {
    startedAt: new Date(startedAt),
    endedAt: new Date(endedAt),
    afterEnd: {
      SessionId,
      Target: isUsually() ? Target : undefined,
      Status: 'Terminated',
      StartDate: isUsually() ? startedAt / 1000 : undefined,
      EndDate: isUsually() ? endedAt / 1000 : undefined,
      DocumentName,
      Owner: isUsually() ? owner : undefined,
      Reason: random.chance(0.6) ? random.pick(REASONS)(random) : undefined,
      Details: random.chance(0.3) ? '' : undefined,
      OutputUrl: TUNNEL_DOCUMENTS.includes(DocumentName) ? undefined : outputUrl(SessionId, context),
      MaxSessionDuration: random.chance(0.4) ? random.pick(['20', '60', '480', '1050', '1440']) : undefined,
      AccessType: random.chance(0.7)
        ? random.pick(['Standard', 'Standard', 'Standard', 'JustInTime'])
        : undefined,
    },
  }
}

function connection({ random, instances, containers }: Context) {
  if (random.chance(0.15)) return { Target: random.pick(containers), DocumentName: CONTAINER_DOCUMENT }
  const documents = random.chance(0.7) ? SHELL_DOCUMENTS : TUNNEL_DOCUMENTS
  return { Target: random.pick(instances), DocumentName: random.pick(documents) }
}

function outputUrl(sessionId: string, { random, region }: Context): OutputUrl | undefined {
  const console = `https://${region}.console.aws.amazon.com`
  const urls = { S3OutputUrl: '', CloudWatchOutputUrl: '' }
  switch (random.integer(1, 5)) {
    case 1:
      return urls
    case 2:
      return {
        ...urls,
        S3OutputUrl: `${console}/s3/object/amzn-s3-demo-bucket/session-data/${sessionId}.log`,
      }
    case 3: {
      const group = `${console}/cloudwatch/home?region=${region}#logEventViewer:group=/aws/ssm/sessions`
      return { ...urls, CloudWatchOutputUrl: `${group};stream=${sessionId}` }
    }
    default:
      return undefined
  }
}

/** Epoch milliseconds within the 30 days before now, one hour as likely as another's weight says. */
function officeTime(context: Context): number {
  const { random, now } = context
  const time = now - 1 - Math.floor(random.fraction() * 30 * DAY_MS)
  return random.chance(weight(new Date(time))) ? time : officeTime(context)
}

function weight(time: Date): number {
  const hour = time.getUTCHours()
  const isWeekend = time.getUTCDay() % 6 === 0
  if (isWeekend || hour < 6) return 0.05
  return hour >= 8 && hour < 18 ? 1 : 0.2
}

/** Seconds to days, half of them below twelve minutes. */
function durationMs(random: Random): number {
  return Math.ceil(random.logNormal(12 * 60 * SECOND_MS, 1.6)) + SECOND_MS
}
