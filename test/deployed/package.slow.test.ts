import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateSessions } from '../../emulator/generate'
import { openDeployment } from '../support/deployment'
import { DeployedTemplate } from '../support/template'

const ROOT = join(__dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'package-'))
/** A CDK app of someone else that installed the npm package. */
const app = join(folder, 'app')

beforeAll(() => {
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true }')
  writeFileSync(join(app, 'app.ts'), APP)
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT, encoding: 'utf8' }),
  )
  const cdk = ['aws-cdk-lib', 'constructs'].map(
    (name) => `${name}@${require(`${name}/package.json`).version}`,
  )
  run('npm', 'install', '--prefer-offline', '--no-audit', join(folder, packed.filename), ...cdk)
  const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')]
  const flags = '--module node20 --target es2022 --strict --skipLibCheck'.split(' ')
  run(join(ROOT, 'node_modules/.bin/tsc'), ...flags, ...types, 'app.ts')
  run(process.execPath, 'app.js')
})

function run(command: string, ...args: string[]): void {
  const { PATH, HOME, TMPDIR } = process.env
  execFileSync(command, args, { cwd: app, encoding: 'utf8', env: { PATH, HOME, TMPDIR } })
}

test('nothing but the CDK is installed with the npm package', () => {
  const installed = readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))
  expect(installed).toEqual(['@aws-cdk', 'aws-cdk-lib', 'constructs', 'ssm-session-archive'])
})

test('the npm package holds only what its users need', () => {
  const path = join(app, 'node_modules/ssm-session-archive')
  const content = readdirSync(path, { recursive: true, encoding: 'utf8' })
  const unwanted = content.filter((name) => !/^(dist(\/|$)|package\.json$|README\.md$|LICENSE$)/.test(name))
  expect(unwanted).toEqual([])
  expect(content.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([])
  expect(content).toContain('dist/functions/archiver/archiver.js')
})

test('the function of the npm package archives sessions', async () => {
  const deployment = await openDeployment({ template: new DeployedTemplate(join(app, 'cdk.out'), 'Audit') })
  deployment.world.add(generateSessions({ count: 300, seed: 1, now: deployment.world.clock.now() }))

  await deployment.invoke()

  expect(await deployment.lastReceipt()).toMatchObject({ Outcome: 'complete', Archived: 300 })
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
