import type { SweepJob } from '../../sweep/run'
import { SweepError } from '../../sweep/sweep'
import type { DatabaseFault } from '../support/database-proxy'
import { endedSessions } from '../support/sessions'
import { SMALL_PAGES, useStage } from '../support/stage'

const stage = useStage()
const sweep = (change: Partial<SweepJob> = {}) => stage.sweep({ limits: SMALL_PAGES, ...change })
const failedSweep = async (change?: Partial<SweepJob>) => {
  const error = await sweep(change).catch((failure: unknown) => failure)
  if (!(error instanceof SweepError)) throw new Error(`expected a SweepError, received ${error}`)
  return error
}
const receipts = async () => (await stage.sweepsItems()).receipts
const state = async () => (await stage.sweepsItems()).state
const isReceipt = (body: { TableName: string }) => body.TableName === stage.database.sweepsTable

const FAULTS: DatabaseFault[] = ['throttle', 'error', 'reset-before', 'reset-after']

test.each<readonly [DatabaseFault, string]>([
  ['unprocessed', 'BatchGetItem'],
  ...FAULTS.flatMap((fault) =>
    ['BatchGetItem', 'PutItem', 'UpdateItem'].map((call) => [fault, call] as const),
  ),
])('the fault %s of the first %s changes nothing', async (fault, broken) => {
  stage.world.add(endedSessions(15))
  await sweep()
  stage.world.add(endedSessions(1, { SessionId: 'another' }))
  stage.world.update('s-3', { afterEnd: { SessionId: 's-3', Reason: 'changed' } })
  stage.world.clock.advance(5000)
  let calls = 0
  stage.proxy.fault = ({ operation }) => (operation === broken && calls++ === 0 ? fault : undefined)

  expect(await sweep({ full: true })).toMatchObject({
    Outcome: 'complete',
    Seen: 16,
    Archived: 1,
    Updated: 1,
  })

  expect(calls).toBeGreaterThan(1)
  expect((await stage.records()).size).toBe(16)
  expect(await stage.record('another')).toMatchObject({ Revision: 1 })
  expect(await stage.record('s-3')).toMatchObject({ Revision: 2, Reason: 'changed' })
})

test.each(FAULTS)(
  'the fault %s of all writes of one session fails the sweep, and keeps the others',
  async (fault) => {
    stage.world.add(endedSessions(15))
    stage.proxy.fault = ({ body }) => (body.Item?.SessionId?.S === 's-3' ? fault : undefined)

    const { receipt } = await failedSweep()

    expect(receipt).toMatchObject({ Outcome: 'failed', Archived: 14, Seen: 15 })
    expect(await receipts()).toEqual([receipt])
    stage.proxy.fault = () => undefined
    expect(await sweep()).toMatchObject({ Outcome: 'complete', Seen: 15 })
    expect((await stage.records()).size).toBe(15)
  },
)

test('a sweep that fails keeps what it has read, says why, and covers nothing', async () => {
  stage.world.add(endedSessions(35))
  stage.emulator.faults.script = (call) => (call >= 4 ? 'deny' : undefined)

  const { receipt, cause, message } = await failedSweep()

  expect(receipt).toMatchObject({ Outcome: 'failed', Kind: 'full', Pages: 3, Archived: 20 })
  expect(receipt).not.toHaveProperty('CoversUntil')
  expect(receipt.Error).toMatch(/^AccessDeniedException: User .*ssm:DescribeSessions/)
  expect(message).toBe(`the sweep of 111122223333/us-east-1 failed: ${receipt.Error}`)
  expect(cause).toMatchObject({ name: 'AccessDeniedException' })
  expect(await state()).toBeUndefined()
  stage.emulator.faults.script = undefined
  expect(await sweep()).toMatchObject({ Outcome: 'complete', Archived: 15, Unchanged: 20 })
})

test('a sweep that fails before its plan is known has no kind, and a long reason is cut', async () => {
  stage.proxy.fault = ({ operation }) =>
    operation === 'GetItem' ? { type: 'ResourceNotFoundException', message: 'x'.repeat(2000) } : undefined
  const { receipt } = await failedSweep()
  expect(receipt).not.toHaveProperty('Kind')
  expect(receipt.Error).toHaveLength(1000)
  expect(await receipts()).toEqual([receipt])
})

test('if the receipt cannot be written, the sweep fails and the source does not count as swept', async () => {
  stage.world.add(endedSessions(3))
  stage.proxy.fault = ({ operation, body }) =>
    operation === 'PutItem' && isReceipt(body) ? 'error' : undefined

  const { receipt, cause } = await failedSweep()

  expect(receipt).toMatchObject({ Outcome: 'failed', Archived: 3 })
  expect(receipt.Error).toMatch(/^InternalServerError/)
  const failure = expect.objectContaining({ name: 'InternalServerError' })
  expect(cause).toMatchObject({ name: 'AggregateError', errors: [failure, failure] })
  expect(await receipts()).toEqual([])
  expect(await state()).toBeUndefined()
})

test('if the source cannot be marked as swept, its receipt says that the sweep failed', async () => {
  stage.proxy.fault = ({ operation, body }) =>
    operation === 'UpdateItem' && isReceipt(body) ? 'error' : undefined
  const { receipt } = await failedSweep()
  expect(await receipts()).toEqual([receipt])
  expect(receipt).not.toHaveProperty('CoversUntil')
})
