import { once } from 'node:events'
import { Clock } from '../emulator/clock'
import { generateSessions } from '../emulator/generate'
import { startEmulator } from '../emulator/server'
import { World } from '../emulator/world'
import { loadSessions } from '../emulator/world-file'
import type { EmulateFlags } from './commands/emulate'

/** Serves until SIGINT or SIGTERM. */
export async function emulate(flags: EmulateFlags): Promise<void> {
  const world = new World({ clock: Clock.flowingFrom(flags.clock) })
  world.add(await sessions(flags, world))
  const emulator = await startEmulator({
    world,
    port: flags.port,
    seed: flags.seed,
    faults: {
      latencyMs: flags.latency,
      throttle:
        flags.throttle === undefined
          ? undefined
          : { ratePerSecond: flags.throttle, burst: flags.throttleBurst ?? Math.max(1, flags.throttle) },
      errorProbability: flags.errorRate,
      resetProbability: flags.resetRate,
      shortPageProbability: flags.shortPageRate,
      emptyPageProbability: flags.emptyPageRate,
      repeatTokenProbability: flags.repeatTokenRate,
      tokenLifetimeSeconds: flags.tokenLifetime,
    },
  })
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  announce(world, emulator.url)
  await stopped
  await emulator.close()
}

function sessions(
  { generate, sessions: files = [], seed }: EmulateFlags,
  { accountId, region, clock }: World,
) {
  return generate === undefined
    ? loadSessions(files, clock.now())
    : generateSessions({ count: generate, seed, now: clock.now(), accountId, region })
}

function announce(world: World, url: string): void {
  const { active, history, forgotten, notYetStarted } = world.counts()
  const now = world.clock.now().toISOString()
  console.log(
    `Serving DescribeSessions at ${url}: ${active} sessions open, ${history} in history, ${forgotten} forgotten, ${notYetStarted} not yet started at ${now}`,
  )
  if (active + history === 0 && forgotten > 0)
    console.error('Every session ended more than 30 days before the clock: --clock sets it back.')
  console.log(
    `AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws ssm describe-sessions --state History --region ${world.region} --endpoint-url ${url}`,
  )
}
