import { existsSync } from 'node:fs'
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { startDatabase } from '../emulator/dynamodb'
import { makeDynamoDBClient } from '../sweep/clients'
import type { AwsFlags } from './aws-flags'
import type { ArchiveLocation } from './which-archive'

export interface OpenArchive {
  readonly client: DynamoDBDocumentClient
  readonly sessionsTable: string
  readonly sweepsTable: string
  close(): Promise<void>
}

/**
 * Does something with an archive that exists.
 *
 * @throws Error where it cannot be found or used
 */
export async function withArchive<T>(
  location: ArchiveLocation,
  flags: AwsFlags,
  use: (archive: OpenArchive) => Promise<T>,
): Promise<T> {
  if ('folder' in location && !existsSync(`${location.folder}/CURRENT`))
    throw new Error(`folder ${JSON.stringify(location.folder)}: expected an archive, and there is none`)
  const archive = await openArchive(location, flags)
  try {
    return await use(archive)
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error
    const { sessionsTable, sweepsTable } = archive
    const tables = [sessionsTable, sweepsTable].filter((name) => name !== '').join(' and ')
    const region = await archive.client.config.region()
    throw new Error(`${error.message}: expected ${tables} in ${region}`, { cause: error })
  } finally {
    await archive.close()
  }
}

/**
 * Makes the folder where it is a new one.
 *
 * @throws Error where the folder cannot be used, or the stack cannot be read
 */
export async function openArchive(location: ArchiveLocation, flags: AwsFlags): Promise<OpenArchive> {
  if ('folder' in location) return openFolder(location.folder)
  const aws = awsConfig(flags)
  const client = makeDynamoDBClient(aws)
  await regionOf(client)
  const tables = 'stack' in location ? await tablesOf(location.stack, aws) : location
  return { sessionsTable: '', sweepsTable: '', ...tables, client, close: async () => client.destroy() }
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

/** What an SDK client is made with. */
export function awsConfig({ region, profile, endpointUrl }: AwsFlags) {
  // The AWS CLI knows both variables, the SDK only the first.
  const found = region || process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION
  return {
    ...(found && { region: found }),
    ...(profile !== undefined && { profile }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
  }
}

/** @throws Error where no region is configured */
export async function regionOf({ config }: { config: { region(): Promise<string> } }): Promise<string> {
  try {
    return await config.region()
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${message}: expected one from --region, $AWS_REGION or the profile`, { cause })
  }
}

/** The outputs of the stack that name its tables. */
async function tablesOf(stack: string, aws: ReturnType<typeof awsConfig>) {
  const client = new CloudFormationClient(aws)
  const { Stacks = [] } = await client
    .send(new DescribeStacksCommand({ StackName: stack }))
    .finally(() => client.destroy())
  const outputs = new Map((Stacks[0]?.Outputs ?? []).map((one) => [one.OutputKey, one.OutputValue]))
  const output = (name: string): string => {
    const value = outputs.get(name)
    if (value === undefined)
      throw new Error(
        `stack ${JSON.stringify(stack)}: received no output ${name}, expected an archive's stack`,
      )
    return value
  }
  return { sessionsTable: output('SessionsTable'), sweepsTable: output('SweepsTable') }
}

/** What the embedded database and the emulator accept; no file or service is asked. */
export const ANYONE = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
}
