import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { ENVIRONMENT } from '../archive/environment'
import { startDatabase } from '../emulator/database'
import { makeDynamoDBClient } from '../lambda/clients'

/** The tables in AWS, or a folder on this machine. */
export type ArchiveLocation =
  | { readonly sessionsTable: string; readonly sweepsTable: string }
  | { readonly folder: string }

export interface OpenArchive {
  readonly client: DynamoDBDocumentClient
  readonly sessionsTable: string
  readonly sweepsTable: string
  close(): Promise<void>
}

interface LocationFlags {
  readonly table?: string
  readonly sweepsTable?: string
  readonly local?: string
}

/**
 * Which archive is meant: `--local`, or both tables, each from its flag or the environment.
 *
 * @param refuse ends the command over wrong usage
 */
export function whichArchive(
  { table, sweepsTable, local }: LocationFlags,
  environment: Readonly<Record<string, string | undefined>>,
  refuse: (message: string) => never,
): ArchiveLocation {
  if (local !== undefined) {
    if (table !== undefined || sweepsTable !== undefined)
      return refuse(
        "error: '--local <dir>' is one archive and '--table <name>' another: expected one of them",
      )
    return { folder: local }
  }
  const sessions = table ?? environment[ENVIRONMENT.sessionsTable]
  const sweeps = sweepsTable ?? environment[ENVIRONMENT.sweepsTable]
  if (!sessions || !sweeps)
    return refuse("error: expected '--table <name>' and '--sweeps-table <name>', or '--local <dir>'")
  return { sessionsTable: sessions, sweepsTable: sweeps }
}

/** @throws Error where the folder cannot be used */
export async function openArchive(
  location: ArchiveLocation,
  aws: { region?: string; profile?: string },
): Promise<OpenArchive> {
  if ('folder' in location) return openFolder(location.folder)
  const client = makeDynamoDBClient(aws)
  return { client, ...location, close: async () => client.destroy() }
}

/** Starts the embedded database, on the folder or in memory. */
export async function openFolder(folder?: string): Promise<OpenArchive> {
  const database = await startDatabase(folder === undefined ? {} : { folder })
  const client = makeDynamoDBClient({ endpoint: database.endpoint, ...ANYONE })
  return {
    ...database,
    client,
    close: async () => {
      client.destroy()
      await database.close()
    },
  }
}

/** What the embedded database and the emulator accept; no file or service is asked. */
export const ANYONE = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
}
