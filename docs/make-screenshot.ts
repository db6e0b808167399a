/** Makes docs/report.png, a picture of the report on a made-up month: npm run screenshot. Needs Chromium. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { generateSessions } from '../emulator/generate'
import { startEmulator } from '../emulator/server'
import { World } from '../emulator/world'

const PICTURE = join(__dirname, 'report.png')
const COMMAND = join(__dirname, '../bin/session-archive.js')
const SIZE = { width: 1000, height: 1040 }

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'screenshot-'))
  const world = new World()
  const { accountId, region, clock } = world
  world.add(generateSessions({ count: 400, seed: 1, now: clock.now(), accountId, region }))
  const emulator = await startEmulator({ world })
  try {
    await sessionArchive(folder, 'archive', '--endpoint-url', emulator.url, '--local', 'sessions')
    await sessionArchive(folder, 'report', '--from', '4w', '--local', 'sessions', '--out', 'report.html')
    await takePicture(join(folder, 'report.html'))
  } finally {
    await emulator.close()
    await rm(folder, { recursive: true })
  }
}

async function sessionArchive(cwd: string, ...args: string[]): Promise<void> {
  const aws = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any', AWS_REGION: 'us-east-1' }
  await promisify(execFile)(process.execPath, [COMMAND, ...args], { cwd, env: { ...process.env, ...aws } })
}

async function takePicture(page: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  const tab = await browser.newPage({ viewport: SIZE })
  await tab.goto(`file://${page}`)
  await tab.screenshot({ path: PICTURE })
  await browser.close()
}

void main()
