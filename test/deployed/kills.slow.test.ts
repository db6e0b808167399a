import { once } from 'node:events'
import { generateSessions } from '../../emulator/generate'
import { Random } from '../../emulator/random'
import { openDeployment } from '../support/deployment'
import { expectedMembers, membersOf } from '../support/expected-record'

const KILLS = 50
const FULL = { event: { sweep: 'full' } }

test(`after ${KILLS} kills at random calls, one sweep leaves no session missing or damaged`, async () => {
  const { world, proxy, start, invoke, records } = await openDeployment()
  await invoke() // makes the roster
  world.add(generateSessions({ count: 4_000, seed: 4, now: world.clock.now() }))
  const random = new Random(5)
  const archived: number[] = []

  for (let kill = 1; kill <= KILLS; kill++) {
    let callsLeft = random.integer(1, 1_000)
    const { child } = start(FULL)
    proxy.fault = () => {
      callsLeft -= 1
      if (callsLeft === 0) child.kill('SIGKILL')
      return undefined
    }
    await once(child, 'exit')
    if (kill % 10 === 0) archived.push((await records()).size)
  }
  proxy.fault = () => undefined
  const { result } = await invoke(FULL)

  expect(archived[0]).toBeGreaterThan(0) // the kills hit sweeps at work …
  expect(archived[0]).toBeLessThan(4_000) // … that were not done
  expect(result).toMatchObject({ Outcome: 'complete' })
  const kept = await records()
  const shown = [...world.list('History'), ...world.list('Active')]
  expect(kept.size).toBe(shown.length)
  for (const session of shown) {
    const record = kept.get(session.SessionId) ?? {}
    expect(membersOf(record)).toEqual(expectedMembers(session))
    const Revision = record.ExecutedBy === undefined ? 1 : 2 // the person behind ECS is an update
    expect(record).toMatchObject({ Revision, FirstArchivedAt: record.ObservedAt })
  }
})
