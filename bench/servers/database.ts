import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { enrol } from '../../archive/roster'
import { startDatabase } from '../../emulator/dynamodb'
import { LOCAL_CREDENTIALS } from '../../emulator/local-credentials'
import { makeDynamoDBClient } from '../../sweep/clients'
import { answerParent } from './answer-parent'

/** A hash map in this process. Every other table is in the embedded database. */
const TABLE = 'Sessions'

type Item = Readonly<Record<string, { readonly S?: string }>>
interface Body {
  readonly TableName?: string
  readonly Item?: Item
  readonly ConditionExpression?: string
  readonly RequestItems?: Readonly<Record<string, unknown>>
}
interface Keys {
  readonly Keys: readonly Item[]
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>
}

/** The function sweeps what is in the roster. */
const HOME = { accountId: '111122223333', region: 'us-east-1' }

const counts = { writes: 0, reads: 0 }
/** As JSON, which takes less memory than objects. */
const sessions = new Map<string, Buffer>()

/** What contenders ask for ended sessions: no other operation, and no condition but `attribute_not_exists`. */
const OPERATIONS: Readonly<Record<string, (body: Body) => object>> = {
  PutItem({ Item = {}, ConditionExpression }) {
    counts.writes += 1
    if (ConditionExpression !== undefined && sessions.has(idOf(Item))) return REFUSED
    store(Item)
    return {}
  },
  BatchWriteItem({ RequestItems = {} }) {
    const requests = RequestItems[TABLE] as { PutRequest: { Item: Item } }[]
    counts.writes += requests.length
    for (const { PutRequest } of requests) store(PutRequest.Item)
    return { UnprocessedItems: {} }
  },
  BatchGetItem({ RequestItems = {} }) {
    const { Keys, ExpressionAttributeNames } = RequestItems[TABLE] as Keys
    counts.reads += Keys.length
    const names = Object.values(ExpressionAttributeNames)
    const found = Keys.flatMap((key) => sessions.get(idOf(key)) ?? [])
    return { Responses: { [TABLE]: found.map((json) => pick(JSON.parse(json.toString()), names)) } }
  },
  Query: () => ({ Items: [], Count: 0, ScannedCount: 0 }), // no session is open
}

const REFUSED = {
  __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
  message: 'The conditional request failed',
}

function store(item: Item): void {
  sessions.set(idOf(item), Buffer.from(JSON.stringify(item)))
}

function idOf({ SessionId }: Item): string {
  return String(SessionId?.S)
}

function pick(item: Item, names: readonly string[]): object {
  return Object.fromEntries(names.flatMap((name) => (name in item ? [[name, item[name]]] : [])))
}

/** Serves DynamoDB's protocol: node database.ts LATENCY_MS */
async function serve(latencyMs: number): Promise<void> {
  const { endpoint, sweepsTable } = await startDatabase()
  const client = makeDynamoDBClient({ ...LOCAL_CREDENTIALS, endpoint })
  await enrol({ client, tableName: sweepsTable }, HOME, new Date())
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => setTimeout(answer, latencyMs, endpoint, Buffer.concat(chunks), request, response))
  })
  server.listen(0, '127.0.0.1', () => {
    answerParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => ({
      ...counts,
      records: sessions.size,
    }))
  })
}

async function answer(
  endpoint: string,
  raw: Buffer,
  { headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body: Body = JSON.parse(raw.toString())
  const target = String(headers['x-amz-target'])
  if (body.TableName === TABLE || TABLE in (body.RequestItems ?? {})) {
    const operation = target.split('.')[1] ?? ''
    const result = OPERATIONS[operation]?.(body)
    if (result === undefined) throw new Error(`${TABLE}: received ${operation}, expected one that is known`)
    response.writeHead(result === REFUSED ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' })
    response.end(JSON.stringify(result))
    return
  }
  const reply = await fetch(endpoint, {
    method: 'POST',
    headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
    body: raw,
  })
  response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.0' })
  response.end(await reply.text())
}

void serve(Number(process.argv[2]))
