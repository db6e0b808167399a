import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateSessions } from '../emulator/generate'
import { startEmulator } from '../emulator/server'
import { World } from '../emulator/world'
import { bundleCli } from '../lib/bundle-cli'
import { CACHE } from './node24'
import type { Part } from './part'
import { median } from './statistics'

const SESSIONS = 5_000
const ROUNDS = 15

/** How long the packed command line takes, as whole processes. */
export async function startUp(): Promise<Part> {
  const cli = join(CACHE, 'cli')
  await bundleCli(cli)
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    const archive = join(folder, 'archive')
    const program = join(cli, 'session-archive.js')
    await fill(program, archive)
    const sessions = [program, 'sessions', '--local', archive, '--from', '40d']
    const commands = {
      'node -e 0': ['-e', '0'],
      '--help': [program, '--help'],
      'sessions --owner (a person)': [...sessions, '--owner', 'Mary-Major'],
      'sessions --limit 20': [...sessions, '--limit', '20'],
      'sessions (all, as CSV)': [...sessions, '--output', 'csv'],
    }
    const seconds = Object.fromEntries(Object.keys(commands).map((name) => [name, [] as number[]]))
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, args] of Object.entries(commands)) seconds[name]?.push(timeOf(args))
    const medians = Object.entries(seconds).map(([name, times]) => [name, median(times)] as const)
    const of = (name: keyof typeof commands) => median(seconds[name] ?? [])
    return {
      title: 'Start-up',
      what: `The bundled command line on Node.js ${process.version}, each a process of its own; \`sessions\` asks an archive of ${SESSIONS.toLocaleString('en-US')} sessions in a folder. Medians of ${ROUNDS} rounds, in turn.`,
      columns: ['process', 'seconds', 'of `node -e 0`'],
      rows: medians.map(([name, time]) => [
        `\`${name}\``,
        time.toFixed(2),
        `${(time / of('node -e 0')).toFixed(1)} ×`,
      ]),
      goals: [
        { name: '--help, s', value: of('--help'), atMost: 0.2 },
        { name: 'a question to 5,000 sessions, s', value: of('sessions --owner (a person)'), atMost: 0.6 },
      ],
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function fill(program: string, archive: string): Promise<void> {
  const world = new World()
  world.add(generateSessions({ count: SESSIONS, seed: 1, now: world.clock.now() }))
  const emulator = await startEmulator({ world })
  const args = [program, 'archive', '--endpoint-url', emulator.url, '--local', archive]
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_REGION: 'us-east-1',
  }
  const [status] = await once(spawn(process.execPath, args, { env, stdio: 'ignore' }), 'close')
  await emulator.close()
  if (status !== 0) throw new Error(`the archive was not filled: received status ${status}, expected 0`)
}

/** Seconds. */
function timeOf(args: readonly string[]): number {
  const begun = performance.now()
  execFileSync(process.execPath, args, { stdio: 'ignore' })
  return (performance.now() - begun) / 1000
}
