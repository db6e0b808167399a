import { daysUntilLoss } from '../../lambda/days-until-loss'
import { openStage, type Stage } from '../support/stage'

const DAY_MS = 24 * 60 * 60 * 1000

describe('days until loss', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await openStage()
  })
  afterEach(() => stage.close())

  const left = (...regions: string[]) =>
    daysUntilLoss(
      stage.ledger,
      regions.map((region) => ({ accountId: stage.world.accountId, region })),
      stage.world.clock.now(),
    )

  test('are 30 after a complete sweep, and one less each day', async () => {
    await stage.sweep()
    expect(await left('us-east-1')).toBeCloseTo(30, 3)

    stage.world.clock.advance(3 * DAY_MS)
    expect(await left('us-east-1')).toBeCloseTo(27, 3)

    stage.world.clock.advance(28 * DAY_MS)
    expect(await left('us-east-1')).toBeCloseTo(-1, 3)
  })

  test('are not more after a sweep that failed', async () => {
    await stage.sweep()
    stage.world.clock.advance(3 * DAY_MS)
    stage.emulator.faults.script = () => 'error'
    await stage.sweep().catch(() => {})

    expect(await left('us-east-1')).toBeCloseTo(27, 3)
  })

  test('are those of the source worst off, and 0 where it was never swept', async () => {
    await stage.sweep({ source: { accountId: stage.world.accountId, region: 'eu-west-1' } })
    stage.world.clock.advance(5 * DAY_MS)
    await stage.sweep()

    expect(await left('us-east-1', 'eu-west-1')).toBeCloseTo(25, 3)
    expect(await left('us-east-1', 'ap-south-1')).toBe(0)
  })
})
