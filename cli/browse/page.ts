import { messageOf } from '../output/message-of'
import { type Content, Html, html } from '../report/html'
import { STYLE } from './style'

/** A page: its parts are written as they come. */
export interface Page {
  readonly status: 200 | 400 | 404 | 500
  readonly title: string
  readonly parts: AsyncIterable<Html> | Iterable<Html>
}

/** A file to keep. */
export interface Download {
  readonly fileName: string
  readonly text: string
}

/** What a request is refused for, in the reader's words. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  constructor(
    readonly status: 400 | 404,
    message: string,
  ) {
    super(message)
  }
}

/** What all pages share. */
export interface Frame {
  /** Which archive it is. Untrusted text. */
  readonly archive: string
  readonly version: string
}

/** The page as it is sent. If a part fails, the page says so where it ends. */
export async function* pageParts({ title, parts }: Page, frame: Frame, now: Date): AsyncGenerator<string> {
  yield head(title, frame).markup
  try {
    for await (const part of parts) yield part.markup
  } catch (error) {
    yield alert('This page is not whole.', [`It stops early: ${messageOf(error)}`]).markup
  }
  yield foot(frame, now).markup
}

function head(title: string, { archive }: Frame): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Session archive</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p>Session archive <bdi>${archive}</bdi></p>
<nav aria-label="Pages"><a href="./">Sessions</a> <a href="coverage">Coverage</a></nav>
</header>
<main id="main" tabindex="-1">
<h1>${title}</h1>
`
}

function foot({ version }: Frame, now: Date): Html {
  return html`</main>
<footer><p>Made ${now.toISOString().slice(0, 19).replace('T', ' ')} UTC with session-archive ${version}. All times are UTC. Invisible characters and those that change the direction of writing are shown as \\u{…}. To hand something over: session-archive report, evidence, prove.</p></footer>
</body>
</html>
`
}

export function alert(title: string, lines: readonly Content[]): Html {
  return html`<div class="alert" role="alert"><p><b>${title}</b></p>${lines.map((line) => html`<p>${line}</p>`)}</div>
`
}

export function lines(texts: readonly Content[]): Html | undefined {
  return texts.length === 0
    ? undefined
    : html`<ul>${texts.map((text) => html`<li>${text}</li>`)}</ul>
`
}

/** A link within the archive. Parameters without a value are left out. */
export function link(
  path: string,
  parameters: Readonly<Record<string, string | undefined>>,
  text: Content,
): Html {
  return html`<a href="${address(path, parameters)}">${text}</a>`
}

export function address(path: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  )
  const query = new URLSearchParams(given).toString()
  return query === '' ? path : `${path}?${query}`
}
