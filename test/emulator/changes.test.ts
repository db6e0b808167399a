import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { type Database, startDatabase } from '../../emulator/dynamodb'
import { ANYONE } from '../support/clients'
import { temporaryFolder } from '../support/temporary-folder'

const folder = temporaryFolder()
let database: Database
let client: DynamoDBClient
const open = async (options: Parameters<typeof startDatabase>[0] = { feed: true }) => {
  database = await startDatabase(options)
  client = new DynamoDBClient({ ...ANYONE, endpoint: database.endpoint })
}
const close = async () => {
  client.destroy()
  await database.close()
}
const Sessions = { TableName: 'Sessions' }
const session = (id: string, more = {}) => ({ SessionId: { S: id }, ...more })
const read = async () => (await database.changes?.read(1000)) ?? []
const images = async () => (await read()).map(({ before, after }) => [before, after])

describe('the changes of an embedded database', () => {
  beforeEach(() => open())
  afterEach(close)

  test('each write that changes an item tells how it was and how it is', async () => {
    const one = session('s', { N: { N: '1' }, B: { B: Buffer.from('x') } })
    await client.send(new PutItemCommand({ ...Sessions, Item: one }))
    await client.send(new PutItemCommand({ ...Sessions, Item: one })) // no change
    const update = { UpdateExpression: 'ADD N :one', ExpressionAttributeValues: { ':one': { N: '1' } } }
    await client.send(new UpdateItemCommand({ ...Sessions, Key: session('s'), ...update }))
    await client.send(new DeleteItemCommand({ ...Sessions, Key: session('s') }))
    await client.send(new DeleteItemCommand({ ...Sessions, Key: session('s') })) // nor this
    const asStored = { ...one, B: { B: 'eA==' } }
    expect(await images()).toEqual([
      [undefined, asStored],
      [asStored, { ...asStored, N: { N: '2' } }],
      [{ ...asStored, N: { N: '2' } }, undefined],
    ])
    const changes = await read()
    expect(changes.map(({ keys }) => keys)).toEqual(Array.from({ length: 3 }, () => session('s')))
    const numbers = changes.map(({ sequenceNumber }) => sequenceNumber)
    expect(numbers.toSorted()).toEqual([...new Set(numbers)])
  })

  test('batches and the other table tell their changes, too; a refused write tells none', async () => {
    const item = { Source: { S: 'a' }, ItemId: { S: 'b' }, X: { S: 'c' } }
    await client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          Sessions: [{ PutRequest: { Item: session('p') } }],
          Sweeps: [{ PutRequest: { Item: item } }],
        },
      }),
    )
    const refused = {
      ...Sessions,
      Item: session('p', { X: { S: 'x' } }),
      ConditionExpression: 'attribute_not_exists(SessionId)',
    }
    await expect(client.send(new PutItemCommand(refused))).rejects.toThrow('conditional')
    const told = (await read()).map(({ table, keys }) => [table, keys]).sort()
    expect(told).toEqual([
      ['Sessions', session('p')],
      ['Sweeps', { Source: { S: 'a' }, ItemId: { S: 'b' } }],
    ])
  })

  test('what is acknowledged is told no more', async () => {
    for (const id of ['a', 'b', 'c'])
      await client.send(new PutItemCommand({ ...Sessions, Item: session(id) }))
    const [first, second] = await read()
    await database.changes?.acknowledge([first, second].filter((one) => one !== undefined))
    expect(await images()).toEqual([[undefined, session('c')]])
  })

  test('an item whose time is over is deleted by DynamoDB itself, and no other', async () => {
    for (const [id, at] of [
      ['old', '100'],
      ['new', '300'],
    ] as const)
      await client.send(new PutItemCommand({ ...Sessions, Item: session(id, { ExpiresAt: { N: at } }) }))
    await client.send(new PutItemCommand({ ...Sessions, Item: session('kept') }))
    await database.expire(new Date(200_000))
    const removed = (await read()).filter(({ after }) => after === undefined)
    expect(removed).toMatchObject([{ keys: session('old'), isExpiry: true }])
  })
})

test('changes that were not acknowledged outlive a restart, and numbers go on', async () => {
  await open({ folder: folder() })
  await client.send(new PutItemCommand({ ...Sessions, Item: session('a') }))
  const before = await read()
  await close()
  await open({ folder: folder() })
  expect(await read()).toEqual(before)
  await database.changes?.acknowledge(before)
  await close()
  await open({ folder: folder(), now: () => new Date(0) }) // a clock that was set back
  await client.send(new PutItemCommand({ ...Sessions, Item: session('b') }))
  const [after] = await read()
  expect(BigInt(after?.sequenceNumber ?? 0)).toBeGreaterThan(BigInt(before[0]?.sequenceNumber ?? 0))
  await close()
})

test('a process that is killed while it writes loses neither an item nor its change', async () => {
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ['--require', 'tsx/cjs', '--eval', WRITER, folder()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface(child.stdout)
    for (let n = 0; n < 20 + 30 * round; n++) await once(lines, 'line')
    child.kill('SIGKILL')
    await once(child, 'exit')
    await open({ folder: folder() })
    const { Items = [] } = await client.send(new ScanCommand(Sessions))
    const told = new Map((await read()).map(({ keys, after }) => [keys.SessionId?.S, after]))
    expect(Items.length).toBeGreaterThan(0)
    for (const item of Items) expect(told.get(item.SessionId?.S)).toEqual(item)
    expect(told.size).toBe(Items.length)
    await close()
  }
})

/** Writes ten items again and again, and prints a line for each. */
const WRITER = `
  const { startDatabase } = require('./emulator/dynamodb.ts')
  const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb')
  startDatabase({ folder: process.argv[1] }).then(async ({ endpoint }) => {
    const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } })
    const write = async (w) => {
      for (let n = w; ; n += 4) {
        const Item = { SessionId: { S: String(n % 10) }, N: { N: String(process.hrtime.bigint()) } }
        await client.send(new PutItemCommand({ TableName: 'Sessions', Item }))
        console.log(n)
      }
    }
    await Promise.all([0, 1, 2, 3].map(write))
  })`
