import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { Clock } from '../../emulator/clock'
import { generateSessions } from '../../emulator/generate'
import { generateAttempts } from '../../emulator/generate-attempts'
import { generateNodes } from '../../emulator/generate-nodes'
import { loadOrganization } from '../../emulator/organization-file'
import { startEmulator } from '../../emulator/server'
import type { SessionMembers } from '../../emulator/session'
import { World } from '../../emulator/world'
import { loadSessions } from '../../emulator/world-file'
import { announceOrganization, announceWorld } from '../announce-emulator'
import { addFault, FAULTS, type FaultValues, toFaults } from '../emulator-faults'
import { type Io, say, UsageError } from '../io'
import { counted } from '../output/format'
import { seed, time, wholeNumber } from '../parsers'

const EXAMPLE = `  {
    "accounts": [
      { "id": "111122223333", "name": "Audit" },
      {
        "id": "444455556666", "name": "Payments", "ou": "ou-ab12-production",
        "regions": {
          "us-east-1": { "sessions": 500 },
          "eu-south-2": { "status": "ENABLED", "sessions": 20 }
        }
      },
      { "id": "777788889999", "name": "Sandbox", "role": false }
    ]
  }`

export function define(command: Command, io: Io): void {
  command
    .option('--port <n>', 'port on 127.0.0.1; 0 for any free one', wholeNumber(0, 65535), 8000)
    .option('--sessions <file...>', 'sessions as `aws ssm describe-sessions --output json` prints them')
    .option('--generate <n>', 'or a made-up month of n sessions', wholeNumber(0, 1_000_000))
    .option('--organization <file>', 'or an organization: accounts, regions, sessions and faults')
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
  session-archive emulate --organization organization.json
  curl -X PUT http://127.0.0.1:8000/clock -d 2026-12-25T00:00:00Z

An organization.json, explained in docs/command-line.md:
${EXAMPLE}`,
    )
    .action(async ({ port, ...flags }) => {
      const clock = Clock.flowingFrom(flags.clock)
      const { options, announce } = await toServe(flags, clock, io)
      const emulator = await startEmulator({ ...options, port })
      const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
      try {
        await announce(emulator.url)
        await stopped
      } finally {
        await emulator.close()
      }
    })
}

interface Flags {
  readonly sessions?: readonly string[]
  readonly generate?: number
  readonly organization?: string
  readonly seed: number
  readonly fault?: FaultValues
}

/** What the flags ask for, and how it is announced. */
async function toServe(flags: Flags, clock: Clock, io: Io) {
  const { sessions, generate, organization: file, seed, fault } = flags
  if ([sessions, generate, file].filter((given) => given !== undefined).length !== 1)
    throw new UsageError(
      "expected one of '--sessions <file...>', '--generate <n>' and '--organization <file>'",
    )
  if (file === undefined) {
    const world = await makeWorld(flags, clock, io)
    return {
      options: { world, faults: toFaults(fault ?? {}, seed) },
      announce: (url: string) => announceWorld(world, url, io),
    }
  }
  if (fault !== undefined)
    throw new UsageError("'--fault' is not for '--organization': its file says what goes wrong")
  const organization = await loadOrganization(resolve(io.cwd, file), { clock, seed })
  return {
    options: { organization },
    announce: (url: string) => announceOrganization(organization, url, io),
  }
}

async function makeWorld({ sessions = [], generate, seed }: Flags, clock: Clock, io: Io): Promise<World> {
  const world = new World({ clock })
  const { accountId, region } = world
  const now = clock.now()
  if (generate !== undefined) {
    const month = { count: generate, seed, now, accountId, region }
    world.add(generateSessions(month))
    world.trail.push(...generateAttempts(month))
    world.addNodes(generateNodes(month))
    return world
  }
  const paths = sessions.map((file) => resolve(io.cwd, file))
  const lives = await loadSessions(paths, now)
  const unknown = lives.filter(({ whileOpen, afterEnd }) => !afterEnd && !hasState(whileOpen)).length
  if (unknown > 0)
    say(io, `${counted(unknown, 'session')} without Status and EndDate: taken for open, whatever they are.`)
  world.add(lives)
  return world
}

/** `--query` may have left out what tells whether a session has ended. */
function hasState({ Status, EndDate }: SessionMembers = {}): boolean {
  return Status !== undefined || EndDate !== undefined
}
