import { DescribeSessionsCommand } from '@aws-sdk/client-ssm'
import type { Fault, Faults } from '../../emulator/faults'
import type { Emulator } from '../../emulator/server'
import { client, post, sessions, start, stopAll, world } from './builders'

afterEach(stopAll)

const ALL = ['s-0', 's-1', 's-2', 's-3', 's-4', 's-5', 's-6', 's-7']

/** What the client sees: ids and token, or the error's name (a system error's code). */
async function describeSessions(emulator: Emulator, input: { MaxResults?: number; NextToken?: string } = {}) {
  try {
    const answer = await client(emulator).send(new DescribeSessionsCommand({ State: 'History', ...input }))
    return { ids: answer.Sessions?.map(({ SessionId }) => SessionId), token: answer.NextToken }
  } catch (error) {
    const [code] = /ECONNRESET/.exec(String(error)) ?? []
    return { error: code ?? (error instanceof Error && error.name) }
  }
}

function startWith(faults: Partial<Faults>, seed = 1): Promise<Emulator> {
  return start({ world: world(sessions(8)), faults, seed })
}

test('none by default', async () => {
  expect(await describeSessions(await startWith({}))).toEqual({ ids: ALL, token: undefined })
})

test.each<[Partial<Faults>, string, string]>([
  [{ errorProbability: 1 }, 'InternalServerError', 'InternalServerError'],
  [{ resetProbability: 1 }, 'ECONNRESET', 'reset'],
  [{ throttle: { ratePerSecond: 0, burst: 0 } }, 'ThrottlingException', 'ThrottlingException'],
])('%j fails every call, until it is switched off', async (faults, error, outcome) => {
  const emulator = await startWith(faults)
  expect(await describeSessions(emulator)).toEqual({ error })
  expect(emulator.calls.count({ state: 'History', outcome })).toBe(1)

  Object.assign(emulator.faults, { errorProbability: 0, resetProbability: 0, throttle: undefined })
  expect(await describeSessions(emulator)).toEqual({ ids: ALL, token: undefined })
})

test('statuses and messages are those of AWS', async () => {
  const emulator = await startWith({ script: (call) => (call === 1 ? 'throttle' : 'error') })
  const throttling = { __type: 'ThrottlingException', message: 'Rate exceeded' }
  expect(await post(emulator, { State: 'History' })).toMatchObject({ status: 400, body: throttling })
  const failure = { __type: 'InternalServerError' }
  expect(await post(emulator, { State: 'History' })).toMatchObject({ status: 500, body: failure })
})

test('the throttle lets a burst through, and refills', async () => {
  const emulator = await startWith({ throttle: { ratePerSecond: 0.001, burst: 2 } })
  for (let call = 0; call < 4; call += 1) await describeSessions(emulator)
  expect(emulator.calls.list.map(({ outcome }) => outcome)).toEqual([
    'OK',
    'OK',
    'ThrottlingException',
    'ThrottlingException',
  ])
  emulator.faults.throttle = { ratePerSecond: 1000, burst: 2 }
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(await describeSessions(emulator)).toMatchObject({ ids: ALL })
})

test('latency comes before the answer', async () => {
  const emulator = await startWith({ latencyMs: 150 })
  const before = performance.now()
  await describeSessions(emulator)
  expect(performance.now() - before).toBeGreaterThanOrEqual(145)
})

test('an empty page has a token that goes on from the same place', async () => {
  const emulator = await startWith({ emptyPageProbability: 1 })
  const first = await describeSessions(emulator, { MaxResults: 3 })
  const second = await describeSessions(emulator, { MaxResults: 3, NextToken: first.token ?? '' })
  expect([first.ids, second.ids]).toEqual([[], []])
  expect(second.token).not.toBe(first.token)

  emulator.faults.emptyPageProbability = 0
  expect(await describeSessions(emulator, { NextToken: second.token ?? '' })).toMatchObject({ ids: ALL })
})

test('a short page has half the sessions and a token, even at the end', async () => {
  const emulator = await startWith({ shortPageProbability: 1 })
  const first = await describeSessions(emulator, { MaxResults: 10 })
  const second = await describeSessions(emulator, { MaxResults: 10, NextToken: first.token ?? '' })
  emulator.faults.shortPageProbability = 0
  const third = await describeSessions(emulator, { MaxResults: 10, NextToken: second.token ?? '' })

  expect([first.ids, second.ids, third.ids]).toEqual([ALL.slice(0, 5), ALL.slice(5), []])
  expect(third.token).toBeUndefined()
})

test('a repeated token is the one of the request', async () => {
  const emulator = await startWith({ repeatTokenProbability: 1 })
  const { token = '' } = await describeSessions(emulator, { MaxResults: 3 })
  const second = await describeSessions(emulator, { MaxResults: 3, NextToken: token })
  const last = await describeSessions(emulator, { MaxResults: 9, NextToken: token })

  expect(second).toEqual({ ids: ALL.slice(3, 6), token })
  expect(last).toEqual({ ids: ALL.slice(3), token })
})

describe('a script', () => {
  test('decides by number and request', async () => {
    const seen: unknown[] = []
    const script = (call: number, { MaxResults }: { MaxResults?: number | undefined }): Fault | undefined => {
      seen.push([call, MaxResults])
      return call === 3 ? 'reset' : undefined
    }
    const emulator = await startWith({ script })
    for (const MaxResults of [7, 8, 9, 10]) await describeSessions(emulator, { MaxResults })

    expect(seen).toEqual([7, 8, 9, 10].map((size, index) => [index + 1, size]))
    expect(emulator.calls.list.map(({ outcome }) => outcome)).toEqual(['OK', 'OK', 'reset', 'OK'])
  })

  test('goes before the other faults, which decide where it does not', async () => {
    const script = (call: number): Fault | undefined => (call === 1 ? 'throttle' : undefined)
    const emulator = await startWith({ script, errorProbability: 1 })
    expect(await describeSessions(emulator)).toEqual({ error: 'ThrottlingException' })
    expect(await describeSessions(emulator)).toEqual({ error: 'InternalServerError' })
  })

  test('expires a token', async () => {
    const emulator = await startWith({ script: () => 'expire-token' })
    const { token = '' } = await describeSessions(emulator, { MaxResults: 3 })
    expect(await describeSessions(emulator, { NextToken: token })).toEqual({ error: 'InvalidNextToken' })
    emulator.faults.script = undefined
    expect(await describeSessions(emulator, { NextToken: token })).toMatchObject({ ids: ALL.slice(3) })
  })

  test('that fails itself is seen by the client', async () => {
    const script = () => {
      throw new Error('a bug in the script')
    }
    expect(await post(await startWith({ script }), { State: 'History' })).toMatchObject({
      status: 500,
      body: { __type: 'InternalFailure', message: 'Error: a bug in the script' },
    })
  })
})

test('a seed repeats a run', async () => {
  const run = async (seed: number) => {
    const emulator = await startWith({ errorProbability: 0.3, resetProbability: 0.3 }, seed)
    for (let call = 0; call < 40; call += 1) await describeSessions(emulator)
    return emulator.calls.list.map(({ outcome }) => outcome)
  }
  const outcomes = await run(5)
  expect(await run(5)).toEqual(outcomes)
  expect(await run(6)).not.toEqual(outcomes)
  expect(new Set(outcomes)).toEqual(new Set(['OK', 'InternalServerError', 'reset']))
})
