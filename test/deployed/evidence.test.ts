import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { RETENTION, UNEXPECTED_CHANGE } from '../../archive/names'
import { BEGUN, newRetentionId } from '../../archive/retention'
import { putRetention, readRetention } from '../../archive/retention-table'
import { enrol } from '../../archive/roster'
import { openLog } from '../../cli/evidence/export-evidence'
import { changeRetention } from '../../cli/retention/change-retention'
import type { StoredChange } from '../../emulator/changes'
import { type Kms, startKms } from '../../emulator/kms'
import { type S3, startS3 } from '../../emulator/s3'
import { parseCheckpoint } from '../../evidence/checkpoint'
import { isSignedBy, parseKey } from '../../evidence/note'
import { S3Bucket } from '../../evidence/s3-bucket'
import { runCli } from '../support/cli'
import { ANYONE } from '../support/clients'
import { startCloudFormation } from '../support/cloudformation'
import { type Invocation, invoke, metricsOf } from '../support/invoke'
import { expectExactStatements } from '../support/role-uses'
import { endedSession } from '../support/sessions'
import { openStage, type Stage } from '../support/stage'
import { DEPLOYMENT, STREAM_LABEL, synthesise } from '../support/template'
import { temporaryFolder } from '../support/temporary-folder'
import { daysAgo } from '../support/times'

const folder = temporaryFolder()

const template = synthesise()
const { Properties } = template.resource('AWS::Lambda::Function', 'Evidence')
const VARIABLES: Record<string, string> = Properties.Environment.Variables
const BUCKET = VARIABLES.SESSION_ARCHIVE_EVIDENCE_BUCKET ?? ''
const ORIGIN = `ssm-session-archive/111122223333/us-east-1/${BUCKET}`
const TABLES = {
  Sessions: VARIABLES.SESSION_ARCHIVE_SESSIONS_TABLE,
  Sweeps: VARIABLES.SESSION_ARCHIVE_SWEEPS_TABLE,
}

let stage: Stage
let s3: S3
let kms: Kms
beforeEach(async () => {
  ;[stage, s3, kms] = await Promise.all([openStage(undefined, true), startS3(), startKms()])
  await enrol({ client: stage.client, tableName: 'Sweeps' }, stage.world, stage.world.clock.now())
  stage.world.add(['alice', 'bob'].map((SessionId) => endedSession({ SessionId })))
  await stage.sweep()
})
afterEach(() => Promise.all([stage.close(), s3.close(), kms.close()]))

/** What Lambda sends of the changes that were made since. */
async function changed() {
  const changes = (await stage.database.changes?.read(1000)) ?? []
  await stage.database.changes?.acknowledge(changes)
  return { Records: changes.map(toRecord) }
}

function toRecord({ table, keys, before, after, at, sequenceNumber, isExpiry }: StoredChange) {
  const place = `${DEPLOYMENT['AWS::Region']}:${DEPLOYMENT['AWS::AccountId']}`
  const name = TABLES[table === 'Sessions' ? 'Sessions' : 'Sweeps']
  return {
    eventID: sequenceNumber,
    eventSource: 'aws:dynamodb',
    eventSourceARN: `arn:aws:dynamodb:${place}:table/${name}/stream/${STREAM_LABEL}`,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at / 1000),
      Keys: keys,
      ...(before && { OldImage: before }),
      ...(after && { NewImage: after }),
      SequenceNumber: sequenceNumber,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
    ...(isExpiry && { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }),
  }
}

const log = (event: unknown, environment = {}): Promise<Invocation> =>
  invoke(template, {
    event,
    part: 'Evidence',
    environment: { AWS_ENDPOINT_URL_S3: s3.url, AWS_ENDPOINT_URL_KMS: kms.url, ...environment },
  })

