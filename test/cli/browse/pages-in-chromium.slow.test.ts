import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { SessionsTable } from '../../../archive/sessions-table'
import { SweepsTable } from '../../../archive/sweeps-table'
import { upsert } from '../../../archive/upsert'
import { openFolder } from '../../../cli/open-archive'
import { printable } from '../../../cli/output/printable'
import { type Browsing, browse, stopBrowsing } from '../../support/browsing'
import { daysAgo, receipt } from '../../support/filled-archive'
import { observe, SOURCE } from '../../support/observe'
import { account, writeRoster } from '../../support/roster'
import { HOSTILE } from '../report/make-report'

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = process.env.CHROMIUM_PATH ?? PATHS.find((path) => existsSync(path))
/** Without Chromium the tests are skipped, but never in continuous integration. */
const isSkipped = executablePath === undefined && process.env.CI === undefined
const testInChromium = isSkipped ? test.skip : test
if (isSkipped) console.warn(`No page is tested: expected Chromium (${PATHS.join(', ')} or $CHROMIUM_PATH)`)

/** Judges how a page is for people who do not see it, or use no mouse. Only tests use it. */
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

const texts = HOSTILE.map((text) => text.toWellFormed())
const seconds = (iso: string) => Date.parse(iso) / 1000
const idOf = (n: number) => `h${n} ${texts[n]?.slice(0, 90)}`
const START = daysAgo(6, '10:00:00.000')
const LONG = ['222233334444', 'eu-south-2'] as const

let browser: Browser
let served: Browsing
beforeAll(async () => {
  const args = ['--no-sandbox', '--host-resolver-rules=MAP evil.example 127.0.0.1']
  browser = await chromium.launch({ executablePath, args })
  const cwd = mkdtempSync(join(tmpdir(), 'browse-'))
  await fill(join(cwd, 'archive'))
  served = await browse(['--local', 'archive'], { cwd })
})
afterAll(async () => {
  await browser?.close()
  await stopBrowsing()
})

/** A session per hostile text, in every member that can hold it, and some plain ones. */
async function fill(folder: string): Promise<void> {
  const { sessions, sweeps, close } = await openFolder(folder)
  const ledger = new SweepsTable(sweeps)
  await writeRoster({ ledger }, [
    account(SOURCE.accountId, texts.join(''), [SOURCE.region]),
    account(LONG[0], 'Shop', [LONG[1]], { RegionsProblem: texts.join('') }),
  ])
  for (const [Source, days] of [
    [`${SOURCE.accountId}/${SOURCE.region}`, 10],
    [LONG.join('/'), 50],
  ] as const) {
    const at = daysAgo(days)
    await ledger.putReceipt(receipt(at, { Source, CoversFrom: daysAgo(days + 20), CoversUntil: at }))
  }
  const hostile = texts.map((text, n) => ({
    SessionId: idOf(n),
    Owner: `arn:aws:sts::111122223333:assumed-role/Ops/${text.replaceAll(/[/:]/g, '|')}`,
    ...{ Target: text, DocumentName: text, Reason: text, Details: text, Status: text, AccessType: text },
    ...{ StartDate: seconds(START) + n, EndDate: seconds(START) + n + 60 },
  }))
  const plain = Array.from({ length: 120 }, (_, n) => ({
    SessionId: `plain-${n}`,
    ...{ Owner: 'arn:aws:iam::111122223333:user/alice', Target: `i-${n}`, Reason: 'patching' },
    ...{ StartDate: seconds(daysAgo(4)) + n * 600, EndDate: seconds(daysAgo(4)) + n * 600 + 900 },
  }))
  const facts = texts.map((text) => ({
    ...{ TargetName: text, ComputerName: text, PlatformName: text, IPAddress: text },
    ...{ TargetSource: text, TargetAsOf: START },
  }))
  const store = new SessionsTable(sessions)
  const accountName = texts.join('').slice(0, 200).toWellFormed()
  for (const some of [hostile, plain.slice(0, 60), plain.slice(60)])
    await upsert(
      store,
      some.map((session, n) => ({
        ...observe(session),
        accountName,
        target: some === hostile ? facts[n] : undefined,
      })),
    )
  await upsert(store, [observe({ SessionId: 'open', StartDate: seconds(daysAgo(9)) }, 0, 'Active')])
  await close()
}

