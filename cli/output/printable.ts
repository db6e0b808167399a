/**
 * Text from outside, made harmless for a terminal: control characters, escape sequences and marks that
 * reverse the writing direction are shown as `\u{1b}`, and never obeyed.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\u200d' ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}

const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Two columns each: emoji, and what East Asian Width calls wide. */
const WIDE =
  /(?![\u{1f1e6}-\u{1f1ff}])[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2ff}\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]|.\ufe0f/gu
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\u200d]/gu

/** Columns of a terminal, or more: some draw emoji that are joined as one, others side by side. */
export function columnsOf(text: string): number {
  return [...text.replace(WIDE, '会会').replace(WITHOUT_WIDTH, '')].length
}

/** At most `width` columns of a terminal; what was cut is shown as `…`. */
export function shorten(text: string, width: number): string {
  if (columnsOf(text) <= width) return text
  let short = ''
  let columns = 0
  for (const { segment } of CHARACTERS.segment(text)) {
    columns += columnsOf(segment)
    if (columns > width - 1) break
    short += segment
  }
  return `${short}…`
}

/** A duration in its two largest units: `3d 4h`, `2h 5m`, `45s`. */
export function describeSeconds(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'm'],
    [1, 's'],
  ] as const
  let rest = Math.round(Math.abs(seconds))
  const parts = units.flatMap(([size, unit]) => {
    const count = Math.floor(rest / size)
    rest %= size
    return count === 0 ? [] : [`${count}${unit}`]
  })
  return `${seconds < 0 ? '-' : ''}${parts.slice(0, 2).join(' ') || '0s'}`
}
