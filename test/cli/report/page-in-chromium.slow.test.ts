import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { inflateSync } from 'node:zlib'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { printable } from '../../../cli/output/printable'
import { HOSTILE, hostileRecords, month, record, writePage } from './make-report'

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = process.env.CHROMIUM_PATH ?? PATHS.find((path) => existsSync(path))
/** Without Chromium the tests are skipped, but never in continuous integration. */
const isSkipped = executablePath === undefined && process.env.CI === undefined
const testInChromium = isSkipped ? test.skip : test
if (isSkipped) console.warn(`No page is tested: expected Chromium (${PATHS.join(', ')} or $CHROMIUM_PATH)`)

let browser: Browser
beforeAll(async () => {
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
})
afterAll(() => browser?.close())

/** The events are dialogs, messages of the console (violations of the content policy among them), errors, and all requests but for the file. */
async function openPage(file: string, options: BrowserContextOptions = {}) {
  const page = await browser.newPage(options)
  const events: string[] = []
  const url = `file://${file}`
  page.on('dialog', (dialog) => {
    events.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => events.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => events.push(`error: ${error.message}`))
  page.on('request', (request) => request.url() !== url && events.push(`request: ${request.url()}`))
  await page.goto(url)
  return { page, events }
}

const SHOWN = '.list tbody tr'

/** Types a text that changes how many rows are found. */
async function search(page: Page, text: string): Promise<string[]> {
  const output = page.locator('output')
  const before = await output.textContent()
  await page.locator('input').fill(text)
  await until(async () => (await output.textContent()) !== before)
  return page.locator(SHOWN).allTextContents()
}

/** The page's policy forbids Playwright's own function for this. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(20)
}

/** The texts of a column from top to bottom. */
function column(page: Page, number: number): Promise<string[]> {
  return page.locator(`${SHOWN} > :nth-child(${number})`).allTextContents()
}

testInChromium('hostile text on a page runs, loads and breaks nothing, and is found', async () => {
  const text = HOSTILE.join('')
  const question = [{ name: text, value: text }]
  const coverage = [{ source: text, covered: [], gaps: [], expired: [], rejected: 0 }]
  const change = { archive: text, version: text, question, leftOut: [text], coverage }
  const file = await writePage(hostileRecords(), change)
  const { page, events } = await openPage(file)
  expect(await page.locator(SHOWN).count()).toBe(HOSTILE.length)
  expect(await page.locator('.list td').count()).toBe(HOSTILE.length * 9)
  expect(await page.locator('script, style, img, iframe, object, a').count()).toBe(2)
  expect(await page.locator('dd').first().textContent()).toBe(printable(Buffer.from(text).toString()))
  expect(await search(page, 'alert("hostile")')).toHaveLength(1)
  await search(page, '')
  expect(await search(page, '\u202egnp.exe')).toHaveLength(1)
  expect((await column(page, 8)).join()).toContain('\\u{202e}gnp.exe\\u{202c}')
  expect(events).toEqual([])
})

testInChromium('the content policy of a page stops foreign scripts, images and styles', async () => {
  const file = await writePage([])
  const foreign = '<script>alert(1)</script><img src="https://evil.example/"><header style="color: red">'
  writeFileSync(file, readFileSync(file, 'utf8').replace('<header>', foreign))
  const { events } = await openPage(file)
  expect(events.filter((event) => /^console: .*violates/s.test(event))).toHaveLength(3)
  expect(events.filter((event) => /^(dialog|error): /.test(event))).toEqual([])
})

testInChromium('a click on a heading sorts, another one reverses, empty cells are last', async () => {
  const sessions = [90, 7200, 5, 86_400, undefined].map((length, n) => {
    const StartDate = 1_790_000_000 + n
    return record({ SessionId: `s-${n}`, StartDate, EndDate: length && StartDate + length })
  })
  const { page, events } = await openPage(await writePage(sessions))
  const duration = page.locator('.list').getByRole('columnheader', { name: 'Duration' })
  await duration.getByRole('button').focus()
  await page.keyboard.press('Enter')
  expect(await column(page, 3)).toEqual(['5s', '1m 30s', '2h', '1d', ''])
  expect(await duration.getAttribute('aria-sort')).toBe('ascending')
  await duration.getByRole('button').click()
  expect(await column(page, 3)).toEqual(['1d', '2h', '1m 30s', '5s', ''])
  expect(await duration.getAttribute('aria-sort')).toBe('descending')
  expect(await page.locator('[aria-sort]').count()).toBe(1)
  expect(events).toEqual([])
})

testInChromium('10,000 sessions load, sort and are found by words in any column', async () => {
  const sessions = month(10_000)
  const { page, events } = await openPage(await writePage(sessions))
  const expected = sessions.filter(
    ({ OwnerName, DocumentName }) => OwnerName === 'Mary-Major' && DocumentName === 'AWS-StartSSHSession',
  )
  expect(expected.length).toBeGreaterThan(5)
  const found = await search(page, ' :user/mary-major  aws-STARTsshSession')
  expect(found).toHaveLength(expected.length)
  expect(await page.locator('output').textContent()).toBe(
    `${expected.length} of 10,000 sessions have “:user/mary-major aws-STARTsshSession”`,
  )
  await search(page, '')
  await page.getByRole('button', { name: 'Person' }).click()
  await until(async () => (await page.locator(SHOWN).count()) === 10_000)
  const people = (await page.evaluate(
    `[...document.querySelectorAll('${SHOWN}')].map((row) => row.cells[3].textContent.toLowerCase())`,
  )) as string[]
  const named = people.filter((person) => person !== '')
  expect(people.slice(0, named.length)).toEqual(named.toSorted())
  expect(events).toEqual([])
})

testInChromium('without JavaScript a page has all sessions, and no idle control', async () => {
  const { page } = await openPage(await writePage(month(250)), { javaScriptEnabled: false })
  expect(await page.locator(SHOWN).count()).toBe(250)
  expect(await page.locator('.controls').isVisible()).toBe(false)
  expect(await page.locator('.list button:enabled').count()).toBe(0)
  expect(await page.locator('.chart svg').count()).toBe(5)
})

testInChromium('a printed page has every row, the heading on every sheet, no controls', async () => {
  const { page } = await openPage(await writePage(month(250)))
  const print = () => page.pdf({ preferCSSPageSize: true, tagged: true })
  const whole = await print()
  const rowsElsewhere = await page.locator('section:not(#sessions) > table tr').count()
  expect(whole.toString('latin1').match(/\/S\s*\/TR\b/g)).toHaveLength(250 + 1 + rowsElsewhere)
  await page.evaluate("document.querySelector('.list thead').style.visibility = 'hidden'")
  const without = textsPerPage(await print())
  const headings = textsPerPage(whole).map((texts, n) => texts - (without[n] ?? 0))
  const firstOfList = headings.findIndex((texts) => texts > 0)
  const ofList = headings.slice(firstOfList, -1) // the footer may be alone on the last
  expect(ofList.length).toBeGreaterThan(20)
  expect(Math.min(...ofList)).toBeGreaterThanOrEqual(9)
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('input').isVisible()).toBe(false)
})

