import { expectWrongUsage, printedBy, runCli } from '../../support/cli'
import { temporaryFolder } from '../../support/temporary-folder'
import { demo, expectStory, type Story } from './demo-story'

const folder = temporaryFolder()
let story: Promise<Story> | undefined
const usualDemo = () => (story ??= demo('1', folder()))

test('the demo tells the story of a month', async () => expectStory(await usualDemo()))

test('the demo shows an account that lacks its role, first of all sources', async () => {
  const { stdout, stderr } = await usualDemo()
  const [, table = ''] =
    /^\$ session-archive sources --account Sandbox Shop\n([\s\S]*?)\n\n/m.exec(stdout) ?? []
  const [, worst, ...others] = table.split('\n')
  expect(worst).toMatch(/^222200000009 {2}Sandbox +us-east-1 +swept +unreachable +0\.0$/)
  expect(others.slice(0, 4).map((row) => row.replaceAll(/ +/g, ' '))).toEqual(
    Array(4).fill(expect.stringMatching(/^222200000001 Shop \S+ swept \S+ \S+ complete 30\.0$/)),
  )
  expect(others.slice(4)).toEqual([
    expect.stringMatching(/^222200000009 {2}Sandbox +unknown +UnreachableError: /),
  ])
  expect(stderr).toContain(
    '; 1 late (no complete sweep for 25 hours), of which 1 never complete; 1 unreachable.',
  )
})

test('the demo proves the archive, and names a record that is changed behind its back', async () => {
  const { stdout } = await usualDemo()
  expect(stdout.match(/^(unaltered|complete) +.*$/gm)).toEqual([
    'unaltered  proven',
    'complete   proven',
    'unaltered  disproven',
    'complete   proven',
  ])
  const [, id] = /into the record of (\S+), past the archive:$/m.exec(stdout) ?? []
  expect(stdout).toContain(`  against: session "${id}": its record was changed, and not by the archiver\n`)
})

test('the month has 2,000 sessions by default', async () => {
  expect(printedBy(await runCli(['demo', '--help']))).toMatch(/--sessions <n> .*\(default: 2000\)/)
})

test('a session that AWS hides is recovered, and a refused attempt is listed', async () => {
  const { stdout } = await usualDemo()
  expect(stdout).toMatch(/^\$ session-archive sessions --state Recovered\n.*\n.* mary\.major .* Recovered /m)
  expect(stdout).toMatch(
    /^\$ session-archive reconcile --trail trail\n.*\nArchived: \d+ \(1 as recovered\)\. Missing: 0\.$/m,
  )
  expect(stdout).toMatch(/^\$ session-archive attempts\n.*\n.* mary\.major .* TargetNotConnected /m)
})

test.each([
  ['--sessions', '0', 'Expected a whole number from 1 to 100000.'],
  ['--sessions', '100001', 'Expected a whole number from 1 to 100000.'],
  ['--seed', '4294967296', 'Expected a whole number from 0 to 4294967295.'],
])('demo %s %s is wrong usage', async (flag, value, expected) => {
  const run = await runCli(['demo', `${flag}=${value}`])
  expectWrongUsage(run, `option '${flag} <n>' argument '${value}' is invalid. ${expected}`)
})
