import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const executablePath = process.env.CHROMIUM_PATH ?? PATHS.find((path) => existsSync(path))

/** Without Chromium the tests are skipped, but never in continuous integration. */
export function testInChromium(name: string, run: (browser: () => Browser) => Promise<void>): void {
  if (executablePath === undefined && process.env.CI === undefined) {
    console.warn(`Skipped because there is no Chromium (${PATHS.join(', ')} or $CHROMIUM_PATH): ${name}`)
    test.skip(name, () => undefined)
  } else {
    test(name, () => run(theBrowser))
  }
}

let browser: Browser | undefined

/** Starts one browser for all tests of the file. */
export function useChromium(): void {
  beforeAll(async () => {
    if (executablePath === undefined) return
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  })
  afterAll(() => browser?.close())
}

function theBrowser(): Browser {
  if (browser === undefined) throw new Error(`no Chromium: expected ${PATHS.join(', ')} or $CHROMIUM_PATH`)
  return browser
}

export interface Watched {
  readonly page: Page
  /** Dialogs, messages of the console (violations of the content policy among them), errors, and all requests but for the file. */
  readonly events: string[]
}

export async function openPage(
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
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