/** The log as a reader of the bucket finds it. */
async function readBack() {
  const client = new S3Client({ ...ANYONE, endpoint: s3.url, forcePathStyle: true })
  const { checkpoint, key, entries } = await openLog(new S3Bucket(client, BUCKET))
  const lines: string[] = []
  for await (const entry of entries) lines.push(entry)
  client.destroy()
  return { checkpoint, key, types: lines.map((line) => JSON.parse(line).type) }
}

test('every change becomes an entry; the log is signed by the key in KMS and notarised', async () => {
  const invocation = await log(await changed())
  expect(invocation.error).toBeUndefined()
  const { checkpoint, key, types } = await readBack()
  expect(types.sort()).toEqual(['receipt', 'revision', 'revision', 'roster'])
  const { origin, size, root, note } = parseCheckpoint(checkpoint)
  expect({ origin, size }).toEqual({ origin: ORIGIN, size: 4 })
  expect(isSignedBy(note, parseKey(key))).toBe(true)
  expect(kms.calls).toEqual([
    { operation: 'GetPublicKey', keyId: VARIABLES.SESSION_ARCHIVE_SIGNING_KEY },
    { operation: 'Sign', keyId: VARIABLES.SESSION_ARCHIVE_SIGNING_KEY },
    {
      operation: 'GenerateDataKeyWithoutPlaintext',
      keyId: VARIABLES.SESSION_ARCHIVE_KEY,
      encryptionContext: {
        'ssm-session-archive-origin': ORIGIN,
        'ssm-session-archive-size': '4',
        'ssm-session-archive-root': root.toString('base64'),
      },
    },
  ])
  expect(metricsOf(invocation)).toEqual([]) // a metric costs only when it rings
  const s3Calls = s3.calls.map(({ operation, name }) => `${operation} ${name.replace(/\d{15}$/, 'N')}`)
  expect(s3Calls.slice(0, -6)).toEqual([
    'ListObjectVersions ', // the head
    'PutObject segments/N',
    'PutObject key', // once in each process
    'ListObjectVersions ', // is it signed?
    'PutObject checkpoints/N',
  ])
  // exactly the calls that the policies of the role and of its keys allow
  const place = `${DEPLOYMENT['AWS::Region']}:${DEPLOYMENT['AWS::AccountId']}`
  const streams = Object.values(TABLES).map(
    (name) => `arn:aws:dynamodb:${place}:table/${name}/stream/${STREAM_LABEL}`,
  )
  expectExactStatements(template, 'Evidence', [
    { action: 's3:ListBucketVersions', resource: `arn:aws:s3:::${BUCKET}` },
    ...s3.calls.flatMap(({ operation, name }) => {
      const action = operation === 'GetObject' ? 'GetObjectVersion' : operation
      return operation === 'ListObjectVersions'
        ? []
        : [{ action: `s3:${action}`, resource: `arn:aws:s3:::${BUCKET}/${name}` }]
    }),
    { action: 's3:GetObjectVersion', resource: `arn:aws:s3:::${BUCKET}/key` },
    { action: 's3:GetObjectVersion', resource: `arn:aws:s3:::${BUCKET}/segments/1` },
    { action: 's3:GetObjectVersion', resource: `arn:aws:s3:::${BUCKET}/checkpoints/1` },
    {
      action: 'dynamodb:Query', // asked only if the expiry of a record changed
      resource: `arn:aws:dynamodb:${place}:table/${TABLES.Sweeps}`,
      context: { 'dynamodb:LeadingKeys': [RETENTION] },
    },
    ...streams.flatMap((resource) =>
      ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((name) => ({
        action: `dynamodb:${name}`,
        resource,
      })),
    ),
  ])
})

