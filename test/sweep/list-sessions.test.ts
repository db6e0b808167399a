import type { SessionFilter } from '@aws-sdk/client-ssm'
import type { Fault } from '../../emulator/faults'
import { listSessions } from '../../sweep/list-sessions'
import { endedSessions } from '../support/sessions'
import { useStage } from '../support/stage'

const stage = useStage()
let restarts = 0
let sizes: number[] = []
const list = async (filters: SessionFilter[] = []) => {
  ;[restarts, sizes] = [0, []]
  const onRestart = () => {
    restarts += 1
  }
  const listing = { ssm: stage.ssm, state: 'History' as const, filters, pageSize: 10, onRestart }
  for await (const { sessions } of listSessions(listing)) sizes.push(sessions.length)
  return sizes
}
/** Faults by number of the call, from 1. */
const breakCalls = (faults: Record<number, Fault>) => {
  stage.emulator.faults.script = (call) => faults[call]
}

test.each([
  [0, [0]],
  [1, [1]],
  [10, [10]],
  [21, [10, 10, 1]],
])('a list of %i sessions has pages of %j', async (count, pages) => {
  stage.world.add(endedSessions(count))
  expect(await list()).toEqual(pages)
})

test('each call has the state, the size, the filters if there are any, and the token of the page before', async () => {
  stage.world.add(endedSessions(11))
  const filters: SessionFilter[] = [{ key: 'InvokedAfter', value: '2020-01-01T00:00:00Z' }]
  await list()
  await list(filters)
  const request = { State: 'History', MaxResults: 10 }
  expect(stage.emulator.calls.list.map((call) => call.request)).toEqual([
    request,
    { ...request, NextToken: expect.any(String) },
    { ...request, Filters: filters },
    { ...request, Filters: filters, NextToken: expect.any(String) },
  ])
})

test('neither an empty page with a token is the end, nor a short one', async () => {
  stage.world.add(endedSessions(21))
  breakCalls({ 1: 'empty-page', 2: 'empty-page', 3: 'short-page', 5: 'empty-page' })
  expect(await list()).toEqual([0, 0, 5, 10, 0, 6])
})

test('a token that AWS returns twice, which would never end, is an error', async () => {
  stage.world.add(endedSessions(30))
  breakCalls({ 3: 'repeat-token' })
  await expect(list()).rejects.toMatchObject({
    name: 'RepeatedTokenError',
    message: 'DescribeSessions returned the same NextToken twice in one listing',
  })
  expect(sizes).toEqual([10, 10, 10])
})

test('after a refused token the list begins again, twice at most', async () => {
  stage.world.add(endedSessions(21))
  breakCalls({ 3: 'expire-token', 5: 'expire-token' })
  expect(await list()).toEqual([10, 10, 10, 10, 10, 1])
  expect(restarts).toBe(2)

  stage.emulator.faults.script = (_call, { NextToken }) => (NextToken ? 'expire-token' : undefined)
  await expect(list()).rejects.toMatchObject({ name: 'InvalidNextToken' })
  expect([restarts, sizes]).toEqual([2, [10, 10, 10]])
})

test.each<Fault>(['throttle', 'error', 'reset'])(
  'a call that suffers %s once is tried again',
  async (fault) => {
    stage.world.add(endedSessions(21))
    breakCalls({ 1: fault, 3: fault })
    expect(await list()).toEqual([10, 10, 1])
  },
)

test.each<[Fault, string]>([
  ['throttle', 'ThrottlingException'],
  ['error', 'InternalServerError'],
  ['deny', 'AccessDeniedException'],
])(
  'a call that suffers %s again and again fails the list, and it does not begin again',
  async (fault, name) => {
    stage.world.add(endedSessions(21))
    stage.emulator.faults.script = (call) => (call > 1 ? fault : undefined)
    await expect(list()).rejects.toMatchObject({ name })
    expect([restarts, sizes]).toEqual([0, [10]])
  },
)
