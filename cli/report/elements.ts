import { type Content, type Html, html } from './html'

export function section(title: string, content: Content, id?: string): Html {
  return html`<section${id && html` id="${id}"`}><h2>${title}</h2>${content}</section>`
}

export function note(text: string): Html {
  return html`<p class="note">${text}</p>`
}

/** In place of what there is none of. */
export function empty(text: string): Html {
  return html`<p class="empty">${text}</p>`
}

/** A column is of text unless it is numeric. */
export type Column = string | { readonly heading: string; readonly numeric: true }

export function table(columns: readonly Column[], rows: readonly (readonly Content[])[]): Html {
  const classes = columns.map((column) => (typeof column === 'string' ? undefined : html` class="number"`))
  const head = columns.map((column, n) => {
    const heading = typeof column === 'string' ? column : column.heading
    return html`<th scope="col"${classes[n]}>${heading}</th>`
  })
  const body = rows.map((cells) => {
    const row = cells.map((content, n) => html`<td${classes[n]}>${content}</td>`)
    return html`<tr>${row}</tr>\n`
  })
  return html`<table><thead><tr>${head}</tr></thead><tbody>\n${body}</tbody></table>`
}
