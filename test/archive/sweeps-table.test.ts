import type { Plan } from '../../archive/sweep-state'
import { noonPlus, SOURCE } from '../support/observe'
import { useStage } from '../support/stage'

const stage = useStage()
const OTHER = { ...SOURCE, region: 'eu-west-1' }
const plan = (minutes: number, change: Partial<Plan> = {}): Plan => ({
  Kind: 'recent',
  BegunAt: noonPlus(minutes * 60),
  Slices: [{ From: noonPlus(0) }],
  Sliced: false,
  ...change,
})
const state = async () => {
  const {
    Source: _key,
    ItemId: _sortKey,
    ...rest
  } = (await stage.sweeps.readState(SOURCE)) as Record<string, unknown>
  return rest
}
const chain = { ChainTooLongAt: noonPlus(-60), OldestOpenStart: noonPlus(-3600) }

test('of a source that was never swept nothing is known; a state is read with consistency', async () => {
  expect(await stage.sweeps.readState(SOURCE)).toEqual({})
  expect(stage.proxy.calls).toMatchObject([{ operation: 'GetItem', body: { ConsistentRead: true } }])
})

test('what a sweep has still to list is kept for the next one, until the sweep is complete', async () => {
  await stage.sweeps.savePlan(SOURCE, plan(0))
  expect(await state()).toEqual({ Pending: plan(0) })
  await stage.sweeps.savePlan(SOURCE, plan(0, { Slices: [] }))
  expect(await state()).toEqual({ Pending: plan(0, { Slices: [] }) })
  await stage.sweeps.complete(SOURCE, plan(0))
  expect(await state()).toEqual({ LastCompleteAt: noonPlus(0) })
  expect(await stage.sweeps.readState(OTHER)).toEqual({})
})

test('a complete full sweep says so, and replaces all that was known', async () => {
  await stage.sweeps.complete(SOURCE, plan(0, { Kind: 'full', ...chain }))
  expect(await state()).toEqual({ LastCompleteAt: noonPlus(0), LastFullAt: noonPlus(0), ...chain })
  await stage.sweeps.complete(SOURCE, plan(1, { Kind: 'full' }))
  expect(await state()).toEqual({ LastCompleteAt: noonPlus(60), LastFullAt: noonPlus(60) })
})

test('a complete recent sweep leaves what is known of full ones', async () => {
  await stage.sweeps.complete(SOURCE, plan(0, { Kind: 'full', ...chain }))
  await stage.sweeps.complete(SOURCE, plan(1))
  const { ChainTooLongAt } = chain
  expect(await state()).toEqual({ LastCompleteAt: noonPlus(60), LastFullAt: noonPlus(0), ChainTooLongAt })
})

test('a sweep that began before the last complete one changes nothing, nor does that one again', async () => {
  await stage.sweeps.complete(SOURCE, plan(1))
  const before = await state()
  for (const late of [plan(0, { Kind: 'full', ...chain }), plan(1, { Kind: 'full', ...chain })]) {
    await stage.sweeps.savePlan(SOURCE, late)
    await stage.sweeps.complete(SOURCE, late)
  }
  expect(await state()).toEqual(before)
})

test('when sources were last swept completely is read at once, for those that ever were', async () => {
  const never = { ...SOURCE, region: 'ap-south-1' }
  await stage.sweeps.complete(SOURCE, plan(0))
  await stage.sweeps.complete(OTHER, plan(1))
  await stage.sweeps.savePlan(never, plan(0))
  stage.proxy.calls.length = 0
  expect(await stage.sweeps.lastComplete([SOURCE, OTHER, never, { ...SOURCE, region: 'unknown' }])).toEqual(
    new Map([
      ['111122223333/us-east-1', new Date(noonPlus(0))],
      ['111122223333/eu-west-1', new Date(noonPlus(60))],
    ]),
  )
  expect(stage.proxy.calls).toMatchObject([{ body: { RequestItems: { Sweeps: { ConsistentRead: false } } } }])
  await expect(stage.sweeps.lastComplete([SOURCE], AbortSignal.abort())).rejects.toThrow('aborted')
})

describe('rejected sessions', () => {
  const rejected = async () => (await stage.sweepsItems()).rejected
  const json = async () => (await rejected()).map(({ RawJson }) => String(RawJson)).join('')

  test('a rejected session is kept once, with the first sweep and reason', async () => {
    const session = { SessionId: 's', Reason: '🚀' }
    await stage.sweeps.putRejected(SOURCE, 'first', { session, reason: 'x'.repeat(1001) })
    await stage.sweeps.putRejected(SOURCE, 'second', { session, reason: 'y' })
    expect(await rejected()).toEqual([
      {
        Source: '111122223333/us-east-1',
        ItemId: expect.stringMatching(/^REJECTED#[0-9a-f]{64}#1$/),
        Parts: 1,
        RawJson: '{"SessionId":"s","Reason":"🚀"}',
        Reason: 'x'.repeat(1000),
        FirstSweepId: 'first',
      },
    ])
  })

  test('a rejected session with another content, or of another source, is kept beside it', async () => {
    await stage.sweeps.putRejected(SOURCE, 'first', { session: { SessionId: 's' }, reason: '' })
    await stage.sweeps.putRejected(SOURCE, 'first', { session: { SessionId: 's', Reason: 'a' }, reason: '' })
    await stage.sweeps.putRejected(OTHER, 'first', { session: { SessionId: 's' }, reason: '' })
    expect(await rejected()).toHaveLength(3)
  })

  test('a rejected session longer than an item may be is kept in several, cut between characters', async () => {
    const session = { Details: `\u2028${'漢🔑'.repeat(100_000)}` }
    await stage.sweeps.putRejected(SOURCE, 'first', { session, reason: '' })
    expect((await rejected()).map(({ Parts, ItemId }) => `${Parts} ${ItemId}`)).toEqual(
      [1, 2, 3].map((part) => expect.stringMatching(new RegExp(`^3 REJECTED#.*#${part}$`))),
    )
    expect(JSON.parse(await json())).toEqual(session)
  })
})
