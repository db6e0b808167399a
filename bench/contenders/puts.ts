import { PutCommand } from '@aws-sdk/lib-dynamodb'
import pMap from 'p-map'
import { newSweepId } from '../../archive/receipt'
import { toRecord } from '../../archive/to-record'
import { makeDynamoDBClient } from '../../sweep/clients'
import { endedSessions } from '../sessions'

const database = makeDynamoDBClient({})
const now = new Date()
/** Made before the invocation: its time is that of the puts. */
const records = Array.from(endedSessions(1_000, now), ({ afterEnd }) =>
  toRecord({
    session: JSON.parse(JSON.stringify(afterEnd)),
    state: 'History',
    source: { accountId: '111122223333', region: 'us-east-1' },
    sweepId: newSweepId(now),
    seenFrom: now.toISOString(),
    seenUntil: now.toISOString(),
  }),
)

/** No archiver: conditional puts of the archiver's own records by its own client, as fast as the SDK makes them. */
export async function handler(): Promise<void> {
  await pMap(Array(Number(process.env.PUTS)).keys(), (n) => database.send(put(n)), { concurrency: 50 })
}

function put(n: number): PutCommand {
  return new PutCommand({
    TableName: process.env.SESSION_ARCHIVE_SESSIONS_TABLE,
    Item: { ...records[n % records.length], SessionId: `Mary-Major-${String(n).padStart(17, '0')}` },
    ConditionExpression: 'attribute_not_exists(SessionId)',
  })
}
