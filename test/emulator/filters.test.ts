import type { SessionFilterKey } from '@aws-sdk/client-ssm'
import { array, assert, constantFrom, property, record } from 'fast-check'
import { PageTokens } from '../../emulator/page-tokens'
import type { SessionMembers } from '../../emulator/session'
import { sessionPage } from '../../emulator/session-page'
import { HOUR, MINUTE } from '../support/times'
import { ago, NOW, post, seconds, session, start, world } from './builders'

const FIRST = ago(3 * HOUR)
const LATER = ago(2 * HOUR)

const FIVE = [
  session({ SessionId: 'first', Target: 'i-1', Owner: 'mary' }, { startedAt: FIRST }),
  session({ SessionId: 'later', Owner: 'mary', AccessType: 'JustInTime' }, { startedAt: LATER }),
  session({ SessionId: 'failed', Target: 'i-1', Owner: 'john', Status: 'Failed', AccessType: 'Standard' }),
  session({ SessionId: 'undated', Target: 'i-2', StartDate: undefined }, { startedAt: ago(MINUTE) }),
  session({ SessionId: 'first, but shows now', StartDate: seconds(NOW) }, { startedAt: FIRST }),
]

test.each<[SessionFilterKey, string, string[]]>([
  ['InvokedAfter', LATER.toISOString(), ['failed', 'later', 'first, but shows now']],
  ['InvokedAfter', new Date(LATER.getTime() + 1).toISOString(), ['failed', 'first, but shows now']],
  ['InvokedAfter', '2026-11-20T11:00:00+01:00', ['failed', 'later', 'first, but shows now']],
  ['InvokedBefore', LATER.toISOString(), ['first']],
  ['InvokedBefore', new Date(LATER.getTime() + 1).toISOString(), ['later', 'first']],
  ['Target', 'i-1', ['failed', 'first']],
  ['Target', 'i', []],
  ['Owner', 'mary', ['later', 'first']],
  ['Owner', 'Mary', []],
  ['Status', 'Failed', ['failed']],
  ['Status', 'Nope', []],
  ['SessionId', 'later', ['later']],
  ['AccessType', 'Standard', ['undated', 'failed', 'first, but shows now', 'first']],
  ['AccessType', 'JustInTime', ['later']],
])('the filter %s = %s matches %j', async (key, value, expected) => {
  const emulator = await start({ world: world(FIVE) })
  const { body } = await post(emulator, { State: 'History', Filters: [{ key, value }] })
  expect(body).toEqual({ Sessions: expected.map((SessionId) => expect.objectContaining({ SessionId })) })
})

const TIMES = [4, 3, 2, 1].map((hours) => ago(hours * HOUR))
const VALUES: Record<SessionFilterKey, string[]> = {
  InvokedAfter: TIMES.map((time) => time.toISOString()),
  InvokedBefore: TIMES.map((time) => time.toISOString()),
  Target: ['i-1', 'i-2'],
  Owner: ['mary', 'john'],
  Status: ['Terminated', 'Failed'],
  SessionId: ['a', 'b'],
  AccessType: ['Standard', 'JustInTime'],
}

const aFilter = constantFrom(
  ...Object.entries(VALUES).flatMap(([key, values]) => values.map((value) => ({ key, value }))),
)

const aLife = record({
  startedAt: constantFrom(...TIMES),
  isDated: constantFrom(true, true, true, false),
  Target: constantFrom(...VALUES.Target, undefined),
  Owner: constantFrom(...VALUES.Owner, undefined),
  Status: constantFrom(...VALUES.Status, undefined),
  SessionId: constantFrom(...VALUES.SessionId),
  AccessType: constantFrom(...VALUES.AccessType, undefined),
}).map(({ startedAt, isDated, ...members }) =>
  session({ ...members, StartDate: isDated ? seconds(startedAt) : undefined }, { startedAt }),
)

/** The same by other means than the emulator's. */
function plainlyMatches(shown: SessionMembers, key: string, value: string): boolean {
  const started = new Date((shown.StartDate ?? Number.NaN) * 1000).getTime()
  if (key === 'InvokedAfter') return started >= Date.parse(value)
  if (key === 'InvokedBefore') return started < Date.parse(value)
  if (key === 'AccessType' && shown.AccessType === undefined) return value === 'Standard'
  return shown[key] === value
}

test('any filters together find the sessions that match each of them', () => {
  const filters = array(aFilter, { minLength: 1, maxLength: 3 })
  const finds = property(array(aLife, { maxLength: 40 }), filters, (lives, Filters) => {
    const made = world(lives)
    const request = { State: 'History', MaxResults: 200, Filters }
    const expected = made
      .list('History')
      .filter((shown) => Filters.every(({ key, value }) => plainlyMatches(shown, key, value)))
    expect(sessionPage(request, made, new PageTokens(made.clock, {}))).toEqual({ Sessions: expected })
  })
  void assert(finds, { numRuns: 200 })
})
