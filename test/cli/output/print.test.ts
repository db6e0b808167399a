import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'
import { csv } from '../../../cli/output/csv'
import { print } from '../../../cli/output/print'
import { CLI, cliEnvironment, HANGS_MS, OBEYED_BY_TERMINALS } from '../../support/cli'
import { scan } from '../../support/clients'
import { type FilledArchive, type Kept, openFilledArchive, receipt } from '../../support/filled-archive'
import { ODD_SESSIONS } from '../../support/odd-sessions'
import { readBack } from '../../support/read-back'
import { temporaryFolder } from '../../support/temporary-folder'
import { hasTerminal, Terminal, type TerminalOptions } from '../../support/terminal'

const folder = temporaryFolder()
type Item = Record<string, unknown>

const by = (name: string) => `arn:aws:sts::111122223333:assumed-role/Admin/${name}`
const HOUR_AGO = Math.floor(Date.now() / 1000) - 3600

/** No terminal and no spreadsheet may obey these. */
const HOSTILE = [
  '\u001b[31mred\u001b]0;title\u0007',
  '\u009b2J\u0085',
  '\u202egnp.exe\u2066\u200f',
  'one\r\ntwo\nthree\ttabbed\u2028four',
  '=1+1',
  '+1',
  '-1',
  '@SUM(1)',
  '\t=1',
  '\r=1',
  '\n=1',
  '＝1',
  "'quoted",
  "''twice",
  ',"both",',
  ' =1',
  '🚀'.repeat(512),
  '\\u{1b}',
]

