/**
 * Text from outside, made harmless for a terminal: control characters, escape sequences and marks that
 * reverse the writing direction are shown as `\u{1b}`, and never obeyed.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\u200d' ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}

/** At most `width` characters; what was cut is shown as `…`. */
export function shorten(text: string, width: number): string {
  const characters = [...text]
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`
}
