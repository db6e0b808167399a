import { sweepMonth } from '../../test/support/month'
import { type Contender, hasBoto3, run } from '../contenders'
import type { Part } from '../part'
import { PRICES } from '../prices'
import { whole } from '../statistics'

const SESSIONS_A_DAY = Number(process.env.SESSIONS_A_DAY ?? 1_000)
/** The table, and the three indexes that every session is in. */
const COPIES = 4

/** A month of hourly sweeps after a month that is archived already; every contender lists everything at each. */
export async function month(): Promise<Part> {
  const { actual, exact, sessions, seenOpen, shown, stage } = await sweepMonth({
    sessionsADay: SESSIONS_A_DAY,
    daysBefore: 30,
  })
  // A session seen open is in one more index, and is written again at its end.
  const ourUnits = sessions * COPIES + seenOpen * (1 + COPIES + 1)
  // A rewrite that changes nothing is charged in the table, and in no index.
  const theirUnits = shown + sessions * (COPIES - 1)
  const perMillion = (writeUnits: number, readUnits: number) =>
    ((writeUnits * PRICES.writeUnit + readUnits * PRICES.readUnit) / sessions) * 1e6
  const ourBill = perMillion(ourUnits, actual.readUnits)
  const theirBill = perMillion(theirUnits, 0)

  const others: Contender[] = ['batch', ...(hasBoto3() ? ['boto3' as const] : []), 'naive']
  const written: Partial<Record<Contender, number>> = {}
  for (const contender of others) written[contender] = await writesOfOneRun(contender, stage)
  const { history } = stage.world.counts()
  for (const [contender, writes] of Object.entries(written))
    if (writes !== history) throw new Error(`${contender} wrote ${writes} of ${history} sessions shown`)
  await stage.close()

  const dollars = (value: number) => `$${value.toFixed(2)}`
  return {
    title: 'A month',
    what: `720 hourly sweeps on a simulated clock, ${whole(SESSIONS_A_DAY)} sessions a day, the history full from the beginning: ${whole(sessions)} new sessions, ${whole(seenOpen)} of them seen open first. Ours was run; the others were run once, at the end, where each wrote the ${whole(history)} sessions that the service showed, and their month is the sum of what it showed at each sweep.`,
    columns: [
      '',
      'session writes',
      'write units',
      'read units',
      'list calls',
      'a million sessions',
      '÷ ours',
    ],
    rows: [
      [
        'ours',
        whole(actual.writes),
        whole(ourUnits),
        whole(actual.readUnits),
        whole(actual.listCalls),
        dollars(ourBill),
        '1',
      ],
      [
        'the exact window needs',
        whole(exact.writes),
        whole(ourUnits),
        whole(exact.readUnits),
        whole(exact.listCalls),
        '',
        '',
      ],
      ...others.map((contender) => [
        contender,
        whole(shown),
        whole(theirUnits),
        '0',
        '',
        dollars(theirBill),
        (theirBill / ourBill).toFixed(1),
      ]),
    ],
    goals: [
      {
        name: 'session writes ÷ sessions and those seen open',
        value: actual.writes / exact.writes,
        atMost: 1,
      },
      { name: 'list calls ÷ the exact window’s', value: actual.listCalls / exact.listCalls, atMost: 1 },
      { name: 'read units ÷ the exact window’s', value: actual.readUnits / exact.readUnits, atMost: 1 },
      { name: 'bill of naive, batch and boto3 ÷ ours', value: theirBill / ourBill, atLeast: 50 },
    ],
    measured: { actual, exact, sessions, seenOpen, shown, ourUnits, theirUnits, ourBill, theirBill },
  }
}

async function writesOfOneRun(
  contender: Contender,
  { emulator, proxy, database }: Awaited<ReturnType<typeof sweepMonth>>['stage'],
): Promise<number> {
  proxy.calls.length = 0
  await run(contender, {
    environment: {
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_ENDPOINT_URL_SSM: emulator.url,
      AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
      SESSION_ARCHIVE_SESSIONS_TABLE: database.sessionsTable,
    },
  })
  return proxy.calls.reduce(
    (sum, { operation, body }) =>
      sum + (operation === 'PutItem' ? 1 : (body.RequestItems?.[database.sessionsTable]?.length ?? 0)),
    0,
  )
}
