import { upsert } from '../../archive/upsert'
import { findSession, findSessions } from '../../audit/find-sessions'
import type { Question } from '../../audit/question'
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

test('the index does not decide whether sessions of impossible times are found', async () => {
  const starts = ['1999-01-01', '2018-09-11', new Date().toISOString(), '2999-01-01']
  await upsert(
    stage.sessions,
    starts.map((start, n) =>
      observe({ SessionId: `s-${n}`, Owner: 'bob', Target: 'i-1', StartDate: Date.parse(start) / 1000 }),
    ),
  )
  const recently = new Date(Date.now() - 60_000).toISOString()
  const idsOf = async (question: Question) => {
    const found: string[] = []
    for await (const { SessionId } of findSessions({ ...table(), question })) found.push(SessionId)
    return found.join(' ')
  }
  for (const asked of [{ ownerNames: ['bob'] }, { ownerNames: ['bob*'] }, { targets: ['i-1'] }]) {
    expect([asked, await idsOf({ ...asked, from: recently })]).toEqual([asked, 's-2'])
    expect([asked, await idsOf({ ...asked, to: '2018-09-12' })]).toEqual([asked, 's-1'])
  }
})

test.each([
  ['by its id', () => findSession(table(), 's')],
  ['by its owner', () => findSessions({ ...table(), question: { ownerNames: ['mary'] } }).next()],
  ['among the open ones', () => findSessions({ ...table(), question: { open: true } }).next()],
])('a record that a later version wrote is not misunderstood if it is found %s', async (_how, find) => {
  await upsert(stage.sessions, [
    observe({ SessionId: 's', Owner: 'mary', StartDate: Date.now() / 1000 }, 0, 'Active'),
  ])
  await stage.raiseSchema('s')
  await expect(find()).rejects.toThrow('session "s": received SchemaVersion 2, expected at most 1')
})
