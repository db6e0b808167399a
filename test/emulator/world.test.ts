import { Clock } from '../../emulator/clock'
import { World } from '../../emulator/world'
import { DAY, HOUR, MINUTE } from '../support/times'
import { ago, NOW, seconds, session, sessions, world } from './builders'

const EMPTY = { notYetStarted: 0, active: 0, history: 0, forgotten: 0 }
const IN_AN_HOUR = ago(-HOUR)

test.each([
  ['before its start', -1, { ...EMPTY, notYetStarted: 1 }],
  ['at its start', 0, { ...EMPTY, active: 1 }],
  ['just before its end', HOUR - 1, { ...EMPTY, active: 1 }],
  ['at its end', HOUR, { ...EMPTY, history: 1 }],
  ['just before 30 days after its end', HOUR + 30 * DAY - 1, { ...EMPTY, history: 1 }],
  ['30 days after its end', HOUR + 30 * DAY, { ...EMPTY, forgotten: 1 }],
])('a session %s is listed as its times say', (_, milliseconds, counts) => {
  const made = world([session({}, { startedAt: NOW, endedAt: IN_AN_HOUR })])
  made.clock.advance(milliseconds)
  expect(made.counts()).toEqual(counts)
  expect(made.list('Active')).toHaveLength(counts.active)
  expect(made.list('History')).toHaveLength(counts.history)
})

const OPEN = { SessionId: 'a', Status: 'Disconnected', Reason: 'x' }
const ENDED = { SessionId: 'a', Status: 'Terminated', EndDate: 1, OutputUrl: {}, Weather: 'fine' }

test.each([
  ['both forms', { whileOpen: OPEN, afterEnd: ENDED }, OPEN, ENDED],
  ['no open form', { afterEnd: ENDED }, { SessionId: 'a', Status: 'Connected', Weather: 'fine' }, ENDED],
  [
    'no ended form',
    { whileOpen: OPEN },
    OPEN,
    { ...OPEN, Status: 'Terminated', EndDate: seconds(IN_AN_HOUR) },
  ],
])('a session with %s is shown while it is open, and after its end', (_, forms, open, ended) => {
  const made = world([{ startedAt: NOW, endedAt: IN_AN_HOUR, ...forms }])
  expect(made.list('Active')).toEqual([open])
  made.clock.advance(HOUR)
  expect(made.list('History')).toEqual([ended])
})

test('a session without an end stays open until it is forgotten', () => {
  const open = { startedAt: NOW, whileOpen: OPEN }
  const made = world([open, { ...open, forgottenAt: ago(-30 * DAY) }])
  made.clock.advance(30 * DAY)
  expect(made.counts()).toEqual({ ...EMPTY, active: 1, forgotten: 1 })
})

test('update changes the given members of one session and keeps everything else', () => {
  const made = world([session({ SessionId: 'a' }), session({ SessionId: 'b' })])
  made.update('a', { afterEnd: { SessionId: 'a', Status: 'Failed' } })
  const other = expect.objectContaining({ SessionId: 'b', Status: 'Terminated' })
  expect(made.list('History')).toEqual([other, { SessionId: 'a', Status: 'Failed' }])
  made.update('a', { endedAt: ago(-MINUTE), whileOpen: OPEN })
  expect(made.list('Active')).toEqual([OPEN])
  expect(() => made.update('c', {})).toThrow('got session id "c", expected one in this world')
})

test('sessions added in any order are listed newest first', () => {
  const [a, b, c] = sessions(3).map((life) => [life])
  const made = world(b)
  const listed = () => made.list('History').map(({ SessionId }) => SessionId)
  made.add(c ?? [])
  expect(listed()).toEqual(['s-1', 's-2'])
  made.add(a ?? [])
  expect(listed()).toEqual(['s-0', 's-1', 's-2'])
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
