import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SESSIONS } from '../../archive/tables'
import { createTableInput, startDatabase } from '../../emulator/database'

/** Writes and reads of sessions, in items. */
const counts = { writes: 0, reads: 0 }

/**
 * Serves the embedded database: node database.ts LATENCY_MS. The table `Archive` is Sessions without the indexes
 * that only questions need: DynamoDB keeps them up to date behind the scenes, the embedded database during the call.
 */
async function serve(latencyMs: number): Promise<void> {
  const { endpoint } = await startDatabase()
  const client = new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const { OpenSessions } = SESSIONS.indexes
  await client.send(
    new CreateTableCommand(createTableInput('Archive', { ...SESSIONS, indexes: { OpenSessions } })),
  )
  await sleep(500)
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    count(request)
    delay(response, latencyMs)
  })
  process.on('disconnect', () => process.exit())
  process.on('message', () => process.send?.(counts))
  process.send?.(endpoint)
}

function count(request: IncomingMessage): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const operation = String(request.headers['x-amz-target']).split('.')[1]
    if (operation === 'Query' || operation === 'GetItem') return
    const { TableName, RequestItems = {} } = JSON.parse(Buffer.concat(chunks).toString())
    if (operation === 'BatchGetItem') counts.reads += RequestItems.Archive?.Keys.length ?? 0
    else if (operation === 'BatchWriteItem') counts.writes += RequestItems.Archive?.length ?? 0
    else if (TableName === 'Archive') counts.writes += 1
  })
}

function delay(response: ServerResponse, latencyMs: number): void {
  if (latencyMs === 0) return
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse
  response.end = (...args: unknown[]) => {
    setTimeout(() => end(...args), latencyMs)
    return response
  }
}

void serve(Number(process.argv[2]))
