import { makeCast, REASONS } from './cast'
import type { GeneratorOptions } from './generate'
import { Random } from './random'
import { EVENTS, refused, type TrailEvent } from './trail-event'

const DAY_MS = 24 * 60 * 60 * 1000
/** How many there are for each session. */
const SHARE = 0.04

/** Calls of the same month that were refused: denied, or the machine was not connected. */
export function* generateAttempts({
  count,
  seed,
  now,
  accountId = '111122223333',
  region = 'us-east-1',
}: GeneratorOptions): Generator<TrailEvent> {
  const cast = makeCast(new Random(seed), accountId)
  const random = new Random(seed ^ 0x5ea5)
  for (let made = 0; made < Math.floor(count * SHARE); made += 1) {
    const at = new Date(now.getTime() - Math.ceil(random.fraction() * 30 * DAY_MS))
    const person = random.pick(cast.owners)
    const Target = random.pick(cast.instances)
    const session = { SessionId: `refused-${made}`, Target, Reason: random.pick(REASONS)(random) }
    const call = EVENTS.StartSession({ accountId, region, person, at, session })
    yield random.chance(0.5)
      ? refused(call, 'TargetNotConnected', `${Target} is not connected.`)
      : refused(
          call,
          'AccessDenied',
          `User: ${person} is not authorized to perform: ssm:StartSession on resource: arn:aws:ec2:${region}:${accountId}:instance/${Target} because no identity-based policy allows the ssm:StartSession action`,
          null,
        )
  }
}
