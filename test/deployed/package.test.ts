import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, startDatabase } from '../../emulator/dynamodb'
import { generateSessions } from '../../emulator/generate'
import { type Emulator, startEmulator } from '../../emulator/server'
import { World } from '../../emulator/world'
import { invoke } from '../support/invoke'
import { DeployedTemplate } from '../support/template'

const ROOT = join(__dirname, '../..')

describe('the npm package, in a CDK app of someone else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'session-archive-'))
  const app = join(folder, 'app')
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, {
      cwd: app,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: process.env.HOME },
    })

  beforeAll(() => {
    mkdirSync(app)
    writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true }')
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT, encoding: 'utf8' }),
    )
    const versions = ['aws-cdk-lib', 'constructs'].map(
      (name) => `${name}@${require(`${name}/package.json`).version}`,
    )
    run('npm', 'install', '--prefer-offline', '--no-audit', join(folder, packed.filename), ...versions)
    writeFileSync(join(app, 'app.ts'), APP)
    run(join(ROOT, 'node_modules/.bin/tsc'), ...TSC_FLAGS)
    run(process.execPath, 'app.js')
  }, 300_000)

  test('nothing but the CDK is installed with it', () => {
    const installed = readdirSync(join(app, 'node_modules'))
    expect(installed.filter((name) => !name.startsWith('.'))).toEqual([
      '@aws-cdk',
      'aws-cdk-lib',
      'constructs',
      'ssm-session-archive',
    ])
  })

  test('holds only what it needs', () => {
    const content = readdirSync(join(app, 'node_modules/ssm-session-archive'), {
      recursive: true,
      encoding: 'utf8',
    })
    const unwanted = content.filter((name) => !/^(dist(\/|$)|package\.json$|README\.md$|LICENSE$)/.test(name))
    expect(unwanted).toEqual([])
    expect(content.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([])
    expect(
      existsSync(join(app, 'node_modules/ssm-session-archive/dist/functions/archiver/archiver.js')),
    ).toBe(true)
  })

  describe('its function', () => {
    let database: Database
    let emulator: Emulator
    beforeAll(async () => {
      database = await startDatabase()
      const now = new Date()
      const world = new World({})
      world.add(generateSessions({ count: 300, seed: 1, now }))
      emulator = await startEmulator({ world })
    })
    afterAll(async () => {
      await emulator.close()
      await database.close()
    })

    test('archives', async () => {
      const template = new DeployedTemplate(join(app, 'cdk.out'), 'Audit')
      const { result } = await invoke(template, {
        event: {},
        environment: {
          AWS_ENDPOINT_URL_SSM: emulator.url,
          AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
          SESSION_ARCHIVE_SESSIONS_TABLE: database.sessionsTable,
          SESSION_ARCHIVE_SWEEPS_TABLE: database.sweepsTable,
        },
      })
      expect(result).toMatchObject({ Outcome: 'complete', Archived: 300 })
    })
  })
})

const APP = `
import { App, Stack } from 'aws-cdk-lib'
import { SessionArchive, type SessionArchiveProps } from 'ssm-session-archive'

const app = new App({ outdir: 'cdk.out' })
const props: SessionArchiveProps = { alarmEmail: 'security@example.com' }
const archive: SessionArchive = new SessionArchive(new Stack(app, 'Audit'), 'SessionArchive', props)
// @ts-expect-error: types are there
archive.nothing
app.synth()
`

const TSC_FLAGS = [
  '--module',
  'node20',
  '--target',
  'es2022',
  '--strict',
  '--skipLibCheck',
  '--types',
  'node',
  '--typeRoots',
  join(ROOT, 'node_modules/@types'),
  'app.ts',
]
