import type { SessionFilter } from '@aws-sdk/client-ssm'
import type { Fault } from '../../emulator/faults'
import { listSessions } from '../../sweep/list-sessions'
import { endedSessions } from '../support/sessions'
import { useStage } from '../support/stage'

const stage = useStage()
let restarts = 0
let sizes: number[] = []
const list = async (filters: SessionFilter[] = []) => {
  restarts = 0
  sizes = []
  const onRestart = () => void restarts++
  const listing = { ssm: stage.ssm, state: 'History' as const, filters, pageSize: 10, onRestart }
  for await (const { sessions } of listSessions(listing)) sizes.push(sessions.length)
  return sizes
}

const short: Record<number, Fault> = { 1: 'empty-page', 2: 'empty-page', 3: 'short-page', 5: 'empty-page' }
test.each<[string, number, Record<number, Fault>, number[]]>([
  ['no sessions', 0, {}, [0]],
  ['one session', 1, {}, [1]],
  ['as many sessions as a page holds', 10, {}, [10]],
  ['more sessions than a page holds', 21, {}, [10, 10, 1]],
  ['empty and short pages that have a token', 21, short, [0, 0, 5, 10, 0, 6]],
  ['throttled calls', 21, { 1: 'throttle', 3: 'throttle' }, [10, 10, 1]],
  ['internal errors', 21, { 1: 'error', 3: 'error' }, [10, 10, 1]],
  ['lost connections', 21, { 1: 'reset', 3: 'reset' }, [10, 10, 1]],
])('a list with %s is drained', async (_what, count, faults, pages) => {
  stage.world.add(endedSessions(count))
  stage.breakListCalls(faults)
  expect(await list()).toEqual(pages)
  expect(restarts).toBe(0)
})

test('each call has the state, the size, the filters if there are any, and the token of the page before', async () => {
  stage.world.add(endedSessions(11))
  const Filters: SessionFilter[] = [{ key: 'InvokedAfter', value: '2020-01-01T00:00:00Z' }]
  await list()
  await list(Filters)
  const request = { State: 'History', MaxResults: 10 }
  const NextToken = expect.any(String)
  const expected = [request, { ...request, NextToken }]
  const requests = stage.emulator.calls.list.map((call) => call.request)
  expect(requests).toEqual([...expected, ...expected.map((one) => ({ ...one, Filters }))])
})

test('a token that AWS returns twice, which would never end, is an error', async () => {
  stage.world.add(endedSessions(30))
  stage.breakListCalls({ 3: 'repeat-token' })
  const message = 'DescribeSessions returned the same NextToken twice in one listing'
  await expect(list()).rejects.toMatchObject({ name: 'RepeatedTokenError', message })
  expect(sizes).toEqual([10, 10, 10])
})

test('after a refused token the list begins again, twice at most', async () => {
  stage.world.add(endedSessions(21))
  stage.breakListCalls({ 3: 'expire-token', 5: 'expire-token' })
  expect(await list()).toEqual([10, 10, 10, 10, 10, 1])
  expect(restarts).toBe(2)

  stage.emulator.faults.script = (_call, { NextToken }) => (NextToken ? 'expire-token' : undefined)
  await expect(list()).rejects.toMatchObject({ name: 'InvalidNextToken' })
  expect([restarts, sizes]).toEqual([2, [10, 10, 10]])
})

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
