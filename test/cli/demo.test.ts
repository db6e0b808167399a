import { readdirSync } from 'node:fs'
import { generateSessions } from '../../emulator/generate'
import { deserted, expectWrongUsage, OBEYED_BY_TERMINALS, runCli } from '../support/cli'
import { temporaryFolder } from '../support/temporary-folder'

const folder = temporaryFolder()

/** The numbers that the demo tells. */
async function demo(...args: string[]) {
  const environment = {
    AWS_REGION: undefined,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_PROFILE: 'nobody',
    AWS_ENDPOINT_URL: await deserted(),
  }
  const run = await runCli(['demo', ...args], { cwd: folder(), environment })
  expect(run).toMatchObject({ status: 0, stderr: '' })
  expect(run.stdout).not.toMatch(OBEYED_BY_TERMINALS)
  expect(readdirSync(folder())).toEqual([])

  const numbers = (pattern: RegExp) => {
    const found = pattern.exec(run.stdout)
    if (found === null) throw new Error(`expected ${pattern} in\n${run.stdout}`)
    return found.slice(1).map((text) => Number(text.replaceAll(',', '')))
  }
  const sweep = (name: string) =>
    numbers(
      new RegExp(
        `^${name}: ([\\d,]+) seen: ([\\d,]+) archived, ([\\d,]+) updated, ([\\d,]+) unchanged, 0 rejected$`,
        'm',
      ),
    )
  return {
    stdout: run.stdout,
    month: numbers(/ shows a month of Session Manager sessions: ([\d,]+) ended, ([\d,]+) open\.$/m),
    first: sweep('First sweep'),
    second: sweep('Second sweep, nothing new'),
    third: sweep('A day later, the open ones have ended'),
    last: numbers(/^After 31 more days, AWS shows ([\d,]+) sessions\. The archive has ([\d,]+):$/m),
  }
}

test.each([
  ['a month', 5000, []],
  ['another month', 300, ['--sessions', '300', '--seed', '4294967295']],
])('the story of %s', async (_, count, args) => {
  const { month, first, second, third, last, stdout } = await demo(...args)
  const [ended = 0, open = 0] = month
  expect(ended + open).toBe(count)
  expect(first).toEqual([count, count, 0, 0])
  const [seenAgain = 0] = second
  expect(seenAgain).toBeGreaterThanOrEqual(open)
  expect(second).toEqual([seenAgain, 0, 0, seenAgain])
  const [seen = 0, ...others] = third
  expect(others).toEqual([0, open, seen - open])
  expect(last).toEqual([0, count])

  const questions = stdout.match(/^W.*\?.*$/gm)
  expect(questions).toHaveLength(3)
  const answers = stdout.split(/^W.*\?.*$/m).slice(1)
  for (const answer of answers) expect(answer).toMatch(/^│ \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d │/m)
})

test('of a session without a machine, the question for the machine is not asked', async () => {
  const isWithoutMachine = (seed: number, now: number) => {
    const [life] = generateSessions({ count: 1, seed, now: new Date(now) })
    const { Target, StartDate, Owner } = life?.afterEnd ?? {}
    return Target === undefined && StartDate !== undefined && Owner !== undefined
  }
  // The month depends on the time, so now and a little later must agree.
  const now = Date.now()
  let seed = 0
  while (!isWithoutMachine(seed, now) || !isWithoutMachine(seed, now + 10_000)) seed += 1

  const { stdout, last } = await demo('--sessions', '1', '--seed', String(seed))
  expect(last).toEqual([0, 1])
  expect(stdout.match(/^W\w+/gm)).toEqual(['Where', 'What'])
})

test('a question is answered about what it asks', async () => {
  const { stdout } = await demo('--sessions', '300')
  const [, day = '', rows = ''] =
    /^What happened on this day\? StartDay = (\S+)\n([\s\S]*)/m.exec(stdout) ?? []
  const days = [...rows.matchAll(/^│ (\d{4}-\d\d-\d\d)T/gm)].map(([, found]) => found)
  expect(days.length).toBeGreaterThan(0)
  expect(new Set(days)).toEqual(new Set([day]))
})

test('another seed is another month', async () => {
  const [one, same, other] = await Promise.all(
    ['1', '1', '2'].map(async (seed) => (await demo('--sessions', '20', '--seed', seed)).stdout),
  )
  const withoutTimes = (story = '') => story.replace(/\d{4}-\d\d-\d\dT\S+|^What[\s\S]*/gm, '')
  expect(withoutTimes(same)).toBe(withoutTimes(one))
  expect(withoutTimes(other)).not.toBe(withoutTimes(one))
})

test.each([
  ['--sessions', '0', 'Expected a whole number from 1 to 100000.'],
  ['--sessions', '100001', 'Expected a whole number from 1 to 100000.'],
  ['--sessions', '1e3', 'Expected a whole number from 1 to 100000.'],
  ['--seed', '-1', 'Expected a whole number from 0 to 4294967295.'],
  ['--seed', '4294967296', 'Expected a whole number from 0 to 4294967295.'],
])('%s %s is wrong usage', async (flag, value, expected) => {
  const run = await runCli(['demo', `${flag}=${value}`])
  expectWrongUsage(run, `option '${flag} <n>' argument '${value}' is invalid. ${expected}`)
})