/** All are open, so that `--open` finds them, with a StartDate or without. */
const ODD: readonly Kept[] = [
  ...ODD_SESSIONS.map((odd) => ({ ...odd, SessionId: String(odd.SessionId), state: 'Active' as const })),
  ...HOSTILE.map((text, n) => ({
    SessionId: `hostile-${n}`,
    state: 'Active' as const,
    StartDate: HOUR_AGO,
    Owner: `arn:aws:iam::111122223333:user/${text}`,
    Target: text,
    Reason: text,
    OutputUrl: { S3OutputUrl: text, CloudWatchOutputUrl: 'https://example.com', Third: text },
    Unknown: { [text]: [text, 1.5, true, null] },
  })),
  { SessionId: 'hostile-all', state: 'Active', Reason: HOSTILE.slice(0, 4).join() },
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

let archive: FilledArchive
beforeAll(async () => {
  archive = await openFilledArchive()
  await archive.keep(ODD)
  await archive.keep(
    WIDE.map((text, n) => ({
      SessionId: `alice-0123456789abcdef-${n}-and-some-more`,
      Owner: by('wide'),
      StartDate: HOUR_AGO + n,
      EndDate: HOUR_AGO + 60,
      Status: 'Disconnected',
      Target: text,
      Reason: text,
      DocumentName: text,
    })),
  )
  await archive.keep([
    { SessionId: 'plain-1', Owner: by('plain'), StartDate: HOUR_AGO, EndDate: HOUR_AGO + 1, Target: 'i-1' },
    { SessionId: 'plain-2', Owner: by('plain'), StartDate: HOUR_AGO + 1, EndDate: HOUR_AGO + 2 },
  ])
  await archive.keep(
    Array.from({ length: 300 }, (_, n) => ({
      SessionId: `many-${n}`,
      Owner: by('many'),
      StartDate: HOUR_AGO + n,
      Details: 'x'.repeat(2000),
    })),
  )
  const [begun, long] = ['2026-01-01T00:00:00.000Z', '2026-12-31T00:00:00.000Z']
  await archive.ledger.putReceipt(
    receipt(begun, {
      Source: '111122223333/ap-southeast-1',
      Outcome: 'incomplete',
      Error: '会话 🫠'.repeat(50),
      ...{ Seen: 1_000_000, Archived: 1_000_000, Updated: 1_000_000, Rejected: 1_000_000, Open: 100_000 },
    }),
  )
  const covers = { CoversFrom: begun, CoversUntil: long }
  await archive.ledger.putReceipt(receipt(long, { Source: '111122223333/ap-southeast-1', ...covers }))
})
afterAll(() => archive.close())

/** The records of the archive, in the order of answers. */
async function kept(which: (record: Item) => boolean): Promise<Item[]> {
  const key = ({ StartDate = '', SessionId }: Item) => `${StartDate} ${SessionId}`
  return (await scan(archive.client, 'Sessions')).filter(which).sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
const isOpen = ({ OpenSource }: Item) => OpenSource !== undefined
const isPlain = ({ OwnerName }: Item) => OwnerName === 'plain'

const FORMATS = ['table', 'json', 'jsonl', 'csv']

describe('in a pipe,', () => {
  const find = async (format: string, ...args: string[]) => {
    const { status, stdout, stderr } = await archive.ask('sessions', ['--output', format, ...args])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return stdout
  }

  test('JSON is one array, indented as the AWS CLI does', async () => {
    expect(await find('json', '--owner', 'plain', '--from', '7d')).toBe(
      `${JSON.stringify(await kept(isPlain), null, 4)}\n`,
    )
  })

  test.each(['json', 'jsonl', 'csv'])('%s holds every value of odd sessions', async (format) => {
    const printed = await find(format, '--open')
    if (format !== 'csv') expect(printed).not.toMatch(OBEYED_BY_TERMINALS)
    expect(readBack(format, printed)).toEqual(await kept(isOpen))
  })

  describe('CSV', () => {
    const HEADER =
      'SessionId StartDate EndDate DurationSeconds Owner OwnerName Target DocumentName Reason Status AccessType ' +
      'Details OutputUrl.S3OutputUrl OutputUrl.CloudWatchOutputUrl MaxSessionDuration AccountId Region State OpenSource ' +
      'LongSource MissingSince LastKnownActiveAt EndUnknown StartDay FirstArchivedAt ObservedAt SweepId Revision ' +
      'ContentHash SchemaVersion ExpiresAt Other'
    const rows = (text: string): string[][] => parse(text, { record_delimiter: '\r\n' })

    test('has a column per member', async () => {
      expect(rows(await find('csv', '--open'))[0]?.join(' ')).toBe(HEADER)
    })

    test('has no text that a spreadsheet would run', async () => {
      const cells = rows(await find('csv', '--open')).flat()
      expect(
        cells.filter((cell) => /^[=+\-@\t\r\n＝＋－＠]/.test(cell) && Number.isNaN(Number(cell))),
      ).toEqual([])
      for (const text of ['=1+1', '@SUM(1)', '\t=1', '＝1', "'quoted"]) expect(cells).toContain(`'${text}`)
      expect(cells).toContain(' =1')
    })

    test('quotes as RFC 4180 says', async () => {
      const [line = ''] = (await find('csv', '--open', '--owner', ',"both",')).split('\r\n').slice(1)
      expect(line).toContain('"arn:aws:iam::111122223333:user/,""both"",",",""both"",",",""both"",",')
    })

    test('has what AWS may add one day in the column Other, as JSON', async () => {
      const [line] = rows(await find('csv', '--open', '--owner', '=1+1')).slice(1)
      expect(JSON.parse(line?.at(-1) ?? '')).toEqual({
        'OutputUrl.Third': '=1+1',
        Unknown: { '=1+1': ['=1+1', 1.5, true, null] },
      })
    })
  })

  test.each<[string, string, string]>([
    ['table', '', 'No session found.\n'],
    ['json', '[]\n', ''],
    ['jsonl', '', ''],
    ['csv', expect.stringMatching(/^"SessionId",.*,"Other"\r\n$/), ''],
  ])('%s says that nothing was found', async (format, stdout, stderr) => {
    const run = await archive.ask('sessions', ['--owner', 'nobody', '--from', '7d', '--output', format])
    expect(run).toEqual({ status: 0, stdout, stderr })
  })

  test('a table has no escape sequence, is 160 columns wide, and says how many cells are cut', async () => {
    const wide = await archive.ask('sessions', ['--owner', 'wide', '--from', '7d'])
    expect(wide.stdout).not.toMatch(OBEYED_BY_TERMINALS)
    expect(wide.stdout.split('\n')[0]).toBe(
      'StartDate (UTC)      Duration     OwnerName             Target                DocumentName          Reason                Status        SessionId',
    )
    const cut = wide.stdout.split('…').length - 1
    expect(cut).toBeGreaterThan(3 * (WIDE.length - 1))
    expect(wide.stderr).toBe(`${cut} cells are cut at …: --output json shows them whole.\n`)

    const plain = await archive.ask('sessions', ['--owner', 'plain', '--from', '7d'])
    expect(plain.stderr).toBe('')
    const seconds = (n: number) =>
      new Date((HOUR_AGO + n) * 1000).toISOString().slice(0, 19).replace('T', ' ')
    expect(plain.stdout.split('\n').slice(1)).toEqual([
      `${seconds(0)}  1s           plain                 i-1${' '.repeat(77)}plain-1`,
      `${seconds(1)}  1s           plain${' '.repeat(97)}plain-2`,
      '',
    ])
  })

  test.each(['COLUMNS=100', 'COLUMNS=', 'COLUMNS=wide'])('a table obeys %s', async (variable) => {
    const environment = { COLUMNS: variable.slice('COLUMNS='.length) }
    const { stdout } = await archive.ask('sessions', ['--owner', 'plain', '--from', '7d'], { environment })
    expect(stdout.includes('DocumentName')).toBe(variable !== 'COLUMNS=100')
  })

  test.each([0, 1, 2, 3, 12])('sessions finds hostile text %i as owner, target and reason', async (n) => {
    const text = HOSTILE[n] ?? ''
    const conditions = ['--owner', text, '--target', text, '--reason', text.toUpperCase()]
    expect(JSON.parse(await find('json', '--from', '7d', ...conditions))).toMatchObject([
      { SessionId: `hostile-${n}`, OwnerName: text, Target: text, Reason: text },
    ])
  })

  test.each(FORMATS)('%s ends without a word, with status 0, when its reader stops early', async (format) => {
    const args = [CLI, 'sessions', ...archive.flags, '--owner', 'many', '--from', '7d', '--output', format]
    const command = `'${process.execPath}' ${args.map((arg) => `'${arg}'`).join(' ')} | head -1; echo "\${PIPESTATUS[0]}"`
    const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', command], {
      env: cliEnvironment(),
      timeout: HANGS_MS,
    })
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^[^\n]+\n0\n$/), stderr: '' })
  })
})

