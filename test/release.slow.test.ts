import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startDatabase } from '../emulator/dynamodb'
import { generateSessions } from '../emulator/generate'
import { generateNodes } from '../emulator/generate-nodes'
import { startEmulator } from '../emulator/server'
import { World } from '../emulator/world'
import { startCloudFormation } from './support/cloudformation'
import { openDeployment } from './support/deployment'
import { commandsOf, PAGES } from './support/documents'
import { DeployedTemplate } from './support/template'

const ROOT = join(__dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'release-'))
/** A CDK app of someone else that installed the npm package. */
const app = join(folder, 'app')
/** Where the npm package is installed globally. */
const prefix = join(folder, 'global')
let packed = ''

const hasAws = spawnSync('aws', ['--version']).status === 0
const hasJq = spawnSync('jq', ['--version']).status === 0

/** Versions of Node.js that the package is for, by their programs. */
const NODES = [20, 22, 24] as const
const PACKAGE = `node-${process.platform}-${process.arch}`
const nodeOf = (version: number) => join(folder, `node${version}`, 'node_modules', PACKAGE, 'bin')

const { PATH, HOME, TMPDIR, NODE_EXTRA_CA_CERTS } = process.env
const run = (command: string, args: readonly string[], cwd: string, version?: number): string => {
  const path = version === undefined ? PATH : `${nodeOf(version)}:${PATH}`
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: path, HOME, TMPDIR, NODE_EXTRA_CA_CERTS },
  })
}

beforeAll(() => {
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], ROOT))
  packed = join(folder, filename)
  for (const version of NODES) {
    const flags = ['--silent', '--no-save', '--prefix', join(folder, `node${version}`)]
    run('npm', ['install', ...flags, `${PACKAGE}@${version}`], folder)
  }
  run('npm', ['install', '--global', '--silent', '--prefix', prefix, packed], folder)
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true }')
  writeFileSync(join(app, 'app.ts'), APP)
  const cdk = ['aws-cdk-lib', 'constructs'].map(
    (name) => `${name}@${require(`${name}/package.json`).version}`,
  )
  run('npm', ['install', '--prefer-offline', '--no-audit', packed, ...cdk], app)
  const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')]
  const flags = '--module node20 --target es2022 --strict'.split(' ')
  run(join(ROOT, 'node_modules/.bin/tsc'), [...flags, ...types, 'app.ts'], app)
})

test('an app that is compiled as older ones are, which do not know exports, finds the types, too', () => {
  const old = join(folder, 'typescript5')
  run('npm', ['install', '--silent', '--no-save', '--prefix', old, 'typescript@5'], folder)
  const stack =
    "import { SessionArchiveStack } from 'ssm-session-archive/stack'\n// @ts-expect-error\nnew SessionArchiveStack()"
  writeFileSync(join(app, 'stack.ts'), stack)
  const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')]
  const flags = '--module commonjs --moduleResolution node10 --target es2022 --strict --noEmit'.split(' ')
  const tsc = join(old, 'node_modules/typescript/bin/tsc')
  expect(run('node', [tsc, ...flags, ...types, 'app.ts', 'stack.ts'], app)).toBe('')
})

describe('the construct', () => {
  test('nothing but the CDK is installed with it', () => {
    const installed = readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))
    expect(installed).toEqual(['@aws-cdk', 'aws-cdk-lib', 'constructs', 'ssm-session-archive'])
  })

  test.each(NODES)('another CDK app synthesises it with Node.js %i', (version) => {
    run('node', ['app.js'], app, version)
    expect(readdirSync(join(app, 'cdk.out'))).toContain('Audit.template.json')
  })

  test('the function of the npm package archives sessions', async () => {
    const deployment = await openDeployment({ template: new DeployedTemplate(join(app, 'cdk.out'), 'Audit') })
    deployment.world.add(generateSessions({ count: 300, seed: 1, now: deployment.world.clock.now() }))

    await deployment.invoke()

    expect(await deployment.lastReceipt()).toMatchObject({ Outcome: 'complete', Archived: 300 })
  })
})

