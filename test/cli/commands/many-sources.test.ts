import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OBEYED_BY_TERMINALS } from '../../support/cli'
import { type Kept, receipt, useFilledArchive } from '../../support/filled-archive'
import { readBack, sheetOf } from '../../support/read-back'
import { account, hoursAgo, leaveState, writeRoster } from '../../support/roster'
import { temporaryFolder } from '../../support/temporary-folder'

/** An organization of 30 accounts, with two regions each: more sources than are read whole beside an answer. */

const folder = temporaryFolder()
const REGIONS = ['eu-west-1', 'us-east-1']
const id = (n: number) => String(222200000000 + n)
const ids = Array.from({ length: 30 }, (_, n) => id(n))
const HOSTILE = 'Ev\u001b[31mil\u202e</td><script>'
/** Two accounts have one name. */
const nameOf = (n: number) => (n === 3 ? HOSTILE : `Team ${n === 29 ? 28 : n}`)
/** Of these accounts, no region was swept for some days; of the first of them never. */
const LATE = ids.slice(10, 16)

const kept = (n: number): Kept => ({
  SessionId: `s-${n}`,
  ...{ StartDate: Date.now() / 1000 - 3600, EndDate: Date.now() / 1000 - 1800, Status: 'Terminated' },
  source: { accountId: id(n), region: 'eu-west-1' },
  accountName: nameOf(n),
})

const archive = useFilledArchive(async (archive) => {
  await writeRoster(
    archive,
    ids.map((accountId, n) => account(accountId, nameOf(n), REGIONS)),
  )
  for (const accountId of ids)
    for (const region of REGIONS) {
      const n = LATE.indexOf(accountId)
      const LastCompleteAt = n === 0 ? undefined : hoursAgo(n > 0 ? 24 * (n + 1) : 2)
      const Outcome = n === 0 ? 'unreachable' : 'complete'
      await leaveState(archive, { accountId, region }, { LastCompleteAt, Outcome })
      if (LastCompleteAt === undefined) continue
      const covers = { CoversFrom: hoursAgo(24 * 40), CoversUntil: LastCompleteAt }
      await archive.ledger.putReceipt(
        receipt(LastCompleteAt, { Source: `${accountId}/${region}`, ...covers }),
      )
    }
  await archive.keep([1, 2, 3].map(kept))
})

const sessions = (...args: string[]) =>
  archive.ask('sessions', ['--from', '2d', '--output', 'jsonl', ...args])
const calls = (operation: string) => archive.proxy.calls.filter((call) => call.operation === operation)

test('beside an answer about many sources, the worst ten are named, by their states and not by their receipts', async () => {
  const { stderr } = await sessions()
  const lines = stderr.split('\n')
  expect(lines[0]).toMatch(
    /^About 60 sources of 30 accounts: Team 0 \(222200000000\), .* and 20 others; in eu-west-1, us-east-1\.$/,
  )
  const late = `12 of 60 sources not swept completely for 25 hours: Team 10 (${id(10)})/eu-west-1 never, `
  expect(lines[1]).toContain(late)
  expect(lines[1]).toMatch(/since .* UTC and 2 others\.$/)
  expect(lines[2]).toMatch(/^The others were last swept completely at .* UTC or later\.$/)
  expect(lines[3]).toBe(
    "Of 60 sources, gaps, expired records and sessions that could not be stored were not looked for: 'session-archive sweeps --coverage' does that.",
  )
  expect(lines.slice(4)).toEqual([''])
  expect(stderr).not.toMatch(OBEYED_BY_TERMINALS)
  const ofSweeps = calls('Query').filter(({ body }) => body.TableName === 'Sweeps')
  expect([ofSweeps.length, calls('BatchGetItem').length]).toEqual([1, 1])
})

test.each<[string[], string[]]>([
  [['--account', 'team 1'], ['s-1']],
  [
    ['--account', 'TEAM*'],
    ['s-1', 's-2'],
  ],
  [
    ['--account', 'Team 1', '--account', id(2)],
    ['s-1', 's-2'],
  ],
  [['--account', 'ev*'], ['s-3']],
  [['--account', 'Team 28'], []],
])('sessions %j are those of the accounts that are called so', async (flags, found) => {
  const { status, stdout } = await sessions(...flags)
  expect(status).toBe(0)
  expect(
    readBack('jsonl', stdout)
      .map(({ SessionId }) => SessionId)
      .sort(),
  ).toEqual(found)
})

test('a name that several accounts have stands for all of them, and the answer says which they are', async () => {
  const { stderr } = await sessions('--account', 'Team 28')
  const sources = [id(28), id(29)].flatMap((one) => REGIONS.map((region) => `Team 28 (${one})/${region}`))
  expect(stderr).toContain(`About 4 sources of 2 accounts: ${sources.join(', ')}.\n`)
})

