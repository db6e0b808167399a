import { join } from 'node:path'
import type { Table } from '../archive/batch-get'
import { startDatabase } from '../emulator/dynamodb'
import { LOCAL_CREDENTIALS } from '../emulator/local-credentials'
import { makeDynamoDBClient } from '../sweep/clients'
import { type AwsConfig, awsConfig } from './aws-config'
import { EVIDENCE, logChanges } from './evidence/local-log'
import type { ArchiveLocation, AwsFlags } from './flags'
import type { Io } from './io'
import { messageOf } from './output/message-of'
import { stackOutputs } from './stack-outputs'

export interface OpenArchive {
  readonly sessions: Table
  readonly sweeps: Table
  /** Where the evidence log is. @default - there is none, or the archive is named by its tables */
  readonly evidence?: { readonly folder: string } | { readonly bucketName: string }
  /** Logs what has changed, if the archive is one of this machine: so does closing it. */
  log?(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens an archive, uses it and closes it. A folder that does not exist becomes a new archive.
 *
 * @param aws instead of a configuration made of the flags
 * @throws Error if the archive cannot be found or used
 */
export async function withArchive<T>(
  location: ArchiveLocation,
  flags: AwsFlags,
  io: Io,
  use: (archive: OpenArchive) => Promise<T>,
  aws?: AwsConfig,
): Promise<T> {
  const archive =
    'folder' in location
      ? await openFolder(location.folder)
      : await openTables(location, aws ?? (await awsConfig(flags, io)))
  try {
    return await use(archive)
  } catch (error) {
    if (!String(error).includes('ResourceNotFoundException')) throw error
    const { sessions, sweeps } = archive
    const tables = [sessions, sweeps].flatMap(({ tableName }) => (tableName === '' ? [] : [tableName]))
    const region = await sessions.client.config.region()
    throw new Error(`${messageOf(error)}: expected ${tables.join(' and ')} in ${region}`, { cause: error })
  } finally {
    await archive.close()
  }
}

async function openTables(
  location: Exclude<ArchiveLocation, { folder: string }>,
  aws: AwsConfig,
): Promise<OpenArchive> {
  const client = makeDynamoDBClient(aws)
  const region = await regionOf(client)
  const { sessionsTable, sweepsTable, bucketName } =
    'stack' in location ? await namesOf(location.stack, region, aws) : { ...location, bucketName: undefined }
  return {
    sessions: { client, tableName: sessionsTable },
    sweeps: { client, tableName: sweepsTable },
    ...(bucketName !== undefined && { evidence: { bucketName } }),
    close: async () => client.destroy(),
  }
}

/**
 * Starts the embedded database, on the folder or in memory.
 *
 * @param evidence the folder of the log. @default - in the folder; in memory, there is none
 */
export async function openFolder(
  folder?: string,
  evidence = folder && join(folder, EVIDENCE),
): Promise<OpenArchive> {
  const database = await startDatabase({ folder, feed: evidence !== undefined })
  const client = makeDynamoDBClient({ ...LOCAL_CREDENTIALS, endpoint: database.endpoint })
  const log = async () => {
    if (evidence !== undefined && database.changes) await logChanges(database.changes, evidence)
  }
  await log().catch(async (error: unknown) => {
    await database.close()
    throw error
  }) // what a process that was killed has left
  return {
    sessions: { client, tableName: database.sessionsTable },
    sweeps: { client, tableName: database.sweepsTable },
    ...(evidence !== undefined && { evidence: { folder: evidence } }),
    log,
    close: async () => {
      client.destroy()
      try {
        await log()
      } finally {
        await database.close()
      }
    },
  }
}

/** @throws Error if no region is configured */
export async function regionOf({ config }: { config: { region(): Promise<string> } }): Promise<string> {
  try {
    return await config.region()
  } catch (cause) {
    throw new Error(`${messageOf(cause)}: expected one from --region, $AWS_REGION or the profile`, { cause })
  }
}

/** The tables, and the log's bucket, of the one archive in a stack. If the construct has another id than SessionArchive, the names of its outputs begin with that id. */
async function namesOf(stack: string, region: string, aws: AwsConfig) {
  try {
    const outputs = await stackOutputs(stack, aws)
    const archives = [...outputs].flatMap(([key, sessionsTable]) => {
      const [, name] = /^(.*)SessionsTable$/.exec(key) ?? []
      const sweepsTable = outputs.get(`${name}SweepsTable`)
      const bucketName = outputs.get(`${name}EvidenceBucket`)
      return sweepsTable === undefined ? [] : [{ sessionsTable, sweepsTable, bucketName }]
    })
    const [archive, ...others] = archives
    if (archive === undefined)
      throw new Error(`received no outputs SessionsTable and SweepsTable, expected an archive's stack`)
    const flags = archives.map((one) => `--table ${one.sessionsTable} --sweeps-table ${one.sweepsTable}`)
    if (others.length > 0)
      throw new Error(`received ${archives.length} archives, expected one: choose ${flags.join(', or ')}`)
    return archive
  } catch (error) {
    throw new Error(
      `stack ${JSON.stringify(stack)} in ${region}: ${messageOf(error)}. --stack, --table or --local choose another archive, --region another region`,
      { cause: error },
    )
  }
}
