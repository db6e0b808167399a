import type { Plan } from '../../archive/sweep-state'
import { noonPlus, SOURCE } from '../support/observe'
import { useStage } from '../support/stage'

const stage = useStage()
const OTHER = { ...SOURCE, region: 'eu-west-1' }
const plan = (minutes: number, change: Partial<Plan> = {}): Plan => {
  const BegunAt = noonPlus(minutes * 60)
  return { Kind: 'recent', BegunAt, Slices: [{ From: noonPlus(0) }], Sliced: false, ...change }
}
const chain = { ChainTooLongAt: noonPlus(-60), OldestOpenStart: noonPlus(-3600) }
const fullPlan = (minutes: number) => plan(minutes, { Kind: 'full', ...chain })
const state = async () => {
  const { Source: _key, ItemId: _sortKey, ...rest } = (await stage.sweepsItems()).state ?? {}
  return rest
}
const done = { AttemptedAt: noonPlus(30), Outcome: 'complete' } as const
const rejected = async () => (await stage.sweepsItems()).rejected

test('of a source that was never swept nothing is known; a state is read with consistency', async () => {
  expect(await stage.sweeps.readState(SOURCE)).toEqual({})
  expect(stage.proxy.calls).toMatchObject([{ operation: 'GetItem', body: { ConsistentRead: true } }])
  await stage.sweeps.savePlan(SOURCE, plan(0))
  expect(await stage.sweeps.readState(SOURCE)).toMatchObject({ Pending: plan(0) })
  expect(await stage.sweeps.readState(OTHER)).toEqual({})
})

test('what a sweep still has to list is kept until the sweep is complete', async () => {
  for (const Slices of [[{}], []]) {
    await stage.sweeps.savePlan(SOURCE, plan(0, { Slices }))
    expect(await state()).toEqual({ Pending: plan(0, { Slices }) })
  }
  await stage.sweeps.complete(SOURCE, plan(0), done)
  expect(await state()).toEqual({ LastCompleteAt: noonPlus(0), ...done })
})

test('a complete full sweep says so, and replaces all that was known', async () => {
  await stage.sweeps.complete(SOURCE, fullPlan(0), done)
  expect(await state()).toEqual({ LastCompleteAt: noonPlus(0), LastFullAt: noonPlus(0), ...chain, ...done })
  await stage.sweeps.complete(SOURCE, plan(1, { Kind: 'full' }), done)
  expect(await state()).toEqual({ LastCompleteAt: noonPlus(60), LastFullAt: noonPlus(60), ...done })
})

test('a complete recent sweep leaves what is known of full ones', async () => {
  await stage.sweeps.complete(SOURCE, fullPlan(0), done)
  await stage.sweeps.complete(SOURCE, plan(1), done)
  const { ChainTooLongAt } = chain
  expect(await state()).toEqual({
    LastCompleteAt: noonPlus(60),
    LastFullAt: noonPlus(0),
    ChainTooLongAt,
    ...done,
  })
})

test('a sweep that began before the last complete one changes nothing, nor does that one again', async () => {
  await stage.sweeps.complete(SOURCE, plan(1), done)
  for (const late of [fullPlan(0), fullPlan(1)]) {
    await stage.sweeps.savePlan(SOURCE, late)
    await stage.sweeps.complete(SOURCE, late, done)
  }
  expect(await state()).toEqual({ LastCompleteAt: noonPlus(60), ...done })
})

test('an attempt that was not complete is noted, and a later one is not undone by it', async () => {
  const attempt = (minutes: number, Failures?: number) => ({
    ...({ AttemptedAt: noonPlus(minutes * 60), Outcome: 'failed', Failures } as const),
    LastSessionAt: noonPlus(minutes * 60),
  })
  await stage.sweeps.attempted(SOURCE, attempt(1, 1))
  await stage.sweeps.attempted(SOURCE, attempt(2, 2))
  await stage.sweeps.attempted(SOURCE, attempt(1, 7))
  expect(await state()).toEqual(attempt(2, 2))
  const { LastSessionAt: _unknown, ...unseen } = attempt(3)
  await stage.sweeps.attempted(SOURCE, unseen)
  expect(await state()).toEqual({ ...unseen, Failures: undefined, LastSessionAt: noonPlus(120) })
})

test('the states of many sources are read together, half a unit each, without what they still have to list', async () => {
  await stage.sweeps.complete(SOURCE, plan(0), done)
  await stage.sweeps.savePlan(OTHER, plan(0))
  stage.proxy.calls.length = 0
  const regions = Array.from({ length: 148 }, (_, n) => `eu-north-${n}`)
  const states = await stage.sweeps.readStates([
    SOURCE,
    OTHER,
    ...regions.map((region) => ({ ...SOURCE, region })),
  ])
  expect([...states].sort()).toEqual([
    ['111122223333/eu-west-1', {}],
    ['111122223333/us-east-1', { LastCompleteAt: noonPlus(0), ...done }],
  ])
  const read = stage.proxy.calls.map(({ operation, body }) => [
    operation,
    body.RequestItems.Sweeps.Keys.length,
  ])
  expect(read).toEqual([
    ['BatchGetItem', 100],
    ['BatchGetItem', 50],
  ])
  for (const { body } of stage.proxy.calls) expect(body.RequestItems.Sweeps.ConsistentRead).toBe(false)
})

test('a rejected session is kept once, with the first sweep and reason', async () => {
  const rawJson = '{"SessionId":"s","Reason":"🚀"}'
  await stage.sweeps.putRejected(SOURCE, 'first', { rawJson, reason: `${'x'.repeat(999)}🚀` })
  await stage.sweeps.putRejected(SOURCE, 'second', { rawJson, reason: 'y' })
  expect(await rejected()).toEqual([
    {
      Source: '111122223333/us-east-1',
      ItemId: expect.stringMatching(/^REJECTED#[0-9a-f]{64}#1$/),
      Parts: 1,
      RawJson: rawJson,
      Reason: `${'x'.repeat(999)}\ufffd`, // not half a character
      FirstSweepId: 'first',
    },
  ])
  await stage.sweeps.putRejected(SOURCE, 'third', { rawJson: '{}', reason: '' })
  await stage.sweeps.putRejected(OTHER, 'fourth', { rawJson, reason: '' })
  expect(await rejected()).toHaveLength(3) // another content, and another source
})

test('a rejected session longer than an item may be is kept in several, cut between characters', async () => {
  const rawJson = `"\u2028${'漢🔑'.repeat(100_000)}"`
  await stage.sweeps.putRejected(SOURCE, 'first', { rawJson, reason: '' })
  const parts = await rejected()
  const numbers = parts.map(({ Parts, ItemId }) => `${Parts} ${String(ItemId).slice(-2)}`)
  expect(numbers).toEqual(['3 #1', '3 #2', '3 #3'])
  expect(parts.map(({ RawJson }) => RawJson).join('')).toBe(rawJson)
})