describe('an expiry that looks like a retention', () => {
  const sweeps = () => ({ client: stage.client, tableName: String(TABLES.Sweeps) })
  const DAYS = 60
  const ask = async () => log(await changed(), { AWS_ENDPOINT_URL_DYNAMODB: stage.proxy.endpoint })

  beforeEach(async () => {
    await stage.client.send(
      new CreateTableCommand({
        TableName: sweeps().tableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'Source', KeyType: 'HASH' },
          { AttributeName: 'ItemId', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: ['Source', 'ItemId'].map((AttributeName) => ({
          AttributeName,
          AttributeType: 'S',
        })),
      }),
    )
    await changed()
    stage.proxy.calls.splice(0)
  })
  const change = (days: number, now = () => new Date()) =>
    changeRetention({
      sessions: { client: stage.client, tableName: stage.database.sessionsTable },
      ...{ sweeps: sweeps(), wanted: { RetentionDays: days }, now, survey: async () => ({}) },
    })
  const forget = async () => {
    const { client, tableName: TableName } = sweeps()
    for (const { Source, ItemId } of await readRetention(sweeps()))
      await client.send(new DeleteCommand({ TableName, Key: { Source, ItemId } }))
  }

  test('does not ring while the retention is changed, for which the function asks once', async () => {
    await change(DAYS)
    stage.proxy.calls.splice(0)
    const invocation = await ask()
    expect(invocation.error).toBeUndefined()
    expect(metricsOf(invocation)).toEqual([])
    expect(stage.proxy.calls).toMatchObject([{ operation: 'Query', body: { TableName: TABLES.Sweeps } }])
    expect((await readBack()).types).toEqual(['revision', 'revision'])
  })

  test.each([
    ['nobody changed the retention', forget],
    ['the retention was changed to another', async () => void (await forget().then(() => changeOnly(90)))],
    [
      'it was changed an hour before',
      async () => void (await forget().then(() => changeOnly(DAYS, () => new Date(Date.now() - 3_600_000)))),
    ],
    [
      'it was changed an hour later',
      async () => void (await forget().then(() => changeOnly(DAYS, () => new Date(Date.now() + 3_600_000)))),
    ],
  ])('rings if %s, and is logged', async (_what, forge) => {
    await change(DAYS)
    await forge()
    const invocation = await ask()
    expect(metricsOf(invocation)[0]).toMatchObject({ [UNEXPECTED_CHANGE]: 2 })
    expect(JSON.stringify(invocation.log)).toContain(
      'changed to 60 days, and no change of the retention did that',
    )
    expect((await readBack()).types).toEqual(['revision', 'revision'])
  })

  /** Leaves what a change leaves, and changes no record of the stage. */
  async function changeOnly(days: number, now = () => new Date()): Promise<void> {
    const at = now().toISOString()
    const run = { Source: RETENTION, StartedAt: at, RetentionDays: days, Version: '0.1.0' } as const
    const ItemId = newRetentionId(now())
    await putRetention(sweeps(), { ...run, ItemId: `${BEGUN}${ItemId}`, From: {} })
    const counts = { Read: 2, Changed: 2, Uncertain: 0, Outcome: 'complete' } as const
    await putRetention(sweeps(), { ...run, ItemId, FinishedAt: at, ...counts })
  }

  test('is logged if nobody can be asked, and the change is delivered again', async () => {
    await change(DAYS)
    stage.proxy.fault = () => ({ type: 'AccessDeniedException', message: 'x' })
    expect((await ask()).error?.name).toBe('AccessDeniedException')
    expect((await readBack()).types).toEqual(['revision', 'revision'])
  })
})

test('what is delivered again is not logged again, and is notarised if it was not', async () => {
  const event = await changed()
  kms.fault = (operation) =>
    operation === 'GenerateDataKeyWithoutPlaintext' ? 'AccessDeniedException' : undefined
  expect((await log(event)).error?.name).toBe('AccessDeniedException')
  kms.fault = () => undefined
  expect((await log(event)).error).toBeUndefined()
  expect(kms.calls.at(-1)?.operation).toBe('GenerateDataKeyWithoutPlaintext')
  expect((await readBack()).types).toHaveLength(4)
})

