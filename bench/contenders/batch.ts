import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { paginateDescribeSessions, SSMClient } from '@aws-sdk/client-ssm'
import { BatchWriteCommand, type BatchWriteCommandInput, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

const ssm = new SSMClient({})
const database = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
  marshallOptions: { removeUndefinedValues: true },
})
const table = String(process.env.SESSION_ARCHIVE_SESSIONS_TABLE)

/** The SDK's paginator, and BatchWriteItem of 25; what is left unprocessed is tried again. */
export async function handler(): Promise<void> {
  const pages = paginateDescribeSessions({ client: ssm }, { State: 'History', MaxResults: 200 })
  for await (const { Sessions = [] } of pages) {
    const puts = Sessions.map(({ StartDate, EndDate, ...session }) => ({
      PutRequest: {
        Item: { ...session, StartDate: StartDate?.toISOString(), EndDate: EndDate?.toISOString() },
      },
    }))
    for (let n = 0; n < puts.length; n += 25) await write({ [table]: puts.slice(n, n + 25) })
  }
}

async function write(requests: BatchWriteCommandInput['RequestItems']): Promise<void> {
  const { UnprocessedItems = {} } = await database.send(new BatchWriteCommand({ RequestItems: requests }))
  if (Object.keys(UnprocessedItems).length > 0) await write(UnprocessedItems)
}
