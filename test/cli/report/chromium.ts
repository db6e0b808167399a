import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const executablePath = process.env.CHROMIUM_PATH ?? PATHS.find((path) => existsSync(path))

/** Never in continuous integration. */
const isSkipped = executablePath === undefined && process.env.CI === undefined

/** Without Chromium the tests are skipped. */
export function testInChromium(name: string, run: () => Promise<void>): void {
  if (isSkipped)
    console.warn(`Skipped because there is no Chromium (${PATHS.join(', ')} or $CHROMIUM_PATH): ${name}`)
  ;(isSkipped ? test.skip : test)(name, run)
}

let browser: Browser

/** Starts one browser for all tests of the file. */
export function useChromium(): void {
  beforeAll(async () => {
    if (!isSkipped) browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  })
  afterAll(() => browser?.close())
}

export interface Watched {
  readonly page: Page
  /** Dialogs, messages of the console (violations of the content policy among them), errors, and all requests but for the file. */
  readonly events: string[]
}

export async function openPage(file: string, options: BrowserContextOptions = {}): Promise<Watched> {
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
