import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface PlaceOptions {
  /** Ended sessions that DescribeSessions shows. */
  readonly sessions: number
  /** Milliseconds before each of its answers. */
  readonly listMs: number
  /** Milliseconds before each answer of the database. */
  readonly databaseMs: number
}

export interface Counts {
  readonly listCalls: number
  /** Of sessions. */
  readonly writes: number
  readonly reads: number
}

/** An emulator and a database with an empty archive, each in a process of its own. */
export interface Place {
  readonly environment: Readonly<Record<string, string>>
  /** Since the place was opened. */
  counts(): Promise<Counts>
  close(): void
}

export async function openPlace({ sessions, listMs, databaseMs }: PlaceOptions): Promise<Place> {
  const emulator = await start('emulator', sessions, listMs)
  const database = await start('database', databaseMs)
  return {
    environment: {
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_ENDPOINT_URL_SSM: emulator.url,
      AWS_ENDPOINT_URL_DYNAMODB: database.url,
      AWS_LAMBDA_FUNCTION_NAME: 'bench',
      SESSION_ARCHIVE_SESSIONS_TABLE: 'Archive',
      SESSION_ARCHIVE_SWEEPS_TABLE: 'Sweeps',
    },
    counts: async () => ({ ...(await emulator.counts()), ...(await database.counts()) }) as Counts,
    close: () => {
      emulator.process.kill()
      database.process.kill()
    },
  }
}

async function start(server: string, ...args: number[]) {
  const path = join(__dirname, 'servers', `${server}.ts`)
  const execArgv = [...process.execArgv, '--max-old-space-size=12000']
  const child: ChildProcess = fork(path, args.map(String), { execArgv })
  const [url] = (await once(child, 'message')) as [string]
  const counts = async () => {
    const answer = once(child, 'message')
    child.send('counts')
    return (await answer)[0] as object
  }
  return { process: child, url, counts }
}
