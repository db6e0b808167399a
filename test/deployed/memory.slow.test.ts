import { generateSessions } from '../../emulator/generate'
import { openDeployment } from '../support/deployment'

test('the function archives 50,000 sessions with a heap of 32 MB', async () => {
  const deployment = await openDeployment()
  deployment.world.add(generateSessions({ count: 50_000, seed: 3, now: deployment.world.clock.now() }))

  await deployment.invoke({ nodeFlags: ['--max-old-space-size=32'] })

  expect(await deployment.lastReceipt()).toMatchObject({
    Outcome: 'complete',
    Seen: 50_000,
    Archived: 50_000,
  })
})
