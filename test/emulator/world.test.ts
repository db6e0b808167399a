import { Clock } from '../../emulator/clock'
import { World } from '../../emulator/world'
import { DAY, HOUR, MINUTE } from '../support/times'
import { ago, NOW, seconds, session, sessions, world } from './builders'

const EMPTY = { notYetStarted: 0, active: 0, history: 0, forgotten: 0 }

test.each([
  ['before its start', -1, { ...EMPTY, notYetStarted: 1 }],
  ['at its start', 0, { ...EMPTY, active: 1 }],
  ['just before its end', HOUR - 1, { ...EMPTY, active: 1 }],
  ['at its end', HOUR, { ...EMPTY, history: 1 }],
  ['just before 30 days after its end', HOUR + 30 * DAY - 1, { ...EMPTY, history: 1 }],
  ['30 days after its end', HOUR + 30 * DAY, { ...EMPTY, forgotten: 1 }],
])('a session %s is listed as its times say', (_, milliseconds, counts) => {
  const made = world([session({}, { startedAt: NOW, endedAt: ago(-HOUR) })])
  made.clock.advance(milliseconds)

  expect(made.counts()).toEqual(counts)
  expect(made.list('Active')).toHaveLength(counts.active)
  expect(made.list('History')).toHaveLength(counts.history)
})

test('a session shows one form while it is open, and another after its end', () => {
  const whileOpen = { SessionId: 'a', Status: 'Disconnected' }
  const afterEnd = { SessionId: 'a', Status: 'Terminated', Weather: 'fine' }
  const made = world([{ startedAt: NOW, endedAt: ago(-HOUR), whileOpen, afterEnd }])

  expect(made.list('Active')).toEqual([whileOpen])
  made.clock.advance(HOUR)
  expect(made.list('History')).toEqual([afterEnd])
})

test('a missing form of a session is made from the other one', () => {
  const afterEnd = { SessionId: 'a', Status: 'Terminated', EndDate: 1, OutputUrl: {}, Reason: 'x' }
  const whileOpen = { SessionId: 'b', Status: 'Disconnected' }
  const endedAt = ago(-HOUR)
  const made = world([
    { startedAt: NOW, endedAt, afterEnd },
    { startedAt: ago(1), endedAt, whileOpen },
  ])

  expect(made.list('Active')).toEqual([{ SessionId: 'a', Status: 'Connected', Reason: 'x' }, whileOpen])
  made.clock.advance(HOUR)
  const made2 = { SessionId: 'b', Status: 'Terminated', EndDate: seconds(endedAt) }
  expect(made.list('History')).toEqual([afterEnd, made2])
})

test('a session without an end stays open until it is forgotten', () => {
  const whileOpen = { SessionId: 'a' }
  const made = world([
    { startedAt: NOW, whileOpen },
    { startedAt: NOW, forgottenAt: ago(-30 * DAY), whileOpen },
  ])
  made.clock.advance(30 * DAY)
  expect(made.counts()).toEqual({ ...EMPTY, active: 1, forgotten: 1 })
})

test('update changes the given members of one session and keeps everything else', () => {
  const made = world([session({ SessionId: 'a' }), session({ SessionId: 'b' })])
  made.update('a', { afterEnd: { SessionId: 'a', Status: 'Failed' } })
  expect(made.list('History')).toContainEqual({ SessionId: 'a', Status: 'Failed' })
  expect(made.list('History')).toContainEqual(
    expect.objectContaining({ SessionId: 'b', Status: 'Terminated' }),
  )

  made.update('a', { endedAt: ago(-MINUTE) })
  expect(made.list('Active')).toEqual([{ SessionId: 'a', Status: 'Connected' }])
  expect(() => made.update('c', {})).toThrow('got session id "c", expected one in this world')
})

test('sessions added in any order are listed newest first', () => {
  const [a, b, c] = sessions(3).map((life) => [life])
  const made = world(b)
  made.add(c ?? [])
  expect(made.list('History').map(({ SessionId }) => SessionId)).toEqual(['s-1', 's-2'])
  made.add(a ?? [])
  expect(made.list('History').map(({ SessionId }) => SessionId)).toEqual(['s-0', 's-1', 's-2'])
})

test('a world has an account, a region and the real time by default', () => {
  const { accountId, region, clock } = new World()
  expect([accountId, region]).toEqual(['111122223333', 'us-east-1'])
  expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(60_000)
})

test('a frozen clock moves only when it is moved', async () => {
  const clock = Clock.frozenAt(NOW)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(clock.now()).toEqual(NOW)
  clock.advance(-MINUTE)
  expect(clock.now()).toEqual(ago(MINUTE))
  clock.set(ago(HOUR))
  expect(clock.now()).toEqual(ago(HOUR))
})

test('a flowing clock goes on from where it was set', async () => {
  const clock = Clock.flowingFrom(NOW)
  clock.set(ago(HOUR))
  await new Promise((resolve) => setTimeout(resolve, 50))
  const elapsed = clock.now().getTime() - ago(HOUR).getTime()
  expect(elapsed).toBeGreaterThanOrEqual(45)
  expect(elapsed).toBeLessThan(5000)
})
