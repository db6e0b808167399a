/**
 * Makes text from outside harmless for a terminal: shows control characters, escape sequences and marks that
 * reverse the writing direction as `\u{1b}`.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\u200d' ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}
