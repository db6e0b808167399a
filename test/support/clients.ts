import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'

/** Dummy credentials, which every emulator accepts. */
export const ANYONE = {
  region: 'us-east-1',
  credentials: {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  },
}

/** The same for a process, which then reads no configuration of this machine. */
export const ANYONE_ENVIRONMENT = {
  AWS_REGION: ANYONE.region,
  AWS_ACCESS_KEY_ID: ANYONE.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: ANYONE.credentials.secretAccessKey,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
}

export function databaseClient(endpoint: string): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ ...ANYONE, endpoint }))
}

/** Every item of a table. */
export async function scan(client: DynamoDBDocumentClient, TableName: string) {
  const items: Record<string, unknown>[] = []
  for await (const page of paginateScan({ client }, { TableName })) items.push(...(page.Items ?? []))
  return items
}
