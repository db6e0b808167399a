import { once } from 'node:events'
import { Command, InvalidArgumentError } from '@commander-js/extra-typings'
import type { Command as UntypedCommand } from 'commander'
import type { World } from '../../emulator/world'
import { positiveNumber, probability, seed, time, wholeNumber } from '../parsers'

/** Node.js turns longer timers into 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The kinds of `--fault KIND=VALUE`: how their values are read, and what they mean. */
const FAULTS = {
  latency: { parse: wholeNumber(0, LONGEST_TIMER_MS), means: 'milliseconds before every answer' },
  throttle: { parse: positiveNumber, means: 'requests per second; more get ThrottlingException' },
  'token-lifetime': { parse: positiveNumber, means: 'seconds after which a token is refused' },
  error: { parse: probability, means: 'probability of InternalServerError' },
  reset: { parse: probability, means: 'probability of a reset connection' },
  'empty-page': { parse: probability, means: 'probability of an empty page with a token' },
  'short-page': { parse: probability, means: 'probability of a page of at most half of MaxResults' },
  'repeat-token': {
    parse: probability,
    means: 'probability that the answer repeats the token of its request',
  },
}
type Kind = keyof typeof FAULTS
type FaultValues = Partial<Record<Kind, number>>

export function emulateCommand(): UntypedCommand {
  const command = new Command('emulate')
    .description('Serve DescribeSessions from this machine until interrupted.')
    .option('--port <n>', 'port on 127.0.0.1; 0 for any free one', wholeNumber(0, 65535), 8000)
    .option('--sessions <file...>', 'sessions as `aws ssm describe-sessions --output json` prints them')
    .option('--generate <n>', 'or a made-up month of n sessions', wholeNumber(0, 1_000_000))
    .option('--seed <n>', 'repeats a made-up month and random faults', seed, 1)
    .option('--clock <time>', 'time at which the emulator begins (default: now); PUT /clock moves it', time)
    .option('--fault <kind=value>', 'what goes wrong; repeat it for several kinds', addFault)
    .addHelpText(
      'after',
      `
Faults:
${Object.entries(FAULTS)
  .map(([kind, { means }]) => `  ${kind.padEnd(16)}${means}`)
  .join('\n')}

Examples:
  session-archive emulate --generate 5000
  session-archive emulate --generate 5000 --fault latency=200 --fault throttle=5 --fault error=0.1
  session-archive emulate --sessions active.json history.json --clock 2024-02-21T18:00:00Z
  curl -X PUT http://127.0.0.1:8000/clock -d 2026-12-25T00:00:00Z`,
    )
    .action(async ({ port, sessions, generate, seed, clock, fault = {} }, command) => {
      if ((sessions === undefined) === (generate === undefined))
        command.error("error: expected one of '--sessions <file...>' and '--generate <n>'")
      const { generateSessions } =
        require('../../emulator/generate') as typeof import('../../emulator/generate')
      const { startEmulator } = require('../../emulator/server') as typeof import('../../emulator/server')
      const { World } = require('../../emulator/world') as typeof import('../../emulator/world')
      const { loadSessions } =
        require('../../emulator/world-file') as typeof import('../../emulator/world-file')
      const world = new World()
      if (clock !== undefined) world.clock.set(clock)
      const { accountId, region } = world
      const now = world.clock.now()
      world.add(
        generate === undefined
          ? await loadSessions(sessions ?? [], now)
          : generateSessions({ count: generate, seed, now, accountId, region }),
      )
      const emulator = await startEmulator({ world, port, faults: toFaults(fault, seed) })
      const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
      announce(world, emulator.url)
      await stopped
      await emulator.close()
    })
  return command as unknown as UntypedCommand // cli/program.ts has commander's own types
}

function addFault(text: string, others: FaultValues = {}): FaultValues {
  const [, kind = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  if (!isKind(kind))
    throw new InvalidArgumentError(
      `Expected KIND=VALUE with one of the kinds ${Object.keys(FAULTS).join(', ')}.`,
    )
  if (kind in others) throw new InvalidArgumentError(`Expected ${kind} only once.`)
  return { ...others, [kind]: FAULTS[kind].parse(value) }
}

function isKind(text: string): text is Kind {
  return Object.hasOwn(FAULTS, text)
}

function toFaults(
  { latency, throttle, 'token-lifetime': tokenLifetime, ...probabilities }: FaultValues,
  seed: number,
) {
  const { randomFaults } = require('../../emulator/faults') as typeof import('../../emulator/faults')
  return {
    latencyMs: latency,
    requestsPerSecond: throttle,
    tokenLifetimeSeconds: tokenLifetime,
    script: randomFaults(probabilities, seed),
  }
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