test.each(['lost', 'conflict', 'unavailable'] as const)(
  'a write whose answer is %s is done once',
  async (fault) => {
    let broken = false
    s3.fault = (operation) => {
      if (operation !== 'PutObject' || broken) return undefined
      broken = true
      return fault
    }
    expect((await log(await changed())).error).toBeUndefined()
    expect((await readBack()).types).toHaveLength(4)
  },
)

test('an object that is hidden by a delete marker, or by another version, is read all the same', async () => {
  await log(await changed())
  const [segment = ''] = [...s3.objects.keys()].filter((name) => name.startsWith('segments/'))
  await fetch(`${s3.url}/${BUCKET}/${segment}`, { method: 'DELETE' })
  await fetch(`${s3.url}/${BUCKET}/${segment}`, { method: 'PUT', body: 'forged' })
  await fetch(`${s3.url}/${BUCKET}/${segment}`, { method: 'DELETE' })
  await stage.sweepAfter(1)
  expect((await log(await changed())).error).toBeUndefined()
  const { types } = await readBack()
  expect(types).toHaveLength(5)
})

test('a change that is not the archiver’s rings, is logged, and tells the log nothing of the session', async () => {
  const key = { TableName: stage.database.sessionsTable, Key: { SessionId: 'alice' } }
  const forged = { UpdateExpression: 'SET Reason = :x', ExpressionAttributeValues: { ':x': 'secret' } }
  await stage.database.client.send(new UpdateCommand({ ...key, ...forged }))
  await stage.database.client.send(new DeleteCommand(key))
  const invocation = await log(await changed())
  expect(metricsOf(invocation)[0]).toMatchObject({ [UNEXPECTED_CHANGE]: 2 })
  const reasons = invocation.log.filter(({ message }) => message === 'unexpected change')
  expect(reasons.map(({ reason }) => reason)).toEqual([
    'Sessions: revision 1, expected 2',
    'Sessions: a record was deleted',
  ])
  const kept = [...s3.objects].flatMap(([, versions]) => versions.map(({ bytes }) => String(bytes))).join()
  for (const secret of ['alice', 'bob', 'secret', 'Mary']) {
    expect(JSON.stringify(invocation.log)).not.toContain(secret)
    expect(kept).not.toContain(secret)
  }
})

test.each([
  [
    'is no event of a stream',
    { Records: [{ eventSource: 'aws:sqs' }] },
    "expected an event of the tables' streams",
  ],
  ['is of another table', 'other', 'expected one of'],
])('an event that %s is refused', async (_what, event, message) => {
  const records = await changed()
  const other = JSON.parse(JSON.stringify(records).replaceAll(TABLES.Sessions ?? '', 'Others'))
  const { error } = await log(event === 'other' ? other : event)
  expect(error?.message).toContain(message)
  expect(s3.objects.size).toBe(0)
})

test('the command line finds the log by the stack, and both verdicts are proven', async () => {
  expect((await log(await changed())).error).toBeUndefined()
  const outputs = { SessionsTable: 'Sessions', SweepsTable: 'Sweeps', EvidenceBucket: BUCKET }
  const cloudFormation = await startCloudFormation({ SessionArchive: outputs })
  const environment = {
    AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
    AWS_ENDPOINT_URL_DYNAMODB: stage.database.endpoint,
    AWS_ENDPOINT_URL_S3: s3.url,
  }
  const cwd = folder()
  const cli = (...args: string[]) => runCli(args, { cwd, environment })
  const day = (ago: number) => daysAgo(ago).toISOString().slice(0, 10)
  const { stdout: key, status } = await cli('evidence', '--from', day(20), '--to', day(0), '--out', 'bundle')
  expect(status).toBe(0)
  expect(key).toMatch(new RegExp(`^${ORIGIN}\\+`))
  expect(await cli('verify', 'bundle', '--key', key.trim())).toMatchObject({ status: 0, stderr: '' })
  await cloudFormation.close()
})

test('a region without keys of this kind says so', async () => {
  kms.fault = () => 'UnsupportedOperationException'
  expect((await log(await changed())).error?.name).toBe('UnsupportedOperationException')
})
