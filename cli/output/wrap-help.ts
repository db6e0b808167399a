/** What is left for a description beside its flag, at least: else it goes on under the flag. */
const LEAST_WIDTH = 24

/** Wraps a help text at the terminal's width: paragraphs as a whole, indented lines under their own text. */
export function wrapHelp(text: string, width: number): string {
  const paragraphs = text.replace(/(?<=^\S.*)\n(?=\S)/gm, ' ')
  return paragraphs
    .split('\n')
    .map((line) => (line.length > width ? wrapLine(line, width) : line))
    .join('\n')
}

function wrapLine(line: string, width: number): string {
  const [, space = '', flag = ''] = /^( *)((?:\S+ )*\S+ {2,})?/.exec(line) ?? []
  const beside = space.length + flag.length
  const indent = flag !== '' && width - beside >= LEAST_WIDTH ? beside : space.length && space.length + 2
  const lines: string[] = []
  let current = space + flag
  for (const word of line.slice(beside).split(' ')) {
    const longer = current.length === beside && lines.length === 0 ? current + word : `${current} ${word}`
    if (longer.length <= width || longer.trim() === word) current = longer
    else {
      lines.push(current.trimEnd())
      current = ' '.repeat(indent) + word
    }
  }
  return [...lines, current].join('\n')
}
