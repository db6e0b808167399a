import { DEFAULT_LIMITS } from '../../sweep/run'
import { openStage, type Stage } from '../support/stage'
import { NOW } from '../support/times'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

test('a session that AWS shows on two pages counts as archived once, even if its second put is throttled', async () => {
  const ids = ['twice', 's-1', 's-2', 's-3', 'twice', 's-4']
  stage.world.add(
    ids.map((SessionId, n) => ({
      startedAt: new Date(NOW.getTime() - (n + 2) * 60_000),
      endedAt: new Date(NOW.getTime() - 60_000),
      afterEnd: { SessionId },
    })),
  )
  stage.emulator.faults.script = () => void stage.world.clock.advance(1_000) // a page takes a second
  let puts = 0
  stage.proxy.fault = ({ operation, body }) => {
    if (operation !== 'PutItem' || body.Item.SessionId?.S !== 'twice') return undefined
    puts += 1
    return puts === 2 ? 'throttle' : undefined
  }

  const receipt = await stage.sweep({ limits: { ...DEFAULT_LIMITS, pageSize: 2 } })

  expect(receipt).toMatchObject({ Archived: 5, Unchanged: 1, Seen: 6 })
  expect(puts).toBe(3)
})
