import { startServer } from './start-server'

/** Milliseconds before each answer of DescribeSessions. */
export const LIST_MS = 100
/** Milliseconds before each answer of the database: DynamoDB takes "single-digit milliseconds". */
export const DATABASE_MS = 4

export interface Counts {
  readonly listCalls: number
  /** Of records, refused ones included. */
  readonly writes: number
  /** Of records, found or not. */
  readonly reads: number
  /** In the archive now. */
  readonly records: number
  /** Processor time of both servers. */
  readonly serverSeconds: number
}

/** An emulator and a database with an empty archive, each in its own process. */
export interface Place {
  readonly environment: Readonly<Record<string, string>>
  /** Since the place was opened. */
  counts(): Promise<Counts>
  close(): void
}

/**
 * @param sessions ended sessions that DescribeSessions shows
 * @param filtersLate whether filters apply to a page that is cut already
 */
export async function openPlace(sessions: number, filtersLate = false): Promise<Place> {
  const [emulator, database] = await Promise.all([
    startServer<Pick<Counts, 'listCalls'>>('emulator', sessions, LIST_MS, Number(filtersLate)),
    startServer<Pick<Counts, 'writes' | 'reads' | 'records'>>('database', DATABASE_MS),
  ])
  return {
    environment: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_ENDPOINT_URL_SSM: emulator.url,
      AWS_ENDPOINT_URL_CLOUDTRAIL: emulator.url,
      AWS_ENDPOINT_URL_DYNAMODB: database.url,
      AWS_LAMBDA_FUNCTION_NAME: 'bench',
      PUTS: String(sessions),
      SESSION_ARCHIVE_SESSIONS_TABLE: 'Sessions',
      SESSION_ARCHIVE_SWEEPS_TABLE: 'Sweeps',
    },
    async counts() {
      const [listed, stored] = await Promise.all([emulator.counts(), database.counts()])
      return { ...listed, ...stored, serverSeconds: listed.cpuSeconds + stored.cpuSeconds }
    },
    close() {
      emulator.close()
      database.close()
    },
  }
}
