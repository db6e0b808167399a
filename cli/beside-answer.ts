import type { Table } from '../archive/batch-get'
import type { SessionRecord } from '../archive/record'
import { lastCompleteIn, type ShownSession, withLastSeen } from '../audit/last-seen'
import type { Question } from '../audit/question'
import { type Io, say } from './io'
import type { Stream } from './output/at-most'
import { counted, grouped, time } from './output/format'
import { someOf } from './output/labels'
import { messageOf } from './output/message-of'
import { printable } from './output/printable'

/** What an answer depends on although nobody asked for it: said beside the answer. */

/** What the question itself leaves out. */
export function leftOut({ ownerNames }: Question): string[] {
  if (ownerNames === undefined) return []
  return [
    `Of the name ${ownerNames.map(printable).join(' or ')}, in upper or lower case.`,
    'Left out: other names of the same person, and sessions that name nobody.',
  ]
}

/** Adds to open sessions when they were last seen; the last word is how old that is. */
export function asOf(records: Stream<SessionRecord>, sweeps: Table, now: Date, io: Io): Stream<ShownSession> {
  let problem: string | undefined
  const lookUp = sweeps.tableName === '' ? undefined : lastCompleteIn(sweeps)
  const lastCompleteAt = async (source: string) =>
    lookUp?.(source).catch((error: unknown) => {
      problem = messageOf(error)
      return undefined
    })
  let [open, stale, recovered, oldest] = [0, 0, 0, '']
  const staleSources = new Set<string>()
  async function* shown() {
    for await (const record of withLastSeen(records, lastCompleteAt, now)) {
      const { LastSeenAt, Stale, State, OpenSource = '' } = record
      if (State === 'Recovered') recovered += 1
      if (LastSeenAt !== undefined) {
        open += 1
        if (oldest === '' || LastSeenAt < oldest) oldest = LastSeenAt
      }
      if (Stale) {
        stale += 1
        staleSources.add(OpenSource)
      }
      yield record
    }
  }
  const whenPrinted = () => {
    records.whenPrinted?.()
    if (open > 0) say(io, `${counted(open, 'open session')}, last seen at ${time(oldest)} UTC or later.`)
    if (stale > 0)
      say(io, `Stale: ${grouped(stale)}, not confirmed for 25 hours, in ${someOf([...staleSources])}.`)
    if (recovered > 0)
      say(io, `Recovered from CloudTrail: ${grouped(recovered)}, which AWS did not list, or not any more.`)
    if (problem !== undefined) say(io, `When they were last confirmed cannot be read: ${printable(problem)}`)
  }
  return { [Symbol.asyncIterator]: shown, whenPrinted }
}
