import type { SessionRecord } from '../../archive/record'
import { findBack, type Place } from '../../audit/find-back'
import type { ShownSession } from '../../audit/last-seen'
import { newReads } from '../../audit/read-index'
import { asOf, leftOut } from '../beside-answer'
import type { Io } from '../io'
import { lacking } from '../lacking'
import type { OpenArchive } from '../open-archive'
import { counted, time } from '../output/format'
import { empty, note } from '../report/elements'
import { type Html, html } from '../report/html'
import { type Asked, askedOf, WrongFields } from './asked'
import { ALL_FIELDS, type FieldName } from './fields'
import { form } from './form'
import { foundRow, TABLE_END, TABLE_START } from './found-rows'
import { listen } from './listen'
import { alert, lines, link, type Page } from './page'
import { timeline } from './timeline'

/** Sessions of a page. */
const ROWS = 100
/** What is read for a page, about: if few sessions answer, it says how far it has looked. */
const BUDGET = { items: 20_000, calls: 1000 }
/** Sessions that one query looks at. */
const PAGE_SIZE = 200

const TITLE = 'Sessions'

/** The form, and what was found. */
export async function searchPage(
  archive: OpenArchive,
  parameters: URLSearchParams,
  now: Date,
  io: Io,
): Promise<Page> {
  try {
    const asked = await askedOf(parameters, archive.sweeps, now, io)
    return { status: 200, title: TITLE, parts: answerTo(asked, archive, now, io) }
  } catch (error) {
    if (!(error instanceof WrongFields)) throw error
    const problems = Object.entries(error.problems).map(
      ([name, problem]) => `${ALL_FIELDS[name as FieldName].label}: ${problem}`,
    )
    const parts = [form(error.values, error.problems), alert(error.message, problems)]
    return { status: 400, title: TITLE, parts }
  }
}

/** Until the rows come, and to step over them. */
const ORDER = html`<p class="note">The newest first, at most ${ROWS} on a page. Below them stands where the answer ends, and <a href="#lacking">what may be missing</a>.</p>
`

async function* answerTo(asked: Asked, archive: OpenArchive, now: Date, io: Io): AsyncGenerator<Html> {
  const { values, question } = asked
  yield html`${form(values)}${asked.notes.map(note)}${ORDER}`
  const found = new Found()
  yield* found.rows(asked, archive, now, io)
  yield whereItStops(found, asked)
  yield html`${timeline(found.shown, now)}`
  yield besides([...leftOut(question), ...found.said])
  yield mayLack(await lacking(question, archive.sweeps, now))
}

/** What one page shows of an answer. */
class Found {
  readonly shown: ShownSession[] = []
  readonly reads = newReads()
  readonly said: string[] = []
  /** Where the answer goes on. Undefined: that was all. */
  next?: Place
  /** Whether the page is full; else it has looked at enough. */
  isFull = false

  async *rows(
    { question, after }: Asked,
    { sessions, sweeps }: OpenArchive,
    now: Date,
    io: Io,
  ): AsyncGenerator<Html> {
    const heard = listen(io)
    const search = {
      ...sessions,
      question,
      after,
      now,
      reads: this.reads,
      budget: BUDGET,
      pageSize: PAGE_SIZE,
    }
    const shown = asOf(this.firstOf(findBack(search)), sweeps, now, heard.io)
    try {
      for await (const record of shown) {
        if (this.shown.length === 0) yield TABLE_START
        this.shown.push(record)
        yield foundRow(record)
      }
    } catch (error) {
      if (this.shown.length > 0) yield TABLE_END
      throw error
    }
    if (this.shown.length > 0) yield TABLE_END
    shown.whenPrinted?.()
    this.said.push(...heard.said)
  }

  private async *firstOf(
    records: AsyncGenerator<SessionRecord, Place | undefined>,
  ): AsyncGenerator<SessionRecord> {
    try {
      let last: Place | undefined
      for (let rows = 0; ; rows += 1) {
        const { done, value } = await records.next()
        this.isFull = rows === ROWS && !done
        this.next = done ? value : last
        if (done || this.isFull) return
        last = { start: value.StartDate ?? '', id: value.SessionId }
        yield value
      }
    } finally {
      await records.return(undefined) // also if the reader has gone
    }
  }
}

function whereItStops({ shown, next, isFull, reads }: Found, { onwards, after }: Asked): Html {
  const found = counted(shown.length, 'session')
  const more = next && { ...onwards, start: next.start, id: next.id }
  if (more === undefined)
    return shown.length === 0
      ? empty(after === undefined ? 'No session found.' : 'No older session found: the answer ends here.')
      : html`<p class="stops">${found}: the answer ends here.</p>
`
  return isFull
    ? html`<p class="stops">${found}, and there are older ones: ${link('./', more, 'Older sessions')}</p>
`
    : html`<p class="stops">${shown.length === 0 ? 'No session' : found} found so far, of ${counted(reads.items, 'session')} that were looked at. What started before ${time(more.start)} was not: ${link('./', more, 'Look further back')}</p>
`
}

function besides(said: readonly string[]): Html {
  return html`${said.length > 0 ? html`<section><h2>About this answer</h2>${lines(said)}</section>` : undefined}`
}

function mayLack(texts: readonly string[]): Html {
  const what = texts.length === 0 ? note('Nothing is known to be missing.') : lines(texts)
  return html`<section id="lacking"><h2>What may be missing</h2>${what}<p>${link('coverage', {}, 'Coverage by source')}</p></section>
`
}
