import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { paginateDescribeSessions, type Session, SSMClient } from '@aws-sdk/client-ssm'
import {
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type BatchWriteCommandOutput,
  DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb'

const ssm = new SSMClient({})
const database = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
  marshallOptions: { removeUndefinedValues: true },
})

/** The SDK's paginator, and BatchWriteItem of 25, unprocessed items tried again. */
export async function handler(): Promise<void> {
  for await (const { Sessions = [] } of paginateDescribeSessions(
    { client: ssm },
    { State: 'History', MaxResults: 200 },
  ))
    for (let n = 0; n < Sessions.length; n += 25) await write(Sessions.slice(n, n + 25))
}

async function write(sessions: Session[]): Promise<void> {
  let requests: BatchWriteCommandInput['RequestItems'] = {
    [String(process.env.SESSION_ARCHIVE_SESSIONS_TABLE)]: sessions.map(
      ({ StartDate, EndDate, ...session }) => ({
        PutRequest: {
          Item: { ...session, StartDate: StartDate?.toISOString(), EndDate: EndDate?.toISOString() },
        },
      }),
    ),
  }
  for (let wait = 50; Object.keys(requests ?? {}).length > 0; wait *= 2) {
    const { UnprocessedItems }: BatchWriteCommandOutput = await database.send(
      new BatchWriteCommand({ RequestItems: requests }),
    )
    requests = UnprocessedItems
    if (Object.keys(requests ?? {}).length > 0) await sleep(wait)
  }
}