/** The events are dialogs, messages of the console, errors, and requests for anything but pages of this address. */
async function openPage(path: string, options: BrowserContextOptions = {}) {
  const page = await browser.newPage(options)
  const events: string[] = []
  page.on('dialog', (dialog) => {
    events.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => events.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => events.push(`error: ${error.message}`))
  page.on('request', (request) => {
    if (!request.isNavigationRequest() || !request.url().startsWith(served.url))
      events.push(`request: ${request.url()}`)
  })
  await page.goto(served.url + path)
  return { page, events }
}

const day = START.slice(0, 10)
const session = (id: string) => `session?${new URLSearchParams({ id })}`
/** Every kind of page. */
const KINDS: readonly (readonly [what: string, path: string, status: number])[] = [
  ['the newest sessions', '', 200],
  ['hostile sessions', `?day=${day}`, 200],
  ['more conditions', '?open=yes', 200],
  ['nothing found', '?owner=nobody&from=2d', 200],
  ['the last page', '?owner=alice&from=30d&start=2020-01-01T00:00:00.000Z&id=x', 200],
  ['wrong fields', '?from=x&account=1&at=y&state=z', 400],
  ['a wrong address', '?x=y', 400],
  ['a session', session('plain-1'), 200],
  ['an open session', session('open'), 200],
  ['a hostile session', session(idOf(0)), 200],
  ['no session', session('none'), 404],
  ['coverage', 'coverage', 200],
  ['coverage of nothing', 'coverage?account=999988887777', 200],
  ['wrong coverage', 'coverage?region=x', 400],
]

testInChromium.each(KINDS)(
  'axe finds nothing on %s, wide or narrow, light or dark',
  async (_what, path, status) => {
    for (const [width, colorScheme] of [
      [1400, 'light'],
      [390, 'dark'],
    ] as const) {
      const { page } = await openPage(path, { viewport: { width, height: 900 }, colorScheme })
      await page.evaluate(AXE)
      const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
      expect(passes.length).toBeGreaterThan(15)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      await page.close()
    }
    expect((await served.get(path)).status).toBe(status)
  },
)

interface AxeResults {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
  readonly passes: readonly unknown[]
}

testInChromium('hostile text on any page runs, loads and breaks nothing', async () => {
  const { page, events } = await openPage(`?day=${day}`)
  expect(await page.locator('.found tbody tr').count()).toBe(texts.length)
  expect(await page.locator('.found td').count()).toBe(texts.length * 7)
  expect(await page.locator('script, img, iframe, object, link').count()).toBe(0)
  for (const [n, text] of texts.entries()) {
    await page.goto(served.url + session(idOf(n)))
    const reason = page.locator('.attributes tr', {
      has: page.getByRole('rowheader', { name: 'Reason', exact: true }),
    })
    expect(await reason.locator('td').textContent()).toBe(printable(text))
    const name = page.locator('section dl div', { has: page.locator('dt', { hasText: /^Name$/ }) })
    expect(await name.locator('dd').textContent()).toBe(printable(text))
    expect(await page.locator('script, img, iframe, object, link').count()).toBe(0)
  }
  await page.goto(`${served.url}coverage`)
  const asked = new URLSearchParams({
    reason: texts[0] ?? '',
    owner: 'x"><script>alert(1)</script>',
    from: '30d',
  })
  await page.goto(`${served.url}?${asked}`)
  expect(await page.getByLabel('Reason contains').inputValue()).toBe(texts[0])
  expect(events).toEqual([])
})

testInChromium('the policy stops foreign scripts, images, styles and frames', async () => {
  const { page, events } = await openPage('coverage')
  await page.route('**/coverage?*', async (route) => {
    const response = await route.fetch()
    const foreign =
      '<script>alert(1)</script><img src="https://evil.example/"><p style="color:red"><iframe src="https://evil.example/"></iframe>'
    await route.fulfill({ response, body: (await response.text()).replace('<h1>', `${foreign}<h1>`) })
  })
  await page.goto(`${served.url}coverage?region=us-east-1`)
  expect(events.filter((event) => /^console: .*violates/s.test(event))).toHaveLength(4)
  expect(events.filter((event) => /^(dialog|error): /.test(event))).toEqual([])
})

testInChromium(
  'no other page can frame it, and by another name of this machine it tells nothing',
  async () => {
    const page = await browser.newPage()
    await page.setContent(`<iframe src="${served.url}"></iframe>`, { waitUntil: 'load' })
    expect(page.frames()[1]?.url()).toMatch(/^chrome-error:/)
    await page.goto(served.url.replace('127.0.0.1', 'evil.example'))
    expect(await page.locator('body').textContent()).toBe('Forbidden\n')
    await page.goto(served.url.replace('127.0.0.1', 'localhost'))
    expect(await page.title()).toBe('Sessions – Session archive')
  },
)

testInChromium('everything is done with the keyboard alone: skip, ask, read, go back, ask on', async () => {
  const { page, events } = await openPage('')
  await page.keyboard.press('Tab')
  expect(await focused(page)).toMatchObject({
    text: 'Skip to the content',
    isOutlined: true,
    isInSight: true,
  })
  await page.keyboard.press('Enter')
  expect(await page.evaluate('document.activeElement.id')).toBe('main')
  await page.keyboard.press('Tab')
  expect(await focused(page)).toMatchObject({ name: 'owner', isOutlined: true, isInSight: true })
  await page.keyboard.type('ALICE')
  await page.keyboard.press('Enter')
  await page.waitForURL(/owner=ALICE/)
  const stops = await tabThrough(page)
  expect(stops.every(({ isOutlined, isInSight }) => isOutlined && isInSight)).toBe(true)
  expect(stops.map(({ y }) => y)).toEqual(stops.map(({ y }) => y).toSorted((a, b) => a - b))
  const names = stops.map(({ text, name }) => name || text)
  expect(names.slice(0, 5)).toEqual(['Skip to the content', 'Sessions', 'Coverage', 'owner', 'target'])
  expect(names.filter((name) => name.startsWith('plain-'))).toHaveLength(100)
  expect(names.slice(-2)).toEqual(['Older sessions', 'Coverage by source'])
  await tabTo(page, 'plain-119')
  await page.keyboard.press('Enter')
  await page.waitForURL(/session\?id=plain-119/)
  await page.goBack()
  await tabTo(page, 'Older sessions')
  await page.keyboard.press('Enter')
  await page.waitForURL(/start=/)
  expect(await page.locator('.found tbody tr').count()).toBe(20)
  expect(events).toEqual([])
})

testInChromium('if nothing was found so far, the link that goes on is seen where it is read', async () => {
  const { page } = await openPage('?reason=nothing&from=2019-01-01')
  const top = async (part: string) => (await page.locator(part).boundingBox())?.y ?? Number.NaN
  expect(await page.locator('.stops').textContent()).toContain('Look further back')
  expect(await top('.stops')).toBeLessThan(await top('#lacking'))
})

interface Stop {
  readonly text: string
  readonly name: string
  readonly y: number
  readonly isOutlined: boolean
  readonly isInSight: boolean
}

/** What has the focus, and whether one sees that. */
async function focused(page: Page): Promise<Stop> {
  return (await page.evaluate(`(() => {
    const element = document.activeElement
    const { top, left, bottom, right, width } = element.getBoundingClientRect()
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    return {
      text: element.textContent.trim().slice(0, 40),
      name: element.name ?? '',
      y: Math.round(top + scrollY),
      isOutlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
      isInSight: width > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth,
    }
  })()`)) as Stop
}

/** All stops from the top of the page to its end; the parts of a date are one. */
async function tabThrough(page: Page): Promise<Stop[]> {
  await page.evaluate('document.activeElement.blur()')
  const stops: Stop[] = []
  for (;;) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate('document.activeElement === document.body')) || stops.length > 300) return stops
    const stop = await focused(page)
    if (stop.text === 'Skip to the content' && stops.length > 0) return stops
    if (stop.name === '' || stop.name !== stops.at(-1)?.name) stops.push(stop)
  }
}

async function tabTo(page: Page, text: string): Promise<void> {
  for (let n = 0; n < 300; n++) {
    if ((await focused(page)).text === text) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`expected a stop ${text}`)
}

testInChromium('without JavaScript, sessions are found, and the proof is a download', async () => {
  const { page } = await openPage('', { javaScriptEnabled: false, acceptDownloads: true })
  await page.getByLabel('Target').fill('i-7')
  await page.getByText('More conditions').click()
  await page.getByLabel('List').selectOption('History')
  await page.getByRole('button', { name: 'Find sessions' }).click()
  await page.waitForURL(/target=i-7&/) // until the page is whole
  expect(await page.locator('.found tbody tr').count()).toBe(1)
  await page.getByRole('link', { name: 'plain-7' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download the proof' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('plain-7.proof.json')
})