testInChromium(
  'a printed page of 3,768 sessions without their list is short, and every sheet is numbered',
  async () => {
    const sessions = month(3768)
    const file = await writePage(sessions, { isListed: false })
    const { page, events } = await openPage(file)
    const pdf = await page.pdf({ preferCSSPageSize: true })
    expect(pdf.length).toBeLessThan(1_000_000)
    const sheets = textsPerPage(pdf)
    expect(sheets.length).toBeLessThan(12)
    const plain = readFileSync(file, 'utf8')
      .replaceAll(/@(top|bottom)-(left|right) \{/g, '@media none {')
      .replace(/<meta http-equiv[^>]*>/, '')
    writeFileSync(file, plain)
    const bare = textsPerPage(await (await openPage(file)).page.pdf({ preferCSSPageSize: true }))
    expect(sheets.map((texts, n) => texts > (bare[n] ?? 0))).toEqual(sheets.map(() => true))
    expect(events).toEqual([])
  },
)

/** How many pieces of text each page draws. */
function textsPerPage(pdf: Buffer): number[] {
  return [...pdf.toString('latin1').matchAll(/FlateDecode[^>]*>>\s*stream\r?\n(.*?)\nendstream/gs)]
    .map(([, stream = '']) => inflateSync(Buffer.from(stream, 'latin1')).toString('latin1'))
    .filter((content) => content.includes('BT\n'))
    .map((content) => content.match(/\bT[jJ]\b/g)?.length ?? 0)
}

testInChromium('nothing is wider than the page, however narrow the screen', async () => {
  const file = await writePage([...hostileRecords(), ...month(100)])
  for (const width of [390, 800, 1024, 1600]) {
    const { page, events } = await openPage(file, { viewport: { width, height: 900 }, colorScheme: 'dark' })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    expect(events).toEqual([])
    await page.close()
  }
})
