import { csv } from '../../../cli/output/csv'

async function linesOf(texts: readonly string[]): Promise<string[]> {
  async function* items() {
    for (const text of texts) yield { text }
  }
  const lines: string[] = []
  for await (const line of csv(items(), ['text'], false)) lines.push(line)
  return lines.slice(1)
}

test.each(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', "'"])(
  'a spreadsheet gets a text that begins with %j as text',
  async (first) => {
    expect(await linesOf([`${first}1`, ` ${first}1`])).toEqual([`"'${first}1",\r\n`, `" ${first}1",\r\n`])
  },
)
