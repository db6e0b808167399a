import { cliPage } from '../../docs/make-cli'
import { pageText } from '../support/documents'

test('the page of the commands is what they print: npm run docs:cli', async () => {
  expect(pageText('docs/cli.md')).toBe(`${await cliPage()}\n`)
})

test('the guide to the command line names every command', () => {
  const rows = pageText('docs/command-line.md').matchAll(/^\| `([a-z-]+)/gm)
  const named = [...rows].flatMap(([, name]) => name ?? [])
  const commands = [...pageText('docs/cli.md').matchAll(/^## session-archive (.*)$/gm)].map(
    ([, name]) => name,
  )
  expect(named).toEqual(expect.arrayContaining(commands))
})
