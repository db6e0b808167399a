import { cliPage } from '../../docs/make-cli'
import { pageText } from '../support/documents'

test('the page of the commands is what they print: npm run docs:cli', async () => {
  expect(pageText('docs/cli.md')).toBe(`${await cliPage()}\n`)
})

test('the guide has a row for each command', () => {
  const commands = pageText('docs/cli.md').matchAll(/^## session-archive (.*)$/gm)
  const rows = pageText('docs/command-line.md').matchAll(/^\| `([a-z-]+)(?: ID)?` \|/gm)
  const sorted = (found: Iterable<RegExpExecArray>) => [...found].map(([, name]) => name).sort()
  expect(sorted(rows)).toEqual(expect.arrayContaining(sorted(commands)))
})
