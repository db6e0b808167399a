import { type Fault, FaultSource, type Faults, randomFaults } from '../../emulator/faults'
import { ask, post, refusal, sessions, start, world } from './builders'

const ALL = ['s-0', 's-1', 's-2', 's-3', 's-4', 's-5', 's-6', 's-7']
const HISTORY = { State: 'History' }

const startWith = (faults: Faults) => start({ world: world(sessions(8)), faults })

test.each<[Fault, string, string]>([
  ['deny', 'AccessDeniedException', 'AccessDeniedException'],
  ['throttle', 'ThrottlingException', 'ThrottlingException'],
  ['error', 'InternalServerError', 'InternalServerError'],
  ['reset', 'ECONNRESET', 'reset'],
])('the fault %s fails calls with %s until it is switched off', async (fault, error, outcome) => {
  const emulator = await startWith({ script: () => fault })
  expect(await ask(emulator.url)).toEqual({ error })
  expect(emulator.calls.count({ state: 'History', outcome })).toBe(1)
  emulator.faults.script = undefined
  expect(await ask(emulator.url)).toEqual({ ids: ALL, token: undefined })
})

test('a throttled or failed call has the status and the message of AWS', async () => {
  const emulator = await startWith({ script: (call) => (call === 1 ? 'throttle' : 'error') })
  expect(await post(emulator, HISTORY)).toEqual(refusal('ThrottlingException', 'Rate exceeded'))
  const failure = { status: 500, body: { __type: 'InternalServerError' } }
  expect(await post(emulator, HISTORY)).toMatchObject(failure)
})

test('the throttle lets at least one call through, and refills with time', async () => {
  const emulator = await startWith({ requestsPerSecond: 0.001 })
  for (const _ of [1, 2]) await ask(emulator.url)
  emulator.faults.requestsPerSecond = 1000
  await new Promise((resolve) => setTimeout(resolve, 20))
  await ask(emulator.url)
  expect(emulator.calls.list.map(({ outcome }) => outcome)).toEqual(['OK', 'ThrottlingException', 'OK'])
})

test("the throttle lets one second's calls through at once, and no more", () => {
  const source = new FaultSource({ requestsPerSecond: 5 })
  const suffered = Array.from({ length: 7 }, () => source.next({}))
  expect(suffered).toEqual([...Array(5).fill(undefined), 'throttle', 'throttle'])
})

test('the latency passes before the answer', async () => {
  const emulator = await startWith({})
  await post(emulator, HISTORY) // the first call takes longer
  emulator.faults.latencyMs = 150
  const before = performance.now()
  await post(emulator, HISTORY)
  expect(performance.now() - before).toBeGreaterThanOrEqual(145)
})

test('an empty page has a new token that goes on from the same place', async () => {
  const { url, faults } = await startWith({ script: () => 'empty-page' })
  const first = await ask(url, { MaxResults: 3 })
  const second = await ask(url, { MaxResults: 3, NextToken: first.token })
  expect([first.ids, second.ids]).toEqual([[], []])
  expect(second.token).not.toBe(first.token)
  faults.script = undefined
  expect(await ask(url, { NextToken: second.token })).toMatchObject({ ids: ALL })
})

test('a short page has at most half of MaxResults and a token, even at the end of the list', async () => {
  const { url, faults } = await startWith({ script: () => 'short-page' })
  const first = await ask(url, { MaxResults: 11 })
  const second = await ask(url, { MaxResults: 11, NextToken: first.token })
  expect([first.ids, second.ids]).toEqual([ALL.slice(0, 5), ALL.slice(5)])
  faults.script = undefined
  expect(await ask(url, { MaxResults: 11, NextToken: second.token })).toEqual({ ids: [], token: undefined })
})

test("a repeated token is the request's own, on a middle page and on the last", async () => {
  const { url } = await startWith({ script: () => 'repeat-token' })
  const { token } = await ask(url, { MaxResults: 3 })
  expect(await ask(url, { MaxResults: 3, NextToken: token })).toEqual({ ids: ALL.slice(3, 6), token })
  expect(await ask(url, { MaxResults: 9, NextToken: token })).toEqual({ ids: ALL.slice(3), token })
})

test('the fault expire-token refuses a token, and nothing without one', async () => {
  const { url, faults } = await startWith({ script: () => 'expire-token' })
  const { token } = await ask(url, { MaxResults: 3 })
  expect(await ask(url, { NextToken: token })).toEqual({ error: 'InvalidNextToken' })
  faults.script = undefined
  expect(await ask(url, { NextToken: token })).toMatchObject({ ids: ALL.slice(3) })
})

test('a script decides by number and request, before the throttle', async () => {
  const script = jest.fn((call: number) => (call === 2 ? 'reset' : undefined))
  const emulator = await startWith({ script, requestsPerSecond: 0.001 })
  for (const MaxResults of [7, 8, 9]) await ask(emulator.url, { MaxResults })
  expect(script.mock.calls).toEqual(
    [7, 8, 9].map((MaxResults, index) => [index + 1, expect.objectContaining({ MaxResults })]),
  )
  expect(emulator.calls.list.map(({ outcome }) => outcome)).toEqual(['OK', 'reset', 'ThrottlingException'])
})

test('the client sees an error in the script', async () => {
  const script = () => {
    throw new Error('a bug in the script')
  }
  expect(await post(await startWith({ script }), HISTORY)).toEqual({
    status: 500,
    body: { __type: 'InternalFailure', message: 'Error: a bug in the script' },
  })
})

test('random faults are as frequent as asked for, and a seed repeats them', () => {
  const draw = (seed: number) => {
    const script = randomFaults({ error: 0.3, reset: 0.5, deny: 0 }, seed)
    return Array.from({ length: 10_000 }, (_, call) => script(call, {}))
  }
  const drawn = draw(5)
  const share = (fault: Fault) => drawn.filter((one) => one === fault).length / drawn.length
  expect(share('error')).toBeCloseTo(0.3, 1)
  expect(share('reset')).toBeCloseTo(0.7 * 0.5, 1)
  expect(share('deny')).toBe(0)
  expect(draw(5)).toEqual(drawn)
  expect(draw(6)).not.toEqual(drawn)
})
