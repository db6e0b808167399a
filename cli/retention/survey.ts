import type { Table } from '../../archive/batch-get'
import { endedBy, expiry } from '../../archive/expiry'
import { type Expiring, readPage, requireExpiring } from '../../archive/retention-table'

/** What a change of the retention would do to the stored records. Nothing is written for it. */
export interface Survey {
  read: number
  ended: number
  /** Would get another expiry. */
  changed: number
  /** Among them: the new expiry is over already, and the old one was not. */
  atOnce: number
  /** Of all: over for so long by the new expiry that DynamoDB does not delete them. */
  tooOld: number
  /** How many ended records have which retention: in days, `never`, or `other`: it is no number. */
  readonly from: Map<string, number>
}

const PAGE_SIZE = 1000
const DAY_SECONDS = 24 * 60 * 60
/** DynamoDB takes what is over for more than five years for a mistake. Less a week, for its days of delay. */
const TOO_OLD_SECONDS = (5 * 365 - 7) * DAY_SECONDS

export async function surveyRetention(
  sessions: Table,
  days: number | undefined,
  now: Date,
  onPage: (read: number) => void = () => {},
): Promise<Survey> {
  const survey: Survey = { read: 0, ended: 0, changed: 0, atOnce: 0, tooOld: 0, from: new Map() }
  let position: string | undefined
  do {
    const page = await readPage(sessions, position, PAGE_SIZE)
    for (const record of page.records) add(survey, record, expiry(record, days), now.getTime() / 1000)
    position = page.position
    onPage(survey.read)
  } while (position !== undefined)
  return survey
}

function add(survey: Survey, record: Expiring, expiresAt: number | undefined, now: number): void {
  requireExpiring(record)
  const isOver = (time = Number.POSITIVE_INFINITY) => time <= now
  survey.read += 1
  if (record.ExpiresAt !== expiresAt) survey.changed += 1
  if (isOver(expiresAt) && !isOver(record.ExpiresAt)) survey.atOnce += 1
  if (expiresAt !== undefined && expiresAt <= now - TOO_OLD_SECONDS) survey.tooOld += 1
  const end = endedBy(record)
  if (end === undefined) return
  const days = retentionOf(record.ExpiresAt, end)
  survey.ended += 1
  survey.from.set(days, (survey.from.get(days) ?? 0) + 1)
}

function retentionOf(expiresAt: number | undefined, end: string): string {
  if (expiresAt === undefined) return 'never'
  // nobody but break glass can have put anything else there, and it is mended as well
  if (!['number', 'bigint'].includes(typeof expiresAt)) return 'other'
  return String(Math.round((Number(expiresAt) - Date.parse(end) / 1000) / DAY_SECONDS))
}

/** The most frequent ones: there may be any number of them. */
export function mostFrequent({ from }: Survey, most = 10): [days: string, records: number][] {
  return [...from].sort(([, a], [, b]) => b - a).slice(0, most)
}
