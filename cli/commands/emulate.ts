import { once } from 'node:events'
import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from '@commander-js/extra-typings'
import { randomFaults } from '../../emulator/faults'
import { generateSessions } from '../../emulator/generate'
import { startEmulator } from '../../emulator/server'
import type { SessionMembers } from '../../emulator/session'
import { World } from '../../emulator/world'
import { loadSessions } from '../../emulator/world-file'
import { type Io, say, UsageError, write } from '../io'
import { counted } from '../output/format'
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
  'filter-after-page': {
    parse: probability,
    means: 'probability that filters apply to a page that is cut already',
  },
  'repeat-token': {
    parse: probability,
    means: 'probability that the answer repeats the token of its request',
  },
}
type Kind = keyof typeof FAULTS
type FaultValues = Partial<Record<Kind, number>>

export function define(command: Command, io: Io): void {
  command
    .option('--port <n>', 'port on 127.0.0.1; 0 for any free one', wholeNumber(0, 65535), 8000)
    .option('--sessions <file...>', 'sessions as `aws ssm describe-sessions --output json` prints them')
    .option('--generate <n>', 'or a made-up month of n sessions', wholeNumber(0, 1_000_000))
    .option('--seed <n>', 'repeats a made-up month and random faults', seed, 1)
    .option('--clock <time>', 'time at which the emulator begins (default: now); PUT /clock moves it', time)
    .option('--fault <kind=value...>', 'what goes wrong; repeat it for several kinds', addFault)
    .addHelpText(
      'after',
      `
Faults:
${Object.entries(FAULTS)
  .map(([kind, { means }]) => `  ${kind.padEnd(19)}${means}`)
  .join('\n')}

Examples:
  session-archive emulate --generate 5000
  session-archive emulate --generate 5000 --fault latency=200 --fault error=0.1
  session-archive emulate --sessions history.json --clock 2024-02-21T18:00:00Z
  curl -X PUT http://127.0.0.1:8000/clock -d 2026-12-25T00:00:00Z`,
    )
    .action(async ({ port, sessions: files = [], generate, seed, clock, fault = {} }) => {
      if ((files.length === 0) === (generate === undefined))
        throw new UsageError("expected one of '--sessions <file...>' and '--generate <n>'")
      const world = new World()
      if (clock !== undefined) world.clock.set(clock)
      const { accountId, region } = world
      const now = world.clock.now()
      const paths = files.map((file) => resolve(io.cwd, file))
      if (generate === undefined) {
        const lives = await loadSessions(paths, now)
        const unknown = lives.filter(({ whileOpen, afterEnd }) => !afterEnd && !hasState(whileOpen)).length
        if (unknown > 0)
          say(
            io,
            `${counted(unknown, 'session')} without Status and EndDate: taken for open, whatever they are.`,
          )
        world.add(lives)
      } else world.add(generateSessions({ count: generate, seed, now, accountId, region }))
      const emulator = await startEmulator({ world, port, faults: toFaults(fault, seed) })
      const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
      try {
        await announce(world, emulator.url, io)
        await stopped
      } finally {
        await emulator.close()
      }
    })
}

/** `--query` may have left out what tells whether a session has ended. */
function hasState({ Status, EndDate }: SessionMembers = {}): boolean {
  return Status !== undefined || EndDate !== undefined
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
  return {
    latencyMs: latency,
    requestsPerSecond: throttle,
    tokenLifetimeSeconds: tokenLifetime,
    script: randomFaults(probabilities, seed),
  }
}

async function announce(world: World, url: string, io: Io): Promise<void> {
  const { active, history, forgotten, notYetStarted } = world.counts()
  const now = world.clock.now().toISOString()
  await write(
    io,
    `Serving DescribeSessions at ${url}: ${active} sessions open, ${history} in history, ${forgotten} forgotten, ${notYetStarted} not yet started at ${now}\n`,
  )
  if (active + history === 0 && forgotten > 0)
    say(io, 'Every session ended more than 30 days before the clock: --clock sets it back.')
  await write(
    io,
    `AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws ssm describe-sessions --state History --region ${world.region} --endpoint-url ${url}\n`,
  )
}
