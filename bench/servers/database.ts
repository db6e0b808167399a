import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startDatabase } from '../../emulator/dynamodb'

/** The table of the races: a hash map in this process. Every other table is the embedded database's. */
const ARCHIVE = 'Archive'

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

/** Of sessions, in items. */
const counts = { writes: 0, reads: 0 }
/** As JSON, which takes less memory than objects. */
const sessions = new Map<string, Buffer>()

/** What contenders ask of ended sessions: no other operation, and of conditions `attribute_not_exists` only. */
const OPERATIONS: Readonly<Record<string, (body: Body) => object>> = {
  PutItem({ Item = {}, ConditionExpression }) {
    counts.writes += 1
    if (ConditionExpression !== undefined && sessions.has(idOf(Item))) return REFUSED
    sessions.set(idOf(Item), Buffer.from(JSON.stringify(Item)))
    return {}
  },
  BatchWriteItem({ RequestItems = {} }) {
    const requests = RequestItems[ARCHIVE] as { PutRequest: { Item: Item } }[]
    counts.writes += requests.length
    for (const { PutRequest } of requests)
      sessions.set(idOf(PutRequest.Item), Buffer.from(JSON.stringify(PutRequest.Item)))
    return { UnprocessedItems: {} }
  },
  BatchGetItem({ RequestItems = {} }) {
    const { Keys, ExpressionAttributeNames } = RequestItems[ARCHIVE] as Keys
    counts.reads += Keys.length
    const names = Object.values(ExpressionAttributeNames)
    const found = Keys.flatMap((key) => sessions.get(idOf(key)) ?? [])
    return { Responses: { [ARCHIVE]: found.map((json) => pick(JSON.parse(json.toString()), names)) } }
  },
  Query: () => ({ Items: [], Count: 0, ScannedCount: 0 }), // of OpenSessions: all have ended
}

const REFUSED = {
  __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
  message: 'The conditional request failed',
}

function idOf({ SessionId }: Item): string {
  return String(SessionId?.S)
}

function pick(item: Item, names: readonly string[]): object {
  return Object.fromEntries(names.flatMap((name) => (name in item ? [[name, item[name]]] : [])))
}

/** Serves DynamoDB's protocol: node database.ts LATENCY_MS. */
async function serve(latencyMs: number): Promise<void> {
  const { endpoint } = await startDatabase()
  const agent = new Agent({ keepAlive: true })
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => setTimeout(answer, latencyMs, Buffer.concat(chunks), request, response))
  })
  const answer = (raw: Buffer, request: IncomingMessage, response: ServerResponse) => {
    const body: Body = JSON.parse(raw.toString())
    if (body.TableName === ARCHIVE || ARCHIVE in (body.RequestItems ?? {})) {
      answerForArchive(body, request, response)
      return
    }
    const { headers, method = 'POST' } = request
    send(endpoint, { agent, headers, method }, (reply) => {
      response.writeHead(reply.statusCode ?? 500, reply.headers)
      reply.pipe(response)
    }).end(raw)
  }
  server.listen(0, '127.0.0.1', () => {
    process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
  process.on('disconnect', () => process.exit())
  process.on('message', () => process.send?.(counts))
}

function answerForArchive(body: Body, { headers }: IncomingMessage, response: ServerResponse): void {
  const operation = String(headers['x-amz-target']).split('.')[1] ?? ''
  const result = OPERATIONS[operation]?.(body)
  if (result === undefined) throw new Error(`${operation} of ${ARCHIVE}: not an operation of the races`)
  response.writeHead(result === REFUSED ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' })
  response.end(JSON.stringify(result))
}

void serve(Number(process.argv[2]))
