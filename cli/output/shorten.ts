import stringWidth from 'string-width'

const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** Asks for the emoji form of the character before it, which is one column wider. */
const AS_EMOJI = '\ufe0f'

/** The columns of a terminal that a text needs at most: some terminals draw the parts of a joined emoji side by side. */
export function columnsOf(text: string): number {
  return [...text].reduce((sum, part) => sum + (part === AS_EMOJI ? 1 : stringWidth(part)), 0)
}

/** Cuts a text to at most `width` columns of a terminal, with `…` in place of what was cut. */
export function shorten(text: string, width: number): string {
  if (columnsOf(text) <= width) return text
  let short = ''
  for (const { segment } of CHARACTERS.segment(text)) {
    if (columnsOf(short + segment) > width - 1) break
    short += segment
  }
  return `${short}…`
}
