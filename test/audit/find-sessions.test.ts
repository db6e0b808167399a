import { upsert } from '../../archive/upsert'
import { findSession, findSessions } from '../../audit/find-sessions'
import { observe } from '../support/observe'
import { useStage } from '../support/stage'
import { askRandomArchives } from './random-archive'

const stage = useStage()
const table = () => ({ client: stage.client, tableName: stage.database.sessionsTable, now: new Date() })

test('of 10 random archives, 40 random questions are answered completely, in either order', async () => {
  expect(await askRandomArchives(10)).toBeGreaterThan(50) // or nothing much was asked
})

test('a session is found by its id, by a consistent read', async () => {
  await upsert(stage.sessions, [observe({ SessionId: 's', Reason: 'patching' })])
  expect(await findSession(table(), 's')).toMatchObject({ SessionId: 's', Reason: 'patching', Revision: 1 })
  expect(await findSession(table(), 't')).toBeUndefined()
  expect(stage.proxy.calls.at(-1)).toMatchObject({ operation: 'GetItem', body: { ConsistentRead: true } })
})

test.each([
  ['by its id', () => findSession(table(), 's')],
  ['by its owner', () => findSessions({ ...table(), question: { ownerNames: ['mary'] } }).next()],
  ['among the open ones', () => findSessions({ ...table(), question: { open: true } }).next()],
])('a record that a later version wrote is not misunderstood if it is found %s', async (_how, find) => {
  await upsert(stage.sessions, [observe({ SessionId: 's', Owner: 'mary', StartDate: 0 }, 0, 'Active')])
  await stage.raiseSchema('s')
  await expect(find()).rejects.toThrow('session "s": received SchemaVersion 2, expected at most 1')
})
