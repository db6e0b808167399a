import { batchGet, type Table } from '../archive/batch-get'
import type { SessionRecord } from '../archive/record'

/** A session that somebody else knows of. */
export interface Known {
  readonly SessionId: string
  /** `111122223333/eu-west-1` */
  readonly Source: string
}

type Held = Pick<SessionRecord, 'SessionId' | 'AccountId' | 'Region' | 'State'>

/** What the archive holds of sessions, by SessionId; those that it holds for another source are absent. */
export async function findHeld(sessions: Table, known: readonly Known[]): Promise<Map<string, Held>> {
  const items = await batchGet<Held>({
    ...sessions,
    keys: known.map(({ SessionId }) => ({ SessionId })),
    attributes: ['SessionId', 'AccountId', 'Region', 'State'],
    consistent: true,
  })
  const held = new Map(items.map((item) => [item.SessionId, item]))
  for (const { SessionId, Source } of known) {
    const item = held.get(SessionId)
    if (item !== undefined && `${item.AccountId}/${item.Region}` !== Source) held.delete(SessionId)
  }
  return held
}
