import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Emulator } from '../../../emulator/server'
import { start, stopAll } from '../../emulator/builders'
import { CLI, cliEnvironment, HANGS_MS } from '../../support/cli'
import { temporaryFolder } from '../../support/temporary-folder'
import { hasTerminal, Terminal } from '../../support/terminal'
import { worldOf } from '../worlds'

const folder = temporaryFolder()
afterEach(stopAll)

const SPINNING = 'Archiving 111122223333/us-east-1'
const DONE = 'Archived 111122223333/us-east-1: 500 seen: 500 archived'

/** Three pages, slow enough to watch. */
const slow = () => start({ world: worldOf(500), faults: { latencyMs: 220 } })

const commandLine = ({ url }: Emulator, rest = '') =>
  `'${process.execPath}' '${CLI}' archive --endpoint-url ${url} --local archive ${rest}`

const testWithTerminal = hasTerminal ? test : test.skip
const note = hasTerminal ? '' : ' (skipped: tmux is not installed)'

describe('on a terminal,', () => {
  const terminals: Terminal[] = []
  afterEach(() => {
    for (const terminal of terminals.splice(0)) terminal.close()
  })

  function open(command: string): Terminal {
    const terminal = new Terminal(command, folder())
    terminals.push(terminal)
    return terminal
  }

  const read = (name: string) => readFileSync(join(folder(), name), 'utf8')

  testWithTerminal(`progress is shown, and taken away at the end${note}`, async () => {
    const terminal = open(commandLine(await slow()))
    const seen = (await terminal.watchFor(/status/)).join('\n')
    expect(seen).toContain(`${SPINNING}\n`)
    expect(seen).toContain(`${SPINNING}: 200 seen: 200 archived`)
    expect(terminal.screen()).toBe(`${DONE}, 0 updated, 0 unchanged, 0 rejected (4 list calls)\nstatus 0`)
    expect(terminal.isCursorShown()).toBe(true)
  })

  testWithTerminal(
    `progress goes to standard error, and only the receipt to standard output${note}`,
    async () => {
      const terminal = open(commandLine(await slow(), '--output json > out'))
      const seen = (await terminal.watchFor(/status/)).join('\n')
      expect(seen).toContain(`${SPINNING}: 200 seen`)
      expect(terminal.screen()).toBe('status 0')
      expect(JSON.parse(read('out'))).toMatchObject([{ Seen: 500, Outcome: 'complete' }])
    },
  )

  testWithTerminal(`no progress is shown if standard error is a file${note}`, async () => {
    const terminal = open(commandLine(await slow(), '2> err'))
    const seen = (await terminal.watchFor(/status/)).join('\n')
    expect(seen).not.toContain('Archiving')
    expect(terminal.screen()).toContain(DONE)
    expect(read('err')).toBe('')
  })

  testWithTerminal(`an interrupted command gives the cursor back${note}`, async () => {
    const terminal = open(commandLine(await slow()))
    await terminal.watchFor(/200 seen/)
    expect(terminal.isCursorShown()).toBe(false)
    terminal.press('C-c')
    await terminal.watchFor(/status 130/)
    expect(terminal.isCursorShown()).toBe(true)
  })

  testWithTerminal(`a failure takes progress away and leaves its message${note}`, async () => {
    const emulator = await slow()
    emulator.faults.script = (call) => (call > 3 ? 'repeat-token' : undefined)
    const terminal = open(commandLine(emulator))
    await terminal.watchFor(/status/)
    expect(terminal.screen()).not.toContain('Archiving')
    expect(terminal.screen().split('\n')).toEqual([
      'Before it failed: 500 seen: 500 archived, 0 updated, 0 unchanged, 0 rejected',
      expect.stringMatching(/^session-archive: the sweep of .* failed: RepeatedTokenError/),
      'status 1',
    ])
  })
})

const hasScript = spawnSync('script', ['--version']).status === 0
const testWithScript = hasScript ? test : test.skip

testWithScript(
  `a terminal of width 0 gets no progress, and does not hang${hasScript ? '' : ' (skipped: script is not installed)'}`,
  async () => {
    const emulator = await slow()
    const command = `stty cols 0 rows 0; ${commandLine(emulator)}`
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: folder(),
      env: cliEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: HANGS_MS,
      killSignal: 'SIGKILL',
    })
    let output = ''
    child.stdout.on('data', (data) => {
      output += data
    })
    const status = await new Promise((resolve) => child.once('close', resolve))
    expect({ status, output }).toEqual({ status: 0, output: expect.stringMatching(`^${DONE}.*\r\n$`) })
  },
)
