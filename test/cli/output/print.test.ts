import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { Ended } from '../../../cli/io'
import { print } from '../../../cli/output/print'
import { CLI, cliEnvironment, HANGS_MS, OBEYED_BY_TERMINALS } from '../../support/cli'
import { scan } from '../../support/clients'
import { type FilledArchive, type Kept, openFilledArchive, receipt } from '../../support/filled-archive'
import { ODD_SESSIONS } from '../../support/odd-sessions'
import { readBack, readWorkbook } from '../../support/read-back'
import { temporaryFolder } from '../../support/temporary-folder'
import { nodeLine, Terminal, testOnTerminal } from '../../support/terminal'

type Item = Record<string, unknown>

const HOUR_AGO = Math.floor(Date.now() / 1000) - 3600
/** A session that started a number of seconds after {@link HOUR_AGO}. */
const session = (SessionId: string, owner: string, seconds: number, members: Partial<Kept> = {}): Kept => ({
  SessionId,
  Owner: `arn:aws:iam::111122223333:user/${owner}`,
  StartDate: HOUR_AGO + seconds,
  ...members,
})

/** No terminal may obey these. */
const FOR_TERMINALS = [
  '\u001b[31mred\u001b]0;title\u0007',
  '\u009b2J\u0085',
  '\u202egnp.exe\u2066\u200f',
  'one\r\ntwo\nthree\ttabbed\u2028four',
]
/** No spreadsheet may run these. */
const FOR_SPREADSHEETS = ['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '\n=1', '＝1', "'quoted", "''twice"]
const HOSTILE = [...FOR_TERMINALS, ...FOR_SPREADSHEETS, ',"both",', ' =1', '🚀'.repeat(512), '\\u{1b}']

/** All are open, so that `--open` finds them, with a StartDate or without. */
const ODD: readonly Kept[] = [
  ...ODD_SESSIONS.map((odd) => ({ ...odd, SessionId: String(odd.SessionId), state: 'Active' as const })),
  ...HOSTILE.map((text, n) => {
    const OutputUrl = { S3OutputUrl: text, CloudWatchOutputUrl: 'https://example.com', Third: text }
    const Unknown = { [text]: [text, 1.5, true, null] }
    const target = { TargetName: text, ComputerName: text, TargetSource: text, TargetAsOf: text }
    const members = { state: 'Active', Target: text, target, Reason: text, OutputUrl, Unknown } as const
    return session(`hostile-${n}`, text, 0, members)
  }),
  { SessionId: 'hostile-all', state: 'Active', Reason: FOR_TERMINALS.join() },
]

/** Characters that take two columns, and characters about whose width programs disagree. */
const WIDE = [
  '会话归档会话归档会话归档会话归档会话归档会话归档',
  '⚡⌚⛄🈂⚡⌚⛄🈂⚡⌚⛄🈂⚡⌚⛄🈂⚡⌚⛄🈂⚡⌚⛄🈂',
  '🚀🎯🫠🥹🪸🚀🎯🫠🥹🪸🚀🎯🫠🥹🪸🚀🎯🫠🥹🪸',
  '👍🏽☝🏽👍🏽☝🏽👍🏽☝🏽👍🏽☝🏽👍🏽☝🏽👍🏽☝🏽',
  '👩\u200d💻👨\u200d👩\u200d👧\u200d👦👩\u200d💻👨\u200d👩\u200d👧\u200d👦👩\u200d💻👨\u200d👩\u200d👧\u200d👦',
  '🇩🇪🇫🇷🇩🇪🇫🇷🇩🇪🇫🇷🇩🇪🇫🇷🇩🇪🇫🇷🇩🇪🇫🇷🇩🇪🇫🇷🇩🇪🇫🇷',
  '☁️1️⃣⁉️🕴️☁️1️⃣⁉️🕴️☁️1️⃣⁉️🕴️☁️1️⃣⁉️🕴️',
  'हिन्दी กำ e\u0301\u0301 فحص деплой हिन्दी กำ e\u0301\u0301 فحص деплой',
  '𗀀𘬀䷀각ﷺ𗀀𘬀䷀각ﷺ𗀀𘬀䷀각ﷺ𗀀𘬀䷀각ﷺ',
]

const folder = temporaryFolder()
let archive: FilledArchive
beforeAll(async () => {
  archive = await openFilledArchive()
  const wide = { EndDate: HOUR_AGO + 60, Status: 'Disconnected' }
  await archive.keep([
    ...ODD,
    ...WIDE.map((text, n) => {
      const members = { ...wide, Target: text, Reason: text, DocumentName: text }
      return session(`alice-0123456789abcdef-${n}-and-some-more`, 'wide', n, members)
    }),
    session('plain-1', 'plain', 0, { EndDate: HOUR_AGO + 1, Target: 'i-1' }),
    session('plain-2', 'plain', 1, { EndDate: HOUR_AGO + 2 }),
    ...Array.from({ length: 60 }, (_, n) => session(`many-${n}`, 'many', n, { Details: 'x'.repeat(2000) })),
  ])
  const Source = '111122223333/ap-southeast-1'
  const long = {
    Seen: 1_000_000,
    Archived: 1_000_000,
    Updated: 1_000_000,
    Rejected: 1_000_000,
    Open: 100_000,
  }
  const incomplete = { Source, Outcome: 'incomplete', Error: '会话 🫠'.repeat(50), ...long } as const
  const [CoversFrom, CoversUntil] = ['2026-01-01T00:00:00.000Z', '2999-12-31T00:00:00.000Z']
  await archive.swept(receipt(CoversFrom, incomplete))
  await archive.swept(receipt(CoversUntil, { Source, CoversFrom, CoversUntil }))
})
afterAll(() => Terminal.closeAll())
afterAll(() => archive.close())

/** The records of the archive, in the order of answers. */
async function kept(which: (record: Item) => boolean): Promise<Item[]> {
  const key = ({ StartDate = '', SessionId }: Item) => `${StartDate} ${SessionId}`
  return (await scan(archive.client, 'Sessions')).filter(which).sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

const FORMATS = ['table', 'json', 'jsonl', 'csv'] as const
const of = (owner: string) => ['--owner', owner, '--from', '7d']
/** Said beside an answer of {@link of}. */
const beside = (owner: string) =>
  `Of the name ${owner}, in upper or lower case.\nLeft out: other names of the same person, and sessions that name nobody.\n`

describe('in a pipe,', () => {
  const ask = (args: readonly string[], environment: Record<string, string> = {}) =>
    archive.ask('sessions', args, { environment })

  test('JSON is one array, indented as the AWS CLI does', async () => {
    const plain = await kept(({ OwnerName }) => OwnerName === 'plain')
    const stdout = `${JSON.stringify(plain, null, 4)}\n`
    expect(await ask(['--output', 'json', ...of('plain')])).toEqual({
      status: 0,
      stdout,
      stderr: beside('plain'),
    })
  })

  test.each(['json', 'jsonl', 'csv'])('%s holds every value of odd sessions', async (format) => {
    const { status, stdout, stderr } = await ask(['--output', format, '--open'])
    const open = await kept(({ OpenSource }) => OpenSource !== undefined)
    const said = expect.stringMatching(
      new RegExp(`^${open.length} open sessions, last seen at .* UTC or later\\.\n$`),
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: said })
    if (format !== 'csv') expect(stdout).not.toMatch(OBEYED_BY_TERMINALS)
    const shown = open.map((record) => ({ ...record, LastSeenAt: record.ObservedAt }))
    expect(readBack(format, stdout)).toEqual(shown)
  })

  test('a file for Excel holds every value of odd sessions, and nothing is printed', async () => {
    const file = join(folder(), 'found.xlsx')
    const open = await kept(({ OpenSource }) => OpenSource !== undefined)
    const { status, stdout, stderr } = await ask(['--output', file, '--open'])
    expect([status, stdout]).toEqual([0, ''])
    expect(stderr).toContain(`${open.length} sessions in ${JSON.stringify(file)}.\n`)
    const shown = open.map((record) => ({ ...record, LastSeenAt: record.ObservedAt }))
    expect(readWorkbook(readFileSync(file))).toEqual(shown)
    expect(readdirSync(folder())).toEqual(['found.xlsx'])
  })

  test('a file for Excel stays as it was if the search fails', async () => {
    const file = join(folder(), 'found.xlsx')
    writeFileSync(file, 'mine')
    archive.proxy.fault = () => ({ type: 'AccessDeniedException', message: 'denied' })
    const { status, stderr } = await ask(['--output', file, ...of('many')])
    archive.proxy.fault = () => undefined
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^session-archive: .*denied\n$/),
    })
    expect([readdirSync(folder()), readFileSync(file, 'utf8')]).toEqual([['found.xlsx'], 'mine'])
  })

  const MEMBERS =
    'SessionId StartDate EndDate DurationSeconds Owner OwnerName OwnerKey RoleName Target TargetName TargetKey ComputerName PlatformType PlatformName PlatformVersion IPAddress TargetSource TargetAsOf DocumentName Reason Status AccessType ' +
    'Details OutputUrl.S3OutputUrl OutputUrl.CloudWatchOutputUrl MaxSessionDuration AccountId AccountName Region State OpenSource ' +
    'LongSource MissingSince LastKnownActiveAt EndUnknown EndedBefore StartEventId ExecutedBy EcsCluster EcsTask EcsContainer StartDay FirstArchivedAt ObservedAt SweepId Revision Salt ' +
    'ContentHash SchemaVersion ExpiresAt LastSeenAt Stale Other'

  test.each([
    ['table', '', 'No session found.\n'],
    ['json', '[]\n', ''],
    ['jsonl', '', ''],
    ['csv', `"${MEMBERS.replaceAll(' ', '","')}"\r\n`, ''], // a column per member, and one for what AWS may add
  ])('%s says that nothing was found', async (format, stdout, stderr) => {
    expect(await ask(['--output', format, ...of('nobody')])).toEqual({
      status: 0,
      stdout,
      stderr: stderr + beside('nobody'),
    })
  })

  test('a table has no escape sequence, is 160 columns wide, and says how many cells are cut', async () => {
    const wide = await ask(of('wide'))
    expect(wide.stdout).not.toMatch(OBEYED_BY_TERMINALS)
    const cut = wide.stdout.split('…').length - 1
    expect(cut).toBeGreaterThan(WIDE.length)
    expect(wide.stderr).toBe(`${cut} cells are cut at …: --output json shows them whole.
${beside('wide')}`)

    const plain = await ask(of('plain'))
    expect(plain.stderr).toBe(beside('plain'))
    const at = (seconds: number) =>
      new Date((HOUR_AGO + seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ')
    expect(plain.stdout.split('\n')).toEqual([
      'StartDate (UTC)      Duration     OwnerName                Target                   DocumentName             Reason                   Status        SessionId',
      `${at(0)}  1s           plain                    i-1${' '.repeat(86)}plain-1`,
      `${at(1)}  1s           plain${' '.repeat(109)}plain-2`,
      '',
    ])
  })

  test.each(['100', '', 'wide', '-5'])('a table has the columns that fit COLUMNS=%s', async (COLUMNS) => {
    const { stdout } = await ask(of('plain'), { COLUMNS })
    expect(stdout.includes('DocumentName')).toBe(COLUMNS !== '100')
  })

  test.each([...FOR_TERMINALS, "'quoted"])('%j is found as owner, target and reason', async (text) => {
    const conditions = ['--target', text, '--reason', text.toUpperCase(), '--output', 'json']
    expect(JSON.parse((await ask([...of(text), ...conditions])).stdout)).toMatchObject([
      {
        SessionId: `hostile-${HOSTILE.indexOf(text)}`,
        OwnerName: text,
        Target: text,
        TargetName: text,
        Reason: text,
      },
    ])
  })

  test('a process ends without a word, with status 0, when its reader stops early', async () => {
    const line = nodeLine(CLI, 'sessions', ...archive.flags, ...of('many'), '--output', 'jsonl')
    const { stdout, stderr } = await promisify(execFile)(
      'bash',
      ['--norc', '-c', `${line} | head -1; echo "\${PIPESTATUS[0]}"`],
      { env: cliEnvironment(), timeout: HANGS_MS },
    )
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^[^\n]+\n0\n$/), stderr: '' })
  })
})

