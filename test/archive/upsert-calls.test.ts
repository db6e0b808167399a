import type { SessionsTable } from '../../archive/sessions-table'
import type { Observation } from '../../archive/to-record'
import { upsert } from '../../archive/upsert'
import type { DatabaseFault } from '../support/database-proxy'
import { type Outcome, observe, outcomesOf } from '../support/observe'
import { useStage } from '../support/stage'

const stage = useStage()
const store = async (observation: Observation, expectNew = false) =>
  outcomesOf(await upsert(stage.sessions, [observation], { expectNew }))
const saw = (Reason: string, secondsAfterNoon = 0) => observe({ SessionId: 's', Reason }, secondsAfterNoon)
const breakFirst = (broken: string, fault: DatabaseFault) => {
  let calls = 0
  stage.proxy.fault = ({ operation }) => (operation === broken && calls++ === 0 ? fault : undefined)
}

test.each<[string, boolean, number, number, Outcome, Observation | undefined]>([
  ['new', false, 1, 1, 'archived', undefined],
  ['new', true, 0, 1, 'archived', undefined],
  ['stored as it is', false, 1, 0, 'unchanged', saw('now')],
  ['stored as it is', true, 1, 1, 'unchanged', saw('now')],
  ['stored with an older content', false, 1, 1, 'updated', saw('before')],
  ['stored with an older content', true, 1, 2, 'updated', saw('before')],
  ['stored as open', false, 1, 1, 'updated', observe({ SessionId: 's' }, 60, 'Active')],
  ['stored as open', true, 1, 2, 'updated', observe({ SessionId: 's' }, 60, 'Active')],
  ['stored with a newer content', false, 2, 1, 'unchanged', saw('later', 61)],
  ['stored with a newer content', true, 2, 2, 'unchanged', saw('later', 61)],
])('a session that is %s takes, if expected new is %s, %d reads and %d writes: %s', async (...row) => {
  const [, expectNew, reads, writes, outcome, stored] = row
  if (stored !== undefined) await store(stored)
  stage.proxy.calls.length = 0
  expect(await store(saw('now', 60), expectNew)).toEqual([outcome])
  expect([stage.recordReads(), stage.recordWrites()]).toEqual([reads, writes])
  expect(await stage.record('s')).toMatchObject({
    Reason: outcome === 'unchanged' ? stored?.session.Reason : 'now',
  })
})

test('a page is read with eventual consistency, a session whose write is refused is not', async () => {
  await store(saw('before'))
  await store(saw('now', 60), true)
  const reads = stage.proxy.calls.filter(({ operation }) => operation === 'BatchGetItem')
  const consistent = reads.map(({ body }) => body.RequestItems[stage.database.sessionsTable].ConsistentRead)
  expect(consistent).toEqual([false, true])
})

test.each([false, true])(
  'a session whose put is answered by a lost connection counts as archived, once (expected new: %s)',
  async (expectNew) => {
    breakFirst('PutItem', 'reset-after')
    expect(await store(saw('now'), expectNew)).toEqual(['archived'])
    expect(await stage.record('s')).toMatchObject({ Revision: 1 })
    expect([stage.recordWrites(), stage.recordReads()]).toEqual([2, expectNew ? 1 : 2])
  },
)

test('a session whose update is answered by a lost connection counts as updated, once', async () => {
  await store(saw('before'))
  breakFirst('UpdateItem', 'reset-after')
  expect(await store(saw('now', 60))).toEqual(['updated'])
  expect(await stage.record('s')).toMatchObject({ Reason: 'now', Revision: 2 })
})

test.each<[string, string, Outcome, Observation]>([
  ['another sweep', 'the same content', 'unchanged', saw('now')],
  ['another sweep', 'an older content', 'updated', saw('before')],
  ['another sweep', 'a newer content', 'unchanged', saw('later', 120)],
  [
    'an earlier page of the sweep',
    'the same content',
    'unchanged',
    { ...saw('now', 58), sweepId: 'sweep-60' },
  ],
])('after %s stored %s, a put that is tried twice makes it %s', async (_who, _what, outcome, other) => {
  await store(other)
  breakFirst('PutItem', 'reset-before')
  expect(await store(saw('now', 60), true)).toEqual([outcome])
  expect(await stage.record('s')).toMatchObject({ FirstArchivedAt: other.seenUntil })
})

test.each([
  ['another sweep', 'another content', saw('later', 120)],
  ['another sweep', 'the same content', saw('now', 120)],
  ['the same sweep', 'another content', { ...saw('later', 120), sweepId: 'sweep-60' }],
])('after %s stored %s, an update that is tried twice does not count', async (_who, _what, newer) => {
  await store(saw('before'))
  const past = await stage.sessions.read(['s'])
  await store(newer)
  const read: SessionsTable['read'] = async (ids, consistent) =>
    consistent ? stage.sessions.read(ids, true) : past // as an eventually consistent read may be
  breakFirst('UpdateItem', 'reset-before')
  const behind: SessionsTable = Object.assign(Object.create(stage.sessions), { read })
  expect(outcomesOf(await upsert(behind, [saw('now', 60)]))).toEqual(['unchanged'])
})
