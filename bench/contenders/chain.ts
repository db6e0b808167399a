import { SessionStore } from '../../archive/session-store'
import { SweepLedger } from '../../archive/sweep-ledger'
import { makeDynamoDBClient, makeSsmClient } from '../../lambda/clients'
import type { Context } from '../../lambda/handler'
import { DEFAULT_LIMITS, sweep } from '../../lambda/sweep'

const { SESSION_ARCHIVE_TABLE = '', SESSION_ARCHIVE_SWEEPS_TABLE = '' } = process.env
const client = makeDynamoDBClient({})
const never = Number.POSITIVE_INFINITY

/** The archiver, as a source of its own, with every listing one chain of tokens, however long. */
export async function handler(_event: unknown, context: Context) {
  return sweep({
    source: { accountId: '111122223333', region: 'one-chain' },
    ssm: makeSsmClient({}),
    store: new SessionStore({ client, tableName: SESSION_ARCHIVE_TABLE }),
    ledger: new SweepLedger({ client, tableName: SESSION_ARCHIVE_SWEEPS_TABLE }),
    now: () => new Date(),
    remainingMs: () => context.getRemainingTimeInMillis(),
    limits: { ...DEFAULT_LIMITS, pagesBeforeSlicing: never, pagesBeforeEstimate: never },
  })
}