describe('print', () => {
  const KIND = { noun: 'session', columns: [{ name: 'Id', text: ({ Id }: Item) => Id }], members: ['Id'] }
  const EPIPE = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
  const io = (stdout: Writable, env: Record<string, string> = {}) => {
    const stderr = Object.assign(new PassThrough(), { isTTY: true })
    return { stdout, stderr, env, cwd: '' }
  }

  test.each(FORMATS)('of %s ends with status 0, without a word, if its reader stops', async (format) => {
    let written = 0
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(written++ > 0 ? EPIPE : null) })
    stdout.on('error', () => {})
    const items = Array.from({ length: 9 }, () => ({ Id: 'too long for the column' }))
    const early = io(stdout, { COLUMNS: '9' })
    await expect(print(items, KIND, format, early)).rejects.toEqual(new Ended(0))
    expect({ written, said: early.stderr.read() }).toEqual({ written: 2, said: null })
  })

  test('fails if a pipe is broken that is not that of the reader', async () => {
    async function* broken() {
      yield { Id: 's' }
      throw EPIPE
    }
    await expect(print(broken(), KIND, 'jsonl', io(new PassThrough()))).rejects.toThrow(
      'failed after 1 sessions, this is not all: write EPIPE',
    )
  })

  test.each([
    ['\u001b[1mId\u001b[22m', 'on a terminal', { isTTY: true, columns: 80 }, {}],
    ['Id', 'on a terminal with NO_COLOR', { isTTY: true, columns: 80 }, { NO_COLOR: '1' }],
    ['Id', 'in a pipe', {}, {}],
  ])('shows the header of a table as %j %s', async (header, _where, output, env) => {
    const stdout = Object.assign(new PassThrough(), output)
    await print([{ Id: 's' }], KIND, 'table', io(stdout, env))
    expect(await text(stdout.end())).toBe(`${header}\ns\n`)
  })
})

