import type { StoredRefusal } from '../../archive/refusal'
import { counted, grouped, time } from '../output/format'
import { note, section, table } from './elements'
import { type Html, html } from './html'

/** Attempts that AWS refused. */
export interface Refusals {
  count: number
  /** By error code. */
  readonly codes: Map<string, number>
  /** The newest first. */
  readonly shown: StoredRefusal[]
  /** How far CloudTrail was asked. Untrusted text. */
  readonly witness: readonly string[]
}

const SHOWN = 25

export async function tallyRefusals(
  refusals: AsyncIterable<StoredRefusal>,
  witness: readonly string[],
): Promise<Refusals> {
  const tally: Refusals = { count: 0, codes: new Map(), shown: [], witness }
  for await (const refusal of refusals) {
    tally.count += 1
    tally.codes.set(refusal.ErrorCode, (tally.codes.get(refusal.ErrorCode) ?? 0) + 1)
    if (tally.shown.length < SHOWN) tally.shown.push(refusal)
  }
  return tally
}

/** @param refusals undefined: the question is not about them */
export function refusalsSection(refusals: Refusals | undefined): Html | undefined {
  if (refusals === undefined) return undefined
  const { count, codes, shown, witness } = refusals
  const title = 'Refused attempts'
  const asked = witness.map(note)
  if (count === 0)
    return section(title, [note('CloudTrail told the archive of no refused attempt.'), asked], 'refused')
  const byCode = [...codes].sort(([, a], [, b]) => b - a).map(([code, times]) => [code, grouped(times)])
  const rows = shown.map((one) => [
    html`<time>${time(one.RefusedAt)}</time>`,
    one.OwnerName ?? '(nobody named)',
    one.Target ?? '(no target)',
    one.ErrorCode,
    one.Reason ?? '',
  ])
  return section(
    title,
    [
      html`<p><b>${grouped(count)}</b> by CloudTrail. AWS started no session.</p>`,
      table(['Error', { heading: 'Attempts', numeric: true }], byCode.slice(0, SHOWN)),
      table(['At', 'Person', 'Target', 'Error', 'Reason'], rows),
      count > shown.length
        ? note(
            `And ${counted(count - shown.length, 'more attempt', 'more attempts')}: session-archive attempts lists them.`,
          )
        : undefined,
      asked,
    ],
    'refused',
  )
}