test('the npm package holds only what its users need', () => {
  const path = join(app, 'node_modules/ssm-session-archive')
  const content = readdirSync(path, { recursive: true, encoding: 'utf8' })
  const unwanted = content.filter((name) => !/^(dist(\/|$)|package\.json$|README\.md$|LICENSE$)/.test(name))
  expect(unwanted).toEqual([])
  expect(content.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([])
  for (const name of ['functions/archiver/archiver.js', 'cli/session-archive.js', 'NOTICES'])
    expect(content).toContain(`dist/${name}`)
  // of JavaScript, of LevelDB, of its Node.js header
  for (const name of ['dynalite', 'classic-level', 'napi-macros'])
    expect(readFileSync(join(path, 'dist/NOTICES'), 'utf8')).toContain(`\n${name} `)
})

test('the command line is installed alone', () => {
  expect(readdirSync(join(prefix, 'lib/node_modules'))).toEqual(['ssm-session-archive'])
  expect(readdirSync(join(prefix, 'bin')).sort()).toEqual(['session-archive', 'ssm-session-archive'])
  expect(readdirSync(join(prefix, 'lib/node_modules/ssm-session-archive'))).not.toContain('node_modules')
})

test.each(NODES)('npx runs it in an empty folder with Node.js %i', (version) => {
  const empty = mkdtempSync(join(folder, 'empty-'))
  const npx = ['--yes', '--package', packed, '--', 'ssm-session-archive']
  expect(run('npx', [...npx, '--version'], empty, version)).toMatch(
    /^\d+\.\d+\.\d+ \(records of schema version 1\)\n$/,
  )
  expect(run('npx', [...npx, 'demo', '--sessions', '50'], empty, version)).toContain('unaltered  proven')
  expect(readdirSync(empty)).toEqual([])
})

/** What is said of commands that end otherwise than with 0 at the desk of the tests, or that do not run there. */
const OTHERWISE: readonly (readonly [RegExp, status: readonly number[]])[] = [
  [/session-archive (?:session|prove) /, [0, 1]], // a session of the page's own
  [/ sweeps --coverage/, [0, 1]], // a period before the first sweep
  [/ sources/, [0, 1]], // nothing else was swept
  [/ evidence --from /, [1]], // the stand-in for a stack has no log
  [/ --table restored/, [1]], // nor a table that was restored
  [/ retention .*--yes/, [1]], // the archiver there keeps records forever
  [/ --trail /, [1, 3]], // the trail is empty
  [/ verify .*--key/, [0, 1, 3]], // the period has begun before the archive
]

/** What the pages name besides: an AWS account, an organization, a deployment, a checkout. */
const ELSEWHERE =
  /^(?:aws|curl|Q|npx cdk|npm|output|resource|for|done|ROLE|TABLE|FUNCTION|ACCOUNT|SOURCE|export AWS_REGION=\$)/

/** Every line of the pages that runs the command line. */
const LINES = PAGES.filter((page) => !page.includes('decisions') && page !== 'CHANGELOG.md')
  .flatMap(commandsOf)
  .filter((line) => line.includes('session-archive '))
  .filter((line) => !ELSEWHERE.test(line) && !/ emulate | browse|127\.0\.0\.1:8123/.test(line)) // these are below

describe.each(NODES)('with Node.js %i, from the packed file alone,', (version) => {
  const desk = join(folder, `desk${version}`)
  let environment: Record<string, string | undefined> = {}
  const closing: (() => Promise<unknown>)[] = []
  const shell = async (line: string) => {
    const options = { cwd: desk, env: environment, encoding: 'utf8' } as const
    const run = hasJq ? line : line.replace(/ \| jq .*/s, '')
    return promisify(execFile)('bash', ['-eu', '-o', 'pipefail', '-c', run], options).then(
      ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ status: code as number, stdout, stderr }),
    )
  }

  /** A deployment's stack, tables, and accounts, all on this machine; and what auditors have on their desks. */
  beforeAll(async () => {
    mkdirSync(desk)
    const world = new World()
    const month = { count: 200, seed: 1, now: world.clock.now() }
    world.add(generateSessions(month))
    world.addNodes(generateNodes(month))
    const emulator = await startEmulator({ world })
    const database = await startDatabase()
    const outputs = {
      ...{ SessionsTable: 'Sessions', SweepsTable: 'Sweeps' },
      ArchiverRoleArn: 'arn:aws:iam::111122223333:role/session-archive-archiver-us-east-1',
      ...{ OrganizationId: 'o-a1b2c3d4e5', MemberRoleName: 'session-archive-reader' },
    }
    const stacks = await startCloudFormation({ SessionArchive: outputs })
    closing.push(emulator.close, () => database.close(), stacks.close)
    environment = {
      PATH: `${nodeOf(version)}:${join(prefix, 'bin')}:${PATH}`,
      ...{ HOME, TMPDIR, NPM_CONFIG_PREFIX: prefix, KEY: 'none', SOURCE: '111122223333/us-east-1' },
      ...{ AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any', AWS_REGION: 'us-east-1' },
      ...{ AWS_ENDPOINT_URL: emulator.url, AWS_ENDPOINT_URL_DYNAMODB: database.endpoint },
      AWS_ENDPOINT_URL_CLOUDFORMATION: stacks.url,
    }
    expect(await shell('session-archive archive --stack SessionArchive')).toMatchObject({ status: 0 })
    expect(await shell('session-archive archive --local ./sessions')).toMatchObject({ status: 0 })
    const period = '--local ./sessions --from 2026-01-01 --to 2027-01-01'
    const { stdout } = await shell(`session-archive evidence ${period} --out evidence-2026`)
    environment = { ...environment, KEY: stdout.trim() }
    for (const name of ['q3', 'evidence', 'last-year'])
      cpSync(join(desk, 'evidence-2026'), join(desk, name), { recursive: true })
    const [{ SessionId }] = JSON.parse(
      (await shell('session-archive sessions --local ./sessions --output json')).stdout,
    )
    expect(
      await shell(`session-archive prove '${SessionId}' --local ./sessions --out alice.proof.json`),
    ).toMatchObject({ status: 0 })
    mkdirSync(join(desk, 'trail'))
  })
  afterAll(async () => {
    for (const close of closing) await close()
  })

  test.each(LINES)('%s', async (line) => {
    const { status, stderr } = await shell(line)
    const [, expected = [0]] = OTHERWISE.find(([which]) => which.test(line)) ?? []
    expect([line, status, stderr]).toEqual([line, expected.includes(status) ? status : expected, stderr])
    expect(stderr).not.toMatch(/^error: |^\s+at /m)
  })

  test('on a machine that LevelDB has no build for, only archives in folders cannot be opened', async () => {
    const bare = mkdtempSync(join(folder, 'bare-'))
    cpSync(join(prefix, 'lib/node_modules/ssm-session-archive/dist/cli'), bare, { recursive: true })
    rmSync(join(bare, 'prebuilds'), { recursive: true })
    const program = join(bare, 'session-archive.js')
    expect(await shell(`node '${program}' demo --sessions 50`)).toMatchObject({ status: 0 })
    expect(await shell(`node '${program}' sessions --local ./sessions`)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/LevelDB: received the machine \S+, expected one of darwin/),
    })
  })

  test('a demo that has no place for its files says so, and ends', async () => {
    expect(await shell('TMPDIR=/dev/null timeout 60 session-archive demo')).toMatchObject({
      ...{ status: 1, stdout: '' },
      stderr: expect.stringMatching(/^session-archive: ENOTDIR: not a directory, mkdtemp '\/dev\/null/m),
    })
  })

  test('browse serves the page whose address it prints', async () => {
    const line = commandsOf('README.md').find((line) => line.includes(' browse')) ?? ''
    const browse = spawn('bash', ['-euc', `exec ${line}`], { cwd: desk, env: environment, detached: true })
    try {
      const [printed] = await once(browse.stdout, 'data')
      const answer = await fetch(/http:\S+/.exec(String(printed))?.[0] ?? '')
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<!doctype html>')])
    } finally {
      process.kill(-Number(browse.pid), 'SIGTERM')
      await once(browse, 'close')
    }
  })

  test('the made-up AWS of the guide answers as printed', async () => {
    const lines = commandsOf('docs/command-line.md')
    const emulate = lines.find((line) => line.includes(' emulate ')) ?? ''
    const emulator = spawn('bash', ['-euc', `exec ${emulate}`], {
      cwd: desk,
      env: environment,
      detached: true,
    })
    try {
      await once(emulator.stdout, 'data') // it says where it listens
      const first = lines.findIndex((line) => line.includes('127.0.0.1:8123'))
      for (const line of lines.slice(first, first + 4).filter((line) => hasAws || !line.startsWith('aws')))
        expect({ line, ...(await shell(line)) }).toMatchObject({ line, status: 0, stderr: expect.anything() })
    } finally {
      process.kill(-Number(emulator.pid), 'SIGTERM')
      await once(emulator, 'close')
    }
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