/** Runs commands in one process on a terminal. */
async function show(commands: readonly string[][], columns?: number): Promise<Terminal> {
  const lines = commands.map(([name = '', ...args]) => [name, ...archive.flags, ...args])
  const script = ['-r', require.resolve('tsx/cjs'), require.resolve('../../support/one-after-another')]
  const terminal = new Terminal(nodeLine(...script, JSON.stringify(lines)), columns)
  await terminal.watchFor(/^status \d/m, 250)
  return terminal
}

for (const columns of [80, 120, 200])
  testOnTerminal(`no line of a table is longer than ${columns} columns`, async () => {
    const wide = ['sessions', ...of('wide')]
    const questions = [wide, ['sessions', '--open'], ['sweeps'], ['sweeps', '--coverage']]
    const terminal = await show(questions, columns)
    const lines = terminal.screen().split('\n')
    // Only a SessionId, which is never cut, makes a line longer: there is one of 96 characters.
    expect(terminal.lines()).toHaveLength(lines.length + (columns < 128 ? 1 : 0))
    const cut = (text: string) => expect.stringMatching(new RegExp(`^${text}`))
    expect(lines).toEqual([
      cut('StartDate'),
      ...WIDE.map(() => cut('\\d{4}-')),
      cut('\\d+ cells are cut'),
      ...[cut('Of the name wide'), cut('Left out: ')],
      cut('StartDate'),
      ...ODD.map(() => expect.any(String)),
      cut('\\d+ cells are cut'),
      cut('\\d+ open sessions, last seen'),
      cut('StartedAt'),
      cut('2999-12-31'),
      cut('2026-01-01'),
      ...(columns >= 140 ? [cut('1 cell is cut')] : []),
      cut('Source'),
      cut('111122223333/ap-southeast-1 +covered'),
      ...[cut('Swept: '), cut('No other account')],
      'status 0',
    ])
    terminal.narrow(columns - 10) // shows that a longer line would have been seen
    expect(terminal.lines().length).toBeGreaterThan(terminal.screen().split('\n').length)
  })

testOnTerminal('there is nothing to obey in any format, but a bold header', async () => {
  const terminal = await show([
    ...FORMATS.map((format) => ['sessions', '--open', '--output', format]),
    ['session', 'hostile-all'],
    ['sweeps'],
    ['sweeps', '--output', 'csv'],
  ])
  const ESC = '\u001b'
  const bold = new RegExp(`^${ESC}\\[1m(Start.*)${ESC}\\[22m$`, 'gm')
  const input = terminal.read().replace(/\r+\n/g, '\n')
  expect(input.match(bold)).toHaveLength(2)
  const plain = input.replace(bold, '$1')
  expect(plain).not.toMatch(OBEYED_BY_TERMINALS)
  // First as JSON, then as everything else.
  expect(plain).toContain('"Reason": "\\u001b[31mred\\u001b]0;title\\u0007"')
  expect(plain).toContain('"\\u{1b}[31mred\\u{1b}]0;title\\u{7}"')
  expect(plain).toMatch(/^Reason +\\u\{1b\}\[31mred.*\\u\{202e\}gnp\.exe\\u\{2066\}.*two\\u\{a\}three/m)
  expect(terminal.screen()).toMatch(/status 0$/)
})
