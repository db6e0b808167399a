import { sweepMonth } from '../support/month'

/** 1,000 take some minutes: `SESSIONS_A_DAY=1000 npx jest test/lambda/cost`. */
const SESSIONS_A_DAY = Number(process.env.SESSIONS_A_DAY ?? 100)

test('the cost of certainty, over a month of hourly sweeps', async () => {
  const month = await sweepMonth({ sessionsADay: SESSIONS_A_DAY, daysBefore: 0 })
  const { actual, exact, stage } = month
  console.table({ actual, exact })

  expect(actual.writes).toBe(exact.writes)
  expect(actual.listCalls).toBeLessThanOrEqual(exact.listCalls * 1.1)
  expect(actual.readUnits).toBeLessThanOrEqual(exact.readUnits * 1.1)
  expect(month.missedByRecent).toBe(0)
  expect(new Set((await stage.records()).keys())).toEqual(month.expected)
  await stage.close()
}, 1_800_000)
