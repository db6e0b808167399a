import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cliPage } from '../../docs/make-cli'

test('the page of the commands is what they print: npm run docs:cli', async () => {
  expect(readFileSync(join(__dirname, '../../docs/cli.md'), 'utf8')).toBe(`${await cliPage()}\n`)
})