test('of names that nobody has, ten of those that there are are told', async () => {
  const { status, stderr } = await sessions('--account', 'Nobody')
  expect(status).toBe(1)
  expect(stderr).toContain('--account "Nobody": no account is called so, expected one of Ev\\u{1b}[31mil')
  expect(stderr).toMatch(/, Team 16 and 19 others$/m)
})

test('sweeps --coverage names ten accounts, and says how many others there are', async () => {
  const { status, stderr } = await archive.ask('sweeps', ['--coverage', '--output', 'jsonl'])
  expect(status).toBe(1)
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^Swept: Team 0 .* and 20 others; in eu-west-1, us-east-1\.$/),
    'No other account or region was ever swept: none of its sessions is here.',
    ...Array(10).fill(expect.stringMatching(/^Team 1\d \(\d+\)\/.*: not swept completely since .* UTC\.$/)),
    `Team 10 (${id(10)})/eu-west-1: no sweep was complete yet: nothing is covered.`,
    `Team 10 (${id(10)})/us-east-1: no sweep was complete yet: nothing is covered.`,
    '',
  ])
})

test('sweeps shows receipts with the names of their accounts, and says what it did not count', async () => {
  const { stdout, stderr } = await archive.ask('sweeps', ['--limit', '2', '--output', 'csv'])
  const [first] = readBack('csv', stdout)
  expect(first).toMatchObject({ AccountName: expect.stringMatching(/^Team \d+$/), Outcome: 'complete' })
  expect(stderr).toContain(
    'Sessions that could not be stored were not counted, of 60 sources: --coverage does that.',
  )
  const table = await archive.ask('sweeps', ['--account', 'ev*'])
  expect(table.stdout).toContain('Ev\\u{1b}[31mil')
  expect(table.stdout).not.toMatch(OBEYED_BY_TERMINALS)
})

test('the name of an account is harmless beside its sessions, in every format', async () => {
  const find = (output: string) =>
    archive.ask('sessions', ['--from', '2d', '--account', id(3), '--output', output], {
      environment: { COLUMNS: '260' },
      cwd: folder(),
    })
  const table = await find('table')
  expect(table.stdout).toMatch(/ Account /)
  expect(table.stdout).toContain('Ev\\u{1b}[31mil')
  const one = await archive.ask('session', ['s-3'])
  expect(one.stdout).toMatch(/^AccountName .*Ev\\u\{1b\}\[31mil\\u\{202e\}<\/td><script>$/m)
  for (const { stdout, stderr } of [table, one]) expect(stdout + stderr).not.toMatch(OBEYED_BY_TERMINALS)
  expect(readBack('csv', (await find('csv')).stdout)).toMatchObject([{ AccountName: HOSTILE }])
  await find('found.xlsx')
  expect(sheetOf(readFileSync(join(folder(), 'found.xlsx')))).toContain('Ev_x001B_[31mil\u202e&#60;/td&#62;')
})

async function report(...flags: string[]) {
  const out = join(folder(), 'page.html')
  const run = await archive.ask('report', ['--out', out, '--from', '10d', ...flags])
  expect(run.status).toBe(0)
  return readFileSync(out, 'utf8')
}

test('a report on many sources has short alerts, and folds away what is covered throughout', async () => {
  const page = await report()
  const [, alert = ''] = /<div class="alert".*?<ul>(.*?)<\/ul>/s.exec(page) ?? []
  expect(alert.match(/<li>/g)).toHaveLength(11)
  expect(alert).toContain(
    `No complete sweep of <b><bdi>Team 10 (${id(10)})/eu-west-1, Team 10 (${id(10)})/us-east-1</bdi></b> is known`,
  )
  const [shown = '', folded = ''] = page.split(
    '<summary>48 other sources with no gap in the time asked about</summary>',
  )
  expect(shown.match(/<td>Team 1\d /g)).toHaveLength(12)
  expect(folded).toContain(`<td>Team 0 (${id(0)})/eu-west-1</td>`)
})

test('a report shows accounts by name, as harmless text', async () => {
  const page = await report('--account', 'TEAM*', '--account', 'ev*')
  expect(page).toContain('<dt>Account</dt><dd>TEAM* or ev*</dd>')
  expect(page).toContain('Ev\\u{1b}[31mil\\u{202e}&lt;/td&gt;&lt;script&gt; (222200000003)')
  expect(page).not.toContain(HOSTILE)
  expect(page).toMatch(/<h2>By account<\/h2>/)
  expect(page).toContain(`<td>Team 1 (${id(1)})</td>`)
  expect(await report('--account', 'Team 1')).not.toContain('By account')
})

test('session --output table of one that is stored reads the rejected sessions of its own source alone', async () => {
  const { stdout } = await archive.ask('session', ['s-1'])
  expect(stdout).toMatch(/^SessionId /)
  expect(calls('Query').map(({ body }) => Object.values(body.ExpressionAttributeValues)[0])).toEqual([
    { S: 'ROSTER' },
    { S: `${id(1)}/eu-west-1` },
  ])
})
