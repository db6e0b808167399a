import type { Judgement } from '../../evidence/verdict'
import type { JudgedNow } from '../evidence/judge-now'
import { note, section } from './elements'
import { type Html, html } from './html'

const CLASSES = { proven: 'good', 'not proven': 'warn', disproven: 'bad' }

/** What the evidence log proved when the page was made. */
export function evidenceSection(judged: JudgedNow | undefined): Html {
  if (judged === undefined)
    return section(
      'Evidence',
      note('No evidence log was read: that the records are unaltered is not proven here.'),
    )
  const { unaltered, complete, basis, key } = judged
  return section('Evidence', [
    judgement('Unaltered', unaltered),
    judgement('Complete', complete),
    html`<ul>${[...basis, `key ${key}`].map((line) => html`<li>${line}</li>`)}</ul>`,
    note(
      'Judged when the page was made, by the key that the archive itself names. Who trusts neither verifies a bundle offline: session-archive evidence, session-archive verify.',
    ),
  ])
}

function judgement(name: string, { verdict, against, missing }: Judgement): Html {
  const lines = [...against.map((line) => `Against: ${line}`), ...missing.map((line) => `Missing: ${line}`)]
  const why = lines.map((line) => html`<li>${line}</li>`)
  return html`<p>${name}: <b class="${CLASSES[verdict]}">${verdict}</b></p>${why.length > 0 ? html`<ul>${why}</ul>` : undefined}`
}
