import { lasted } from '../../../cli/output/columns'
import { record } from '../report/make-report'

const STARTED = { SessionId: 's', StartDate: 1_790_000_000 }
const OPEN = record(STARTED, 'Active')
const VANISHED = { ...OPEN, OpenSource: undefined, EndUnknown: true }

test.each([
  ['3h', 'that ended', record({ ...STARTED, EndDate: STARTED.StartDate + 3 * 3600 })],
  ['0s', 'that ended at once', record({ ...STARTED, EndDate: STARTED.StartDate })],
  ['open', 'that is open', OPEN],
  ['end unknown', 'that ended without an EndDate', record(STARTED)],
  ['end unknown', 'that vanished before its end was seen', VANISHED],
])('a table shows the duration %j of a session %s', (shown, _, session) => {
  expect(lasted(session)).toBe(shown)
})
