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
  await stage.sweeps.complete(SOURCE, plan(0))
  expect(await state()).toEqual({ LastCompleteAt: noonPlus(0) })
})

test('a complete full sweep says so, and replaces all that was known', async () => {
  await stage.sweeps.complete(SOURCE, fullPlan(0))
  expect(await state()).toEqual({ LastCompleteAt: noonPlus(0), LastFullAt: noonPlus(0), ...chain })
  await stage.sweeps.complete(SOURCE, plan(1, { Kind: 'full' }))
  expect(await state()).toEqual({ LastCompleteAt: noonPlus(60), LastFullAt: noonPlus(60) })
})

test('a complete recent sweep leaves what is known of full ones', async () => {
  await stage.sweeps.complete(SOURCE, fullPlan(0))
  await stage.sweeps.complete(SOURCE, plan(1))
  const { ChainTooLongAt } = chain
  expect(await state()).toEqual({ LastCompleteAt: noonPlus(60), LastFullAt: noonPlus(0), ChainTooLongAt })
})

test('a sweep that began before the last complete one changes nothing, nor does that one again', async () => {
  await stage.sweeps.complete(SOURCE, plan(1))
  for (const late of [fullPlan(0), fullPlan(1)]) {
    await stage.sweeps.savePlan(SOURCE, late)
    await stage.sweeps.complete(SOURCE, late)
  }
  expect(await state()).toEqual({ LastCompleteAt: noonPlus(60) })
})

test('when sources were last swept completely is read at once, for those that ever were', async () => {
  const never = { ...SOURCE, region: 'ap-south-1' }
  await stage.sweeps.complete(SOURCE, plan(0))
  await stage.sweeps.complete(OTHER, plan(1))
  await stage.sweeps.savePlan(never, plan(0))
  stage.proxy.calls.length = 0
  const last = await stage.sweeps.lastComplete([SOURCE, OTHER, never, { ...SOURCE, region: 'unknown' }])
  expect([...last].sort()).toEqual([
    ['111122223333/eu-west-1', new Date(noonPlus(60))],
    ['111122223333/us-east-1', new Date(noonPlus(0))],
  ])
  expect(stage.proxy.calls).toMatchObject([{ body: { RequestItems: { Sweeps: { ConsistentRead: false } } } }])
  await expect(stage.sweeps.lastComplete([SOURCE], AbortSignal.abort())).rejects.toThrow('aborted')
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
