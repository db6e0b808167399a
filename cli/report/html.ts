import { printable } from '../output/printable'

/** Markup that is written as it is. */
export class Html {
  constructor(readonly markup: string) {}
  toString(): string {
    return this.markup
  }
}

export type Content = Html | string | number | undefined | readonly Content[]

/** A template. Its values are made harmless, unless they are Html. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.map((string, n) => (n === 0 ? string : markupOf(values[n - 1]) + string)).join(''))
}

/** The value of a field, as it was typed: what is shown otherwise would be asked for otherwise. */
export function typed(text: string): Html {
  return new Html(escapeHtml(text))
}

function markupOf(value: Content): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.markup
  if (typeof value === 'string') return escapeHtml(printable(value))
  if (typeof value === 'number') return String(value)
  return value.map(markupOf).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
