import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'

const database = DynamoDBDocumentClient.from(new DynamoDBClient({}))
const text = 'so many characters as a record has in a member, or more'

/** No archiver: as many conditional puts of items of a record's size as fast as the SDK makes them. */
export async function handler({ puts }: { puts: number }): Promise<void> {
  let n = 0
  const putInTurn = async () => {
    while (n < puts) await database.send(put(n++))
  }
  await Promise.all(Array.from({ length: 50 }, putInTurn))
}

function put(n: number): PutCommand {
  const members = Object.fromEntries(Array.from({ length: 19 }, (_, member) => [`Member${member}`, text]))
  return new PutCommand({
    TableName: process.env.SESSION_ARCHIVE_SESSIONS_TABLE,
    Item: { SessionId: `session-${n}`, ...members },
    ConditionExpression: 'attribute_not_exists(SessionId)',
  })
}
