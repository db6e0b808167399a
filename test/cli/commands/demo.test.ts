import { readdirSync } from 'node:fs'
import {
  DESERTED,
  expectWrongUsage,
  NO_CREDENTIALS,
  NO_REGION,
  OBEYED_BY_TERMINALS,
  printedBy,
  runCli,
} from '../../support/cli'
import { temporaryFolder } from '../../support/temporary-folder'

const folder = temporaryFolder()

/** Runs the demo where nothing else could help it, and reads the numbers that it tells. */
async function demo(...args: string[]) {
  const nowhere = { AWS_PROFILE: 'nobody', AWS_ENDPOINT_URL: DESERTED }
  const environment = { ...NO_CREDENTIALS, ...NO_REGION, ...nowhere }
  const { status, stdout, stderr } = await runCli(['demo', ...args], { cwd: folder(), environment })
  expect(status).toBe(0)
  expect(stderr).toMatch(
    /^(There are more: --limit 4 is reached\.\n|\d+ cells? (is|are) cut at .*\n|Of the organization .*\n|5 sources of 2 accounts swept; .*\n|Regions unknown, as AWS never .*: Sandbox .*\n)*$/,
  )
  expect(stdout).not.toMatch(OBEYED_BY_TERMINALS)
  expect(readdirSync(folder())).toEqual([])

  const numbers = (pattern: RegExp) => {
    expect(stdout).toMatch(pattern)
    return (pattern.exec(stdout) ?? []).slice(1).map((text) => Number(text.replaceAll(',', '')))
  }
  const counts =
    'complete(?:, 1 unreachable)?; ([\\d,]+) seen: ([\\d,]+) archived, ([\\d,]+) updated, ([\\d,]+) unchanged, 0 rejected'
  const sweep = (name: string) => numbers(new RegExp(`^${name}: (\\d+) sources, (\\d+) ${counts}$`, 'm'))
  return {
    stdout,
    stderr,
    month: numbers(
      / of 10 accounts shows a month of Session Manager sessions: ([\d,]+) ended, ([\d,]+) open\.$/m,
    ),
    first: sweep('First round'),
    second: sweep('Second round, nothing else is new'),
    third: sweep('A day later, the open ones have ended'),
    last: numbers(/^After 31 more days, AWS shows ([\d,]+) sessions\. The archive has ([\d,]+):$/m),
    /** Each question, the flags that ask it, and the rows that answer it. */
    questions: stdout.split('\n\n').flatMap((block) => {
      const [question = '', command = '', _header, ...rows] = block.trim().split('\n')
      const [, flags = ''] = /^\$ session-archive sessions (.*)/.exec(command) ?? []
      return question.includes('?') ? [{ question, flags: flags.split(' '), rows }] : []
    }),
  }
}

const COUNT = 320
const made = new Map<string, ReturnType<typeof demo>>()
/** Made once for each seed. */
function demoOf(seed: string) {
  const one = made.get(seed) ?? demo(`--sessions=${COUNT}`, `--seed=${seed}`)
  made.set(seed, one)
  if (seed === USUAL) twin ??= demo(`--sessions=${COUNT}`, `--seed=${seed}`)
  return one
}
const USUAL = '1'
const usualDemo = () => demoOf(USUAL)
/** The same, begun at the same time: office hours depend on it. */
let twin: ReturnType<typeof demo> | undefined

test.each([
  ['a month', '1'],
  ['another month', '4294967295'],
])('the demo tells the story of %s', async (_, seed) => {
  const count = COUNT
  const story = await demoOf(seed)
  const { month, first, second, third, last, questions } = story
  const [ended = 0, open = 0] = month
  const inSandbox = count / 10
  const [, , , , named = 0] = first // sessions of ECS, whose person CloudTrail knows
  const [, , , , namedInSandbox = 0, unchanged = 0] = second
  const [, , seen = 0, , updated = 0] = third // an end, or the person behind the last sessions of ECS
  expect(ended + open).toBe(count)
  expect(first).toEqual([37, 36, count - inSandbox, count - inSandbox, named, 0])
  expect(named + namedInSandbox).toBeGreaterThan(count / 20) // one of seven or so is of ECS
  expect(second).toEqual([40, 40, inSandbox + unchanged, inSandbox, namedInSandbox, unchanged])
  expect(third).toEqual([40, 40, seen, 1, updated, seen - open]) // the one that AWS hides
  expect(updated).toBeGreaterThanOrEqual(open)
  expect(last).toEqual([0, count + 1])

  expect(questions.map(({ question, flags }) => [question, flags[0]])).toEqual([
    ['Who was on this machine? In 1 account:', '--target'],
    [expect.stringMatching(/^Where was this person\? In \d+ accounts:$/), '--owner'],
    [expect.stringMatching(/^What happened on this day\? In \d+ accounts:$/), '--from'],
  ])
  for (const { flags, rows } of questions) {
    const [, subject = ''] = flags
    for (const row of rows) expect(row).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}/)
    // A machine is asked for by its id, and shown by its name.
    const shown = flags[0] === '--target' ? String(rows[0]?.split(/ {2,}/)[3]) : subject
    for (const row of rows) expect(row).toContain(shown.slice(0, 16))
    expect([1, 2, 3, 4]).toContain(rows.length)
  }
})

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

test('the same seed makes the same month, and another seed another one', async () => {
  const stories = await Promise.all([usualDemo(), twin, demoOf('4294967295')])
  const [one, same, other] = stories.map((story) => story?.stdout)
  // rows whose times are milliseconds apart come in any order
  const withoutTimes = (story = '') =>
    story
      .replace(/\d{4}-\d\d-\d\d \S+|^What[\s\S]*/gm, '')
      .split('\n')
      .sort()
      .join('\n')
  expect(withoutTimes(same)).toBe(withoutTimes(one))
  expect(withoutTimes(other)).not.toBe(withoutTimes(one))
})

test.each([
  ['--sessions', '0', 'Expected a whole number from 1 to 100000.'],
  ['--sessions', '100001', 'Expected a whole number from 1 to 100000.'],
  ['--seed', '4294967296', 'Expected a whole number from 0 to 4294967295.'],
])('demo %s %s is wrong usage', async (flag, value, expected) => {
  const run = await runCli(['demo', `${flag}=${value}`])
  expectWrongUsage(run, `option '${flag} <n>' argument '${value}' is invalid. ${expected}`)
})
