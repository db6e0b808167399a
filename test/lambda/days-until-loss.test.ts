import { daysUntilLoss } from '../../lambda/days-until-loss'
import { useStage } from '../support/stage'
import { DAY } from '../support/times'

const stage = useStage()
const daysLeft = async (...regions: string[]) => {
  const sources = regions.map((region) => ({ accountId: stage.world.accountId, region }))
  const days = await daysUntilLoss(stage.sweeps, sources, stage.world.clock.now())
  return Math.round(days * 1000) / 1000
}

test('30 days are left after a complete sweep, and one less each day', async () => {
  await stage.sweep()
  expect(await daysLeft('us-east-1')).toBe(30)
  stage.world.clock.advance(3 * DAY)
  expect(await daysLeft('us-east-1')).toBe(27)
  stage.world.clock.advance(28 * DAY)
  expect(await daysLeft('us-east-1')).toBe(-1)
})

test('after a sweep that fails, no more days are left than before', async () => {
  await stage.sweep()
  stage.emulator.faults.script = () => 'error'
  await stage.sweepAfter(72).catch(() => {})
  expect(await daysLeft('us-east-1')).toBe(27)
})

test('the days left are those of the least healthy source, and 0 if it was never swept', async () => {
  await stage.sweep({ source: { accountId: stage.world.accountId, region: 'eu-west-1' } })
  await stage.sweepAfter(5 * 24)
  expect(await daysLeft('us-east-1', 'eu-west-1')).toBe(25)
  expect(await daysLeft('us-east-1', 'ap-south-1')).toBe(0)
})