test('a broken pipe that is not that of the reader is a failure', async () => {
  const error = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
  async function* broken() {
    yield { SessionId: 's' }
    throw error
  }
  const kind = { noun: 'session', columns: [], members: ['SessionId'] }
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  await expect(print(broken(), kind, 'jsonl', { stdout, stderr, env: {}, cwd: '' })).rejects.toThrow(
    'failed after 1 sessions, this is not all: write EPIPE',
  )
})

const testWithTerminal = hasTerminal ? test : test.skip
const note = hasTerminal ? '' : ' (skipped: tmux is not installed)'

describe('on a terminal,', () => {
  const ESC = '\u001b'
  const terminals: Terminal[] = []
  afterEach(() => {
    for (const terminal of terminals.splice(0)) terminal.close()
  })

  /** Runs commands in one process, one after another, and then `rest` of the line of shell. */
  async function show(
    commands: readonly string[][],
    options: TerminalOptions = {},
    rest = '',
  ): Promise<Terminal> {
    const lines = commands.map(([name = '', ...args]) => [name, ...archive.flags, ...args])
    const script = join(folder(), 'show.js')
    writeFileSync(
      script,
      `require(${JSON.stringify(require.resolve('tsx/cjs'))})
      const { run } = require(${JSON.stringify(require.resolve('../../../cli/program'))})
      const { stdout, stderr, env } = process
      const runAll = async () => {
        for (const args of ${JSON.stringify(lines)}) await run(args, { stdout, stderr, env, cwd: '.' })
      }
      void runAll()`,
    )
    const command = `'${process.execPath}' '${script}' ${rest}`
    const terminal = new Terminal(command, folder(), options)
    terminals.push(terminal)
    await terminal.watchFor(/^status \d/m)
    return terminal
  }

  testWithTerminal.each([80, 120, 200])(
    `no line of a table is longer than %i columns${note}`,
    async (columns) => {
      const terminal = await show(
        [
          ['sessions', '--owner', 'wide', '--from', '7d'],
          ['sessions', '--open'],
          ['sweeps'],
          ['sweeps', '--coverage'],
        ],
        { columns, lines: 200 },
      )
      const lines = terminal.lines()
      expect(lines).toEqual(
        terminal
          .screen()
          .split('\n')
          .map((line) => line.trimEnd()),
      )
      const cut = (text: string) => expect.stringMatching(new RegExp(`^${text}`))
      expect(lines).toEqual([
        cut('StartDate'),
        ...WIDE.map(() => cut('\\d{4}-')),
        cut('\\d+ cells are cut'),
        cut('StartDate'),
        ...ODD.map(() => expect.any(String)),
        cut('\\d+ cells are cut'),
        cut('StartedAt'),
        cut('2026-12-31'),
        cut('2026-01-01'),
        ...(columns >= 140 ? [cut('1 cell is cut')] : []),
        cut('Source'),
        cut('111122223333/ap-southeast-1 +covered'),
        'status 0',
      ])
    },
  )

  testWithTerminal(
    `a line of a session is longer than 40 columns: the test above would see it${note}`,
    async () => {
      const terminal = await show([['session', 'plain-1']], { columns: 40 })
      expect(terminal.lines().length).toBeGreaterThan(terminal.screen().split('\n').length)
    },
  )

  /** Takes away what may be sent beside text: ends of lines, and the bold header of a table. */
  const plain = (input: string) =>
    input.replace(/\r+\n/g, '\n').replace(new RegExp(`^${ESC}\\[1m(.*)${ESC}\\[22m$`, 'gm'), '$1')

  testWithTerminal(`the terminal has nothing to obey, in any format${note}`, async () => {
    const terminal = await show([
      ...FORMATS.map((format) => ['sessions', '--open', '--output', format]),
      ['session', 'hostile-all'],
      ['sweeps'],
      ['sweeps', '--output', 'csv'],
    ])
    const input = plain(terminal.input())
    expect(input).not.toMatch(OBEYED_BY_TERMINALS)
    // First as JSON, then as everything else.
    expect(input).toContain('"Reason": "\\u001b[31mred\\u001b]0;title\\u0007"')
    expect(input).toContain('"\\u{1b}[31mred\\u{1b}]0;title\\u{7}"')
    expect(input).toMatch(/^Reason +\\u\{1b\}\[31mred.*\\u\{202e\}gnp\.exe\\u\{2066\}.*two\\u\{a\}three/m)
    expect(terminal.screen()).toMatch(/status 0$/)
  })

  const PLAIN = ['sessions', '--owner', 'plain', '--from', '7d']
  const BOLD = new RegExp(`${ESC}\\[1mStartDate \\(UTC\\).*${ESC}\\[22m\\r\\n`)

  testWithTerminal(`the header of a table is bold${note}`, async () => {
    const input = (await show([PLAIN])).input()
    expect(input).toMatch(BOLD)
    expect(input.replace(BOLD, '')).not.toContain(ESC)
  })

  testWithTerminal.each<[string, string, Record<string, string>]>([
    ['with NO_COLOR', '', { NO_COLOR: '1' }],
    ['in a pipe', ' | cat', {}],
  ])(`the header of a table is not bold %s${note}`, async (_name, rest, environment) => {
    const terminal = await show([PLAIN], { environment }, rest)
    expect(terminal.input()).toContain('StartDate (UTC)')
    expect(terminal.input()).not.toContain(ESC)
  })
})

test('CSV makes members harmless for a terminal even if they are no text one day', async () => {
  async function* records() {
    yield { SessionId: 's', Details: ['\u009b'], Reason: { text: '\u202e' }, OutputUrl: '\u001b' }
  }
  const names = ['SessionId', 'Details', 'Reason', 'OutputUrl.S3OutputUrl']
  const printed = async (forTerminal: boolean) =>
    (await text(csv(records(), names, forTerminal))).replaceAll('\r\n', '\n')
  expect(await printed(true)).not.toMatch(OBEYED_BY_TERMINALS)
  expect(parse(await printed(false))[1]).toEqual([
    ...['s', '["\u009b"]', '{"text":"\u202e"}', '', '{"OutputUrl":"\\u001b"}'],
  ])
})
