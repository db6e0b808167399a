import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { paginateDescribeSessions, SSMClient } from '@aws-sdk/client-ssm'
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'

const ssm = new SSMClient({})
const database = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
  marshallOptions: { removeUndefinedValues: true },
})

/** The SDK's paginator, and one put a session. */
export async function handler(): Promise<void> {
  for await (const { Sessions = [] } of paginateDescribeSessions(
    { client: ssm },
    { State: 'History', MaxResults: 200 },
  ))
    for (const { StartDate, EndDate, ...session } of Sessions)
      await database.send(
        new PutCommand({
          TableName: process.env.SESSION_ARCHIVE_SESSIONS_TABLE,
          Item: { ...session, StartDate: StartDate?.toISOString(), EndDate: EndDate?.toISOString() },
        }),
      )
}
