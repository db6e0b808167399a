import { upsert } from '../../archive/upsert'
import { findBack } from '../../audit/find-back'
import { newReads } from '../../audit/read-index'
import { observe } from '../support/observe'
import { useStage } from '../support/stage'
import { DAY } from '../support/times'

const stage = useStage()

test('a search for little in much, after a time of nothing, stops when it has looked at enough', async () => {
  const now = new Date()
  const startOf = (n: number) => new Date(now.getTime() - 30 * DAY - n * 60_000)
  const observations = Array.from({ length: 300 }, (_, n) =>
    observe({
      SessionId: `s-${n}`,
      ...{ Owner: 'arn:aws:iam::111122223333:user/bot', StartDate: startOf(n).getTime() / 1000 },
    }),
  )
  for (let n = 0; n < observations.length; n += 50)
    await upsert(stage.sessions, observations.slice(n, n + 50), { expectNew: true })
  for (const asked of [{ ownerNames: ['bot'] }, { ownerNames: ['b*'] }]) {
    const reads = newReads()
    const question = { ...asked, reason: 'needle', from: startOf(5000).toISOString() }
    const table = { client: stage.client, tableName: stage.database.sessionsTable }
    const search = { ...table, question, now, reads, budget: { items: 100, calls: 1000 }, pageSize: 20 }
    const { value } = await findBack(search).next()
    expect([asked, value]).toEqual([asked, { start: startOf(99).toISOString() }])
    expect(reads.items).toBeLessThan(150)
  }
})
