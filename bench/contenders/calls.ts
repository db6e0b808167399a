import { DescribeSessionsCommand } from '@aws-sdk/client-ssm'
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { makeDynamoDBClient, makeSsmClient } from '../../sweep/clients'

const ssm = makeSsmClient({})
const database = makeDynamoDBClient({})
const nothing = { Source: 'none', ItemId: 'none' }

/** No archiver: what the SDK alone takes to start and to be called for the first time. */
export async function handler(): Promise<void> {
  await ssm.send(new DescribeSessionsCommand({ State: 'History' }))
  await database.send(new GetCommand({ TableName: process.env.SESSION_ARCHIVE_SWEEPS_TABLE, Key: nothing }))
}
