import { type AttributeValue, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, QueryCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { coverage } from '../../../audit/coverage'
import { findRetentionChanges } from '../../../audit/retention-changes'
import { changeRetention, type RetentionJob } from '../../../cli/retention/change-retention'
import { makeDynamoDBClient } from '../../../sweep/clients'
import { start, stopAll } from '../../emulator/builders'
import { expectFailure, expectWrongUsage, printedBy, retryAtOnce } from '../../support/cli'
import { daysAgo, type FilledArchive, openFilledArchive, receipt, SOURCE } from '../../support/filled-archive'

retryAtOnce()

const DAY_SECONDS = 24 * 60 * 60
const seconds = (iso: string) => Date.parse(iso) / 1000
const ended = (SessionId: string, ago: number) => ({
  SessionId,
  StartDate: seconds(daysAgo(ago, '08:00:00.000')),
  EndDate: seconds(daysAgo(ago, '09:00:00.000')),
})
const expiryOf = (ago: number, days: number) => seconds(daysAgo(ago, '09:00:00.000')) + days * DAY_SECONDS
const OPEN = { SessionId: 'open', StartDate: seconds(daysAgo(1)), state: 'Active' } as const
const MARY = 'arn:aws:sts::111122223333:assumed-role/BreakGlass/mary'

let archive: FilledArchive
beforeEach(async () => {
  archive = await openFilledArchive()
  await archive.keep([ended('old', 100), ended('young', 10), OPEN])
})
afterEach(async () => {
  await archive.close()
  await stopAll()
})

async function records() {
  const { Items = [] } = await archive.client.send(new ScanCommand({ TableName: 'Sessions' }))
  return Object.fromEntries(Items.map((item) => [item.SessionId, item]))
}

/** All that the Sweeps table has of changes of the retention, by key. */
async function kept() {
  const command = new QueryCommand({
    TableName: 'Sweeps',
    KeyConditionExpression: '#source = :retention',
    ExpressionAttributeNames: { '#source': 'Source' },
    ExpressionAttributeValues: { ':retention': 'RETENTION' },
  })
  return (await archive.client.send(command)).Items ?? []
}
const receipts = async () => (await kept()).filter((item) => 'Outcome' in item)

/** Calls that reached the proxy, by operation and table, without those of nothing. */
function calls() {
  const counts: Record<string, number> = {}
  for (const { operation, body } of archive.proxy.calls) {
    const name = `${operation} ${body.TableName}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

function jobOf(days: number | undefined, change: Partial<RetentionJob> = {}): RetentionJob {
  const client = makeDynamoDBClient({
    endpoint: archive.proxy.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  })
  return {
    sessions: { client, tableName: 'Sessions' },
    sweeps: { client, tableName: 'Sweeps' },
    wanted: { RetentionDays: days, By: MARY },
    now: () => new Date(),
    survey: async () => ({ never: 2 }),
    ...change,
  }
}

/** Ends the process, as far as the command can tell, at the n-th write to a table. */
function dieAt(n: number, isDie: (operation: string, table: string) => boolean): void {
  let seen = 0
  let isDead = false
  archive.proxy.fault = ({ operation, body }) => {
    if (isDie(operation, body.TableName) && ++seen === n) isDead = true
    return isDead ? { type: 'ValidationException', message: 'dead' } : undefined
  }
}
const revive = () => {
  archive.proxy.fault = () => undefined
}
const isUpdate = (operation: string) => operation === 'UpdateItem'
const inThreeMinutes = () => new Date(Date.now() + 3 * 60 * 1000)

describe('the records', () => {
  test('get the expiry of the new retention, and nothing else of them changes', async () => {
    const before = await records()
    expect(await changeRetention(jobOf(60))).toMatchObject({
      Outcome: 'complete',
      Read: 3,
      Changed: 2,
      Uncertain: 0,
    })
    const { old, young, open } = await records()
    expect(old).toEqual({ ...before.old, ExpiresAt: expiryOf(100, 60), Revision: 2 })
    expect(young).toEqual({ ...before.young, ExpiresAt: expiryOf(10, 60), Revision: 2 })
    expect(open).toEqual(before.open)
    await changeRetention(jobOf(undefined))
    expect(await records()).toEqual({
      open: before.open,
      old: { ...before.old, Revision: 3 },
      young: { ...before.young, Revision: 3 },
    })
  })

  test('that have it already are read, and not written', async () => {
    await changeRetention(jobOf(60))
    archive.proxy.calls.splice(0)
    expect(await changeRetention(jobOf(60))).toMatchObject({ Read: 3, Changed: 0 })
    // begun, state, and the receipt; the state read, and said to be over
    expect(calls()).toEqual({ 'GetItem Sweeps': 1, 'PutItem Sweeps': 5, 'Scan Sessions': 1 })
    expect(await receipts()).toHaveLength(2)
  })

  test('of sessions without an end count from when they were seen to have none, those given up from when they went missing', async () => {
    await archive.keep([{ SessionId: 'endless' }], new Date(daysAgo(20, '00:00:00.001')))
    const missing = daysAgo(9, '00:00:00.000')
    await archive.store.markMissing('open', missing, missing)
    await archive.store.markEndUnknown('open', SOURCE, missing)
    await changeRetention(jobOf(31))
    expect(await records()).toMatchObject({
      endless: { ExpiresAt: seconds(daysAgo(20)) + 1 + 31 * DAY_SECONDS },
      open: { ExpiresAt: seconds(missing) + 31 * DAY_SECONDS },
    })
  })

  test('of a later version are not touched', async () => {
    const command = {
      TableName: 'Sessions',
      Key: { SessionId: 'old' },
      UpdateExpression: 'SET SchemaVersion = :two',
    }
    await archive.client.send(new UpdateCommand({ ...command, ExpressionAttributeValues: { ':two': 2 } }))
    await expect(changeRetention(jobOf(60))).rejects.toThrow('later version')
    expect((await records()).young).not.toHaveProperty('ExpiresAt')
  })
})

describe('others write meanwhile', () => {
  const toSeconds = (ago: number, days: number) => seconds(daysAgo(ago)) + days * DAY_SECONDS
  const send = (UpdateExpression: string) =>
    archive.client.send(
      new UpdateCommand({
        ...{ TableName: 'Sessions', Key: { SessionId: 'young' }, UpdateExpression },
        ExpressionAttributeValues: { ':end': daysAgo(8), ':one': 1 },
      }),
    )
  /** Does something once the records are read, before they are written. */
  function afterTheScan(job: RetentionJob, act: () => Promise<unknown>): RetentionJob {
    const middleware = job.sessions.client.middlewareStack
    middleware.add(
      (next, context) => async (args) => {
        const output = await next(args)
        if (context.commandName === 'ScanCommand') await act()
        return output
      },
      { step: 'initialize' },
    )
    return job
  }

  test('and win: the record is read again, and gets the expiry of what they wrote', async () => {
    await changeRetention(afterTheScan(jobOf(60), () => send('SET EndDate = :end ADD Revision :one')))
    expect((await records()).young).toMatchObject({
      EndDate: daysAgo(8),
      Revision: 3,
      ExpiresAt: toSeconds(8, 60),
    })
    expect(await receipts()).toMatchObject([{ Changed: 2, Uncertain: 0 }])
  })

  test('and a record that is gone meanwhile does not come back', async () => {
    const gone = { TableName: 'Sessions', Key: { SessionId: 'young' } }
    const job = afterTheScan(jobOf(60), () => archive.client.send(new DeleteCommand(gone)))
    expect(await changeRetention(job)).toMatchObject({ Outcome: 'complete', Changed: 1, Uncertain: 0 })
    expect(await records()).not.toHaveProperty('young')
  })

  test('all the time: the command gives up', async () => {
    archive.proxy.fault = ({ operation, body }) =>
      operation === 'UpdateItem' && body.Key.SessionId.S === 'old'
        ? { type: 'ConditionalCheckFailedException', message: 'x' }
        : undefined
    await expect(changeRetention(jobOf(60))).rejects.toThrow('session "old": 10 times, others changed')
  })

  test('an answer that is lost is told to be uncertain, and nothing is written twice', async () => {
    let isLost = false
    archive.proxy.fault = ({ operation, body }) => {
      if (isLost || operation !== 'UpdateItem' || body.Key.SessionId.S !== 'old') return undefined
      isLost = true
      return 'reset-after'
    }
    expect(await changeRetention(jobOf(60))).toMatchObject({ Changed: 1, Uncertain: 1 })
    expect((await records()).old).toMatchObject({ Revision: 2, ExpiresAt: expiryOf(100, 60) })
  })

  test('another retention does not begin beside one that is going on', async () => {
    dieAt(1, isUpdate)
    await expect(changeRetention(jobOf(60))).rejects.toThrow('dead')
    revive()
    await expect(changeRetention(jobOf(90))).rejects.toThrow(
      'a change of the retention to 60 days was going on',
    )
  })
})

describe('two at once', () => {
  /** Does something once, after an answer. */
  function afterFirst(job: RetentionJob, isIt: (input: object) => boolean, act: () => Promise<unknown>) {
    let isDone = false
    job.sessions.client.middlewareStack.add(
      (next) => async (args) => {
        const output = await next(args)
        if (isDone || !isIt(args.input)) return output
        isDone = true
        await act()
        return output
      },
      { step: 'initialize' },
    )
    return job
  }
  const isWrite = (input: object) => 'UpdateExpression' in input
  const isPending = (input: { Item?: object }) => 'Pending' in (input.Item ?? {})
  const inTenMinutes = () => new Date(Date.now() + 10 * 60 * 1000)

  test('that want the same: the second goes on, the first ends, and no record is uncounted', async () => {
    const first = { failed: Promise.resolve() as Promise<unknown>, goOn: () => {} }
    const goesOn = new Promise<void>((resolve) => {
      first.goOn = resolve
    })
    const second = () => {
      const job = afterFirst(jobOf(60, { pageSize: 1 }), isWrite, async () => {
        first.goOn()
        await first.failed
      })
      return changeRetention(job)
    }
    const isWritten = new Promise<void>((resolve) => {
      const job = afterFirst(jobOf(60, { pageSize: 1 }), isWrite, async () => {
        resolve()
        await goesOn
      })
      first.failed = changeRetention(job).catch((error) => error)
    })
    await isWritten
    await second()
    expect(await first.failed).toMatchObject({ message: expect.stringContaining('another change') })
    const [{ Changed, Uncertain } = { Changed: 0, Uncertain: 0 }] = await receipts()
    expect(Changed + Uncertain).toBeGreaterThanOrEqual(2)
    expect(await records()).toMatchObject({ old: { Revision: 2 }, young: { Revision: 2 } })
  })

  test.each([
    ['changed the records since', 90],
    ['left the records as they are', undefined],
  ])('that want another: one that stood still changes nothing after the other %s', async (_what, days) => {
    let now = () => new Date()
    const job = afterFirst(jobOf(60, { now: () => now() }), isPending, async () => {
      now = inTenMinutes
      await changeRetention(jobOf(days, { now }))
    })
    await expect(changeRetention(job)).rejects.toThrow('another change of the retention has begun')
    const { old, young } = await records()
    const expected = [expiryOf(100, 90), expiryOf(10, 90)].map((at) => (days === undefined ? undefined : at))
    expect([old?.ExpiresAt, young?.ExpiresAt]).toEqual(expected)
  })
})

describe('a change that is stopped', () => {
  const sizes = { pageSize: 1 }

  test.each([
    [
      'before its state is written',
      1,
      (operation: string, table: string) => operation === 'PutItem' && table === 'Sweeps',
    ],
    [
      'before it is said to have begun',
      2,
      (operation: string, table: string) => operation === 'PutItem' && table === 'Sweeps',
    ],
    ['before the first record', 1, isUpdate],
    ['before the second record', 2, isUpdate],
    ['between two pages', 2, (operation: string) => operation === 'Scan'],
    ...[3, 4, 5, 6, 7, 8, 9, 10].map(
      (n) =>
        [
          `at write ${n} of its state`,
          n,
          (operation: string, table: string) => operation === 'PutItem' && table === 'Sweeps',
        ] as const,
    ),
  ] as [string, number, (operation: string, table: string) => boolean][])(
    '%s goes on where it was',
    async (_when, n, isDie) => {
      dieAt(n, isDie)
      const first = await changeRetention(jobOf(60, sizes)).catch(() => undefined)
      revive()
      archive.proxy.calls.splice(0)
      await changeRetention(jobOf(60, sizes))
      const { old, young, open } = await records()
      expect(old).toMatchObject({ Revision: 2, ExpiresAt: expiryOf(100, 60) })
      expect(young).toMatchObject({ Revision: 2, ExpiresAt: expiryOf(10, 60) })
      expect(open).not.toHaveProperty('ExpiresAt')
      if (first !== undefined) return
      const all = await receipts()
      expect(all).toHaveLength(1)
      const [{ Changed, Uncertain } = { Changed: 0, Uncertain: 0 }] = all
      expect(Changed).toBeLessThanOrEqual(2)
      expect(Changed + Uncertain).toBeGreaterThanOrEqual(2)
      expect((await kept()).filter(({ ItemId }) => ItemId.startsWith('BEGUN#'))).toHaveLength(1)
    },
  )

  test.each([
    ['are changed', 2],
    ['have the expiry already', 0],
  ])('does not read again what it has read, if records %s', async (_what, Changed) => {
    if (Changed === 0) await changeRetention(jobOf(60))
    dieAt(3, (operation) => operation === 'Scan')
    await expect(changeRetention(jobOf(60, sizes))).rejects.toThrow('dead')
    revive()
    archive.proxy.calls.splice(0)
    expect(await changeRetention(jobOf(60, sizes))).toMatchObject({ Read: 3, Changed, Uncertain: 0 })
    expect(calls()['Scan Sessions']).toBe(2) // the third record, and that there is no other
  })

  test('and wanted another retention leaves a receipt, and a new one walks all records', async () => {
    dieAt(2, isUpdate)
    await expect(changeRetention(jobOf(60, sizes))).rejects.toThrow('dead')
    revive()
    expect(await changeRetention(jobOf(90, { ...sizes, now: inThreeMinutes }))).toMatchObject({ Read: 3 })
    const { old, young } = await records()
    expect([old?.ExpiresAt, young?.ExpiresAt]).toEqual([expiryOf(100, 90), expiryOf(10, 90)])
    expect(await receipts()).toMatchObject([
      { Outcome: 'superseded', RetentionDays: 60, Changed: 1, Uncertain: 1 },
      { Outcome: 'complete', RetentionDays: 90, Changed: 2, Uncertain: 0 },
    ])
  })
})

test('of two changes that are stopped, one as it begins, each leaves a receipt', async () => {
  dieAt(1, isUpdate)
  await expect(changeRetention(jobOf(60))).rejects.toThrow('dead')
  archive.proxy.fault = ({ body }) =>
    body.Item?.Outcome?.S === 'superseded' ? { type: 'ValidationException', message: 'dead' } : undefined
  await expect(changeRetention(jobOf(90, { now: inThreeMinutes }))).rejects.toThrow('dead')
  revive()
  const now = () => new Date(inThreeMinutes().getTime() + 3 * 60 * 1000)
  await changeRetention(jobOf(120, { now }))
  expect(await receipts()).toMatchObject([
    { Outcome: 'superseded', RetentionDays: 60, Uncertain: 2 },
    { Outcome: 'superseded', RetentionDays: 90 },
    { Outcome: 'complete', RetentionDays: 120 },
  ])
})

test('coverage knows of it: what may have expired meanwhile stays expired', async () => {
  const covered = {
    ...receipt(daysAgo(0)),
    CoversFrom: daysAgo(120),
    CoversUntil: daysAgo(1),
    FinishedAt: daysAgo(1),
  }
  await changeRetention(jobOf(60))
  await changeRetention(jobOf(undefined))
  const changes = await findRetentionChanges(archive.sweeps)
  expect(changes).toMatchObject([{ isComplete: true, days: 60 }, { isComplete: true }])
  const { expired } = coverage([covered], new Date(), undefined, changes)
  expect(expired).toEqual([{ from: daysAgo(120), until: expect.stringMatching(daysAgo(60).slice(0, 10)) }])
})

test.each([
  ['sweeps', ['--coverage'], /expired .*\n.* covered /],
  [
    'sessions',
    ['--from', daysAgo(119).slice(0, 10)],
    /records of sessions that ended before .* UTC may have expired/,
  ],
  ['session', ['nobody'], /Records of sessions that ended before .* UTC may have expired/],
])('%s says what may have expired meanwhile', async (command, args, said) => {
  const covers = { CoversFrom: daysAgo(120), CoversUntil: daysAgo(0) }
  await archive.swept(receipt(daysAgo(0), covers))
  const before = await archive.ask(command, args)
  expect(before.stdout + before.stderr).not.toContain('expired')
  await changeRetention(jobOf(60))
  await changeRetention(jobOf(undefined))
  const after = await archive.ask(command, args)
  expect(after.stdout + after.stderr).toMatch(said)
})

test('what a sweep wrote that was not complete may have expired, although later ones kept it forever', async () => {
  const incomplete = { Outcome: 'incomplete', CoversFrom: undefined, CoversUntil: undefined } as const
  const said = async () => (await archive.ask('sweeps', ['--coverage'])).stdout
  await archive.swept(receipt(daysAgo(51), { ...incomplete, RetentionDays: 31, Pages: 0 })) // wrote nothing
  await archive.swept(receipt(daysAgo(49), { CoversFrom: daysAgo(79), CoversUntil: daysAgo(49) }))
  expect(await said()).not.toContain('expired')
  await archive.swept(receipt(daysAgo(50), { ...incomplete, RetentionDays: 31 }))
  expect(await said()).toContain('expired')
})

describe('the command', () => {
  const sts = async () => ({ environment: { AWS_ENDPOINT_URL_STS: (await start()).url } })
  const ask = async (...args: string[]) => archive.ask('retention', args, await sts())

  test('says what would change, and changes nothing without --yes', async () => {
    const before = await records()
    expect(printedBy(await ask('--days', '60'))).toBe(
      `3 records, of which 2 have ended and can expire (now: never 2).
2 get another expiry: 60 days after their end.
1 expire at once: DynamoDB deletes them within days, and nothing brings them back.
Nothing was changed. '--yes' does it.
`,
    )
    expect(await records()).toEqual(before)
    expect(Object.keys(calls()).filter((name) => /Put|Update|Write/.test(name))).toEqual([])
  })

  test('changes the records with --yes, and keeps who did it', async () => {
    expect(printedBy(await ask('--days', '60', '--yes'))).toMatch(/3 records read, 2 changed: done\.\n$/)
    expect((await records()).old).toMatchObject({ ExpiresAt: expiryOf(100, 60) })
    expect(printedBy(await ask('--days', '40'))).not.toContain('at once') // it has expired before
    const [done, begun] = await kept()
    const By = expect.stringMatching(/^arn:aws:/)
    expect(done).toMatchObject({ RetentionDays: 60, By, Read: 3, Changed: 2, Outcome: 'complete' })
    expect(begun).toMatchObject({ RetentionDays: 60, By, From: { never: 2 } })
    expect(printedBy(await ask('--never', '--yes'))).toContain('2 get another expiry: never.\n')
    expect((await records()).old).not.toHaveProperty('ExpiresAt')
  })

  test('names what DynamoDB will not delete, since it is over for five years', async () => {
    await archive.keep([ended('ancient', 6 * 365), ended('less so', 5 * 365)])
    const said = '1 would have expired five years ago, and DynamoDB does not delete these: first change to'
    expect(printedBy(await ask('--days', '60'))).toContain(said)
    expect(printedBy(await ask('--days', '400'))).not.toContain('five years')
  })

  test('goes on with a change that was stopped', async () => {
    dieAt(1, isUpdate)
    expect(await ask('--days', '60', '--yes')).toMatchObject({ status: 1 })
    revive()
    expect(printedBy(await ask('--days', '60', '--yes'))).toMatch(
      /^A change to this retention was begun at .* UTC and has not ended: 0 read, 0 changed\. .*\n3 records read, \d changed, and 2 perhaps before: done\.\n$/,
    )
  })

  test('refuses what the archiver does not do', async () => {
    await archive.swept(receipt(daysAgo(3), { RetentionDays: 60 }))
    await archive.swept(receipt(daysAgo(2), { RetentionDays: 400 }))
    await archive.swept(receipt(daysAgo(4), { Source: '111122223333/us-east-1', RetentionDays: 60 }))
    const said =
      'kept records for 400 days, not for 60 days: deploy with retentionDays=60 and wait for a sweep'
    expectFailure(await ask('--days', '60', '--yes'), said)
    expect(await records()).toMatchObject({ old: { Revision: 1 } })
    const dry = await ask('--days', '60')
    expect(dry.status).toBe(0)
    expect(dry.stderr).toContain(said)
    expectFailure(await ask('--never', '--yes'), 'not forever: deploy with retentionDays=off and wait')
    expect(await ask('--days', '400', '--yes')).toMatchObject({ status: 0 })
  })

  const put = (ExpressionAttributeValues: Record<string, AttributeValue>, UpdateExpression: string) => {
    const command = { TableName: 'Sessions', Key: { SessionId: { S: 'old' } }, UpdateExpression }
    return archive.client.send(new UpdateItemCommand({ ...command, ExpressionAttributeValues }))
  }

  test.each<[string, AttributeValue]>([
    ['a number of 23 digits', { N: '99999999999999999999999' }],
    ['text', { S: '2030-01-01' }],
    ['null', { NULL: true }],
  ])('gives a record another expiry if somebody made it %s', async (_what, value) => {
    await put({ ':x': value }, 'SET ExpiresAt = :x')
    expect(printedBy(await ask('--days', '60', '--yes'))).toContain('3 records read, 2 changed: done.')
    expect((await records()).old).toMatchObject({ ExpiresAt: expiryOf(100, 60) })
  })

  test('names a record of somebody else, and changes nothing', async () => {
    await put({ ':x': { S: 'soon' } }, 'SET EndDate = :x')
    for (const args of [
      ['--days', '60'],
      ['--days', '60', '--yes'],
    ])
      expectFailure(await ask(...args), 'session "old": received Revision 1 and the end soon, expected a num')
    expect((await records()).young).not.toHaveProperty('ExpiresAt')
  })

  test('names break glass if the tables refuse it', async () => {
    archive.proxy.fault = ({ operation }) =>
      operation === 'PutItem' ? { type: 'AccessDeniedException', message: 'explicit deny' } : undefined
    const run = await ask('--days', '60', '--yes')
    expect(run.status).toBe(1)
    expect(run.stderr).toContain('explicit deny: expected the credentials of one of breakGlassPrincipals')
    expect(await records()).toMatchObject({ old: { Revision: 1 } })
  })

  test.each([
    ['neither', [], "expected one of '--days <number>' and '--never'"],
    ['both', ['--days', '60', '--never'], "expected one of '--days <number>' and '--never'"],
    ['less than AWS shows', ['--days', '30'], 'from 31 to 36500'],
  ])('refuses %s', async (_what, args, message) => {
    expectWrongUsage(await ask(...args), message)
  })
})
