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
  /** An integer of 32 bits. The same seed, count and time make the same sessions. */
  readonly seed: number
  /** The sessions start in the 30 days before this time. */
  readonly now: Date
  /** @default '111122223333' */
  readonly accountId?: string
  /** @default 'us-east-1' */
  readonly region?: string
}

interface Setting extends Cast {
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
 * A month of sessions in a company. AWS still lists all of them at `now`. About 1 % are open and end within a day;
 * most others start in office hours (UTC). All are within the model's limits, but members are missing or empty as in
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
  const setting = { ...makeCast(random, accountId), random, now: now.getTime(), region }
  for (let made = 0; made < count; made += 1) yield generateSession(setting)
}

function generateSession(setting: Setting): SessionLife {
  const { random } = setting
  if (random.chance(OPEN_SHARE)) return openSession(setting)
  return random.chance(FAILED_SHARE) ? failedSession(setting) : terminatedSession(setting)
}

function openSession(setting: Setting): SessionLife {
  const { random, now } = setting
  const startedAt = now - Math.min(durationMs(random), 5 * DAY_MS)
  const endedAt = now + random.integer(SECOND_MS, 23 * HOUR_MS)
  const { afterEnd, ...life } = ended({ startedAt, endedAt }, setting)
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

function terminatedSession(setting: Setting): SessionLife {
  const { random, now } = setting
  const startedAt = officeTime(setting)
  const wouldEndAt = startedAt + durationMs(random)
  const endedAt =
    wouldEndAt <= now ? wouldEndAt : startedAt + Math.floor(random.fraction() * (now - startedAt))
  return ended({ startedAt, endedAt }, setting)
}

/** A session that never connected. */
function failedSession(setting: Setting): SessionLife {
  const startedAt = officeTime(setting)
  const { afterEnd, ...life } = ended({ startedAt, endedAt: startedAt }, setting)
  const Details = `The session failed: ${afterEnd.Target ?? 'the target'} is not connected.`
  return { ...life, afterEnd: { ...afterEnd, Status: 'Failed', Details, OutputUrl: undefined } }
}

function ended(
  { startedAt, endedAt }: Times,
  setting: Setting,
): SessionLife & { readonly afterEnd: SessionMembers } {
  const { random } = setting
  const person = random.pick(setting.owners)
  const letters = random.text(17, 36)
  const { Target, DocumentName } = connection(setting)
  const isExec = DocumentName === CONTAINER_DOCUMENT
  const owner = isExec ? setting.ecsExec : person
  // Nine letters more, without a draw that would make another month of every seed.
  const SessionId = `${owner.split(/[/:]/).at(-1)}-${letters}${isExec ? Target.slice(-9) : ''}`
  const isUsually = () => random.chance(0.995)
  return {
    startedAt: new Date(startedAt),
    endedAt: new Date(endedAt),
    startedBy: person,
    terminatedBy: /^[0-9a-b]/.test(letters) ? person : undefined,
    afterEnd: {
      SessionId,
      Target: isUsually() ? Target : undefined,
      Status: 'Terminated',
      StartDate: isUsually() ? startedAt / 1000 : undefined,
      EndDate: isUsually() ? endedAt / 1000 : undefined,
      DocumentName,
      Owner: isUsually() ? owner : undefined,
      Reason: reason(random, isExec),
      Details: random.chance(0.3) ? '' : undefined,
      OutputUrl: TUNNEL_DOCUMENTS.includes(DocumentName) ? undefined : outputUrl(SessionId, setting),
      MaxSessionDuration: random.chance(0.4) ? random.pick(['20', '60', '480', '1050', '1440']) : undefined,
      AccessType: random.chance(0.7)
        ? random.pick(['Standard', 'Standard', 'Standard', 'JustInTime'])
        : undefined,
    },
  }
}

/** ECS Exec does not ask for one. */
function reason(random: Random, isExec: boolean): string | undefined {
  const drawn = random.chance(0.6) ? random.pick(REASONS)(random) : undefined
  return isExec ? undefined : drawn
}

function connection({ random, instances, containers }: Setting) {
  if (random.chance(0.15)) return { Target: random.pick(containers), DocumentName: CONTAINER_DOCUMENT }
  const documents = random.chance(0.7) ? SHELL_DOCUMENTS : TUNNEL_DOCUMENTS
  return { Target: random.pick(instances), DocumentName: random.pick(documents) }
}

function outputUrl(sessionId: string, { random, region }: Setting): OutputUrl | undefined {
  const console = `https://${region}.console.aws.amazon.com`
  const logGroup = `${console}/cloudwatch/home?region=${region}#logEventViewer:group=/aws/ssm/sessions`
  const empty = { S3OutputUrl: '', CloudWatchOutputUrl: '' }
  const urls = [
    empty,
    { ...empty, S3OutputUrl: `${console}/s3/object/amzn-s3-demo-bucket/session-data/${sessionId}.log` },
    { ...empty, CloudWatchOutputUrl: `${logGroup};stream=${sessionId}` },
  ]
  return urls[random.integer(1, 5) - 1]
}

/** Epoch milliseconds within the 30 days before now, more often in hours of a higher weight. */
function officeTime(setting: Setting): number {
  const { random, now } = setting
  const time = now - 1 - Math.floor(random.fraction() * 30 * DAY_MS)
  return random.chance(weight(new Date(time))) ? time : officeTime(setting)
}

function weight(time: Date): number {
  const hour = time.getUTCHours()
  const isWeekend = time.getUTCDay() % 6 === 0
  if (isWeekend || hour < 6) return 0.05
  return hour >= 8 && hour < 18 ? 1 : 0.2
}

/** From seconds to days, half of them below twelve minutes. */
function durationMs(random: Random): number {
  return Math.ceil(random.logNormal(12 * 60 * SECOND_MS, 1.6)) + SECOND_MS
}
