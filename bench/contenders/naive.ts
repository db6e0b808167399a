import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { paginateDescribeSessions, SSMClient } from '@aws-sdk/client-ssm'
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'

const ssm = new SSMClient({})
const database = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
  marshallOptions: { removeUndefinedValues: true },
})
const TableName = process.env.SESSION_ARCHIVE_SESSIONS_TABLE

/** The SDK's paginator, and one put per session. */
export async function handler(): Promise<void> {
  const pages = paginateDescribeSessions({ client: ssm }, { State: 'History', MaxResults: 200 })
  for await (const { Sessions = [] } of pages)
    for (const { StartDate, EndDate, ...session } of Sessions) {
      const Item = { ...session, StartDate: StartDate?.toISOString(), EndDate: EndDate?.toISOString() }
      await database.send(new PutCommand({ TableName, Item }))
    }
}
