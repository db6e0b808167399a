import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { marshall } from '@aws-sdk/util-dynamodb'
import { accountIds, itemsOf } from '../made-up-organization'
import { answerParent } from './answer-parent'
import type { Item } from './expressions'
import { HashTable, type Request } from './hash-table'

type Body = Request & { readonly RequestItems?: Readonly<Record<string, Request>> }

const REFUSED = {
  __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
  message: 'The conditional request failed',
}

/**
 * Serves the operations that rounds need, on hash maps with the roster and the states of an organization:
 * node rounds-database.ts SESSIONS_TABLE SWEEPS_TABLE LATENCY_MS ACCOUNTS NOW_MS SWEPT_AGO_MS
 */
function serve([sessionsTable = '', sweepsTable = '', ...numbers]: string[]): void {
  const [latencyMs, accounts = 0, now = 0, sweptAgoMs = 0] = numbers.map(Number)
  const sessions = new HashTable('SessionId', undefined, 'OpenSource')
  const sweeps = new HashTable('Source', 'ItemId', undefined)
  for (const item of itemsOf(accountIds(accounts), now, sweptAgoMs))
    sweeps.put({ Item: marshall(item, { removeUndefinedValues: true }) as Item })
  sweeps.counts.writes = 0
  const tables: Readonly<Record<string, HashTable>> = { [sessionsTable]: sessions, [sweepsTable]: sweeps }

  const server = createServer(async (request, response) => {
    const body: Body = JSON.parse(await text(request))
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    const result = perform(operation, body, tables)
    setTimeout(() => {
      response.sendDate = false
      response.writeHead(result === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' })
      response.end(JSON.stringify(result ?? REFUSED))
    }, latencyMs)
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1', () =>
    answerParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => ({
      sessions: sessions.counts,
      sweeps: sweeps.counts,
    })),
  )
}

/** @returns undefined if a condition does not hold */
function perform(
  operation: string,
  body: Body,
  tables: Readonly<Record<string, HashTable>>,
): object | undefined {
  if (operation === 'BatchGetItem') {
    const asked = Object.entries(body.RequestItems ?? {})
    return {
      Responses: Object.fromEntries(asked.map(([name, keys]) => [name, tables[name]?.batchGet(keys)])),
    }
  }
  const table = tables[body.TableName ?? '']
  if (table === undefined) throw new Error(`received table ${body.TableName}, expected one that is known`)
  if (operation === 'GetItem') return table.get(body)
  if (operation === 'Query') return table.query(body)
  if (operation === 'PutItem') return table.put(body)
  if (operation === 'UpdateItem') return table.update(body)
  throw new Error(`received ${operation}, expected an operation that rounds need`)
}

serve(process.argv.slice(2))
