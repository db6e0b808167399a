import { readdirSync } from 'node:fs'
import { DESERTED, NO_CREDENTIALS, NO_REGION, OBEYED_BY_TERMINALS, runCli } from '../../support/cli'

const COUNT = 320

export type Story = Awaited<ReturnType<typeof demo>>

/** Runs the demo where nothing else could help it, and reads the numbers that it tells. */
export async function demo(seed: string, cwd: string) {
  const nowhere = { AWS_PROFILE: 'nobody', AWS_ENDPOINT_URL: DESERTED }
  const environment = { ...NO_CREDENTIALS, ...NO_REGION, ...nowhere }
  const { status, stdout, stderr } = await runCli(['demo', `--sessions=${COUNT}`, `--seed=${seed}`], {
    cwd,
    environment,
  })
  expect(status).toBe(0)
  expect(stderr).toMatch(
    /^(There are more: --limit 4 is reached\.\n|\d+ cells? (is|are) cut at .*\n|Of the organization .*\n|5 sources of 2 accounts swept; .*\n|Regions unknown, as AWS never .*: Sandbox .*\n)*$/,
  )
  expect(stdout).not.toMatch(OBEYED_BY_TERMINALS)
  expect(readdirSync(cwd)).toEqual([])

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

/** What the demo tells of a month holds for every month. */
export function expectStory({ month, first, second, third, last, questions }: Story): void {
  const [ended = 0, open = 0] = month
  const inSandbox = COUNT / 10
  const [, , , , named = 0] = first // sessions of ECS, whose person CloudTrail knows
  const [, , , , namedInSandbox = 0, unchanged = 0] = second
  const [, , seen = 0, , updated = 0] = third // an end, or the person behind the last sessions of ECS
  expect(ended + open).toBe(COUNT)
  expect(first).toEqual([37, 36, COUNT - inSandbox, COUNT - inSandbox, named, 0])
  expect(named + namedInSandbox).toBeGreaterThan(COUNT / 20) // one of seven or so is of ECS
  expect(second).toEqual([40, 40, inSandbox + unchanged, inSandbox, namedInSandbox, unchanged])
  expect(third).toEqual([40, 40, seen, 1, updated, seen - open]) // the one that AWS hides
  expect(updated).toBeGreaterThanOrEqual(open)
  expect(last).toEqual([0, COUNT + 1])

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
}
