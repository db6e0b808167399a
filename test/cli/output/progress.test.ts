import { start, stopAll } from '../../emulator/builders'
import { CLI } from '../../support/cli'
import { nodeLine, Terminal, testOnTerminal } from '../../support/terminal'
import { worldOf } from '../worlds'

afterAll(stopAll)
afterAll(() => Terminal.closeAll())

const SPINNING = 'Archiving 111122223333/us-east-1'
const DONE = 'Archived 111122223333/us-east-1: 500 seen: 500 archived, 0 updated, 0 unchanged, 0 rejected'

/** Archives three pages, slow enough to watch, between two other parts of a line of shell. */
async function archive(before = '', after = '') {
  const emulator = await start({ world: worldOf(500), faults: { latencyMs: 220 } })
  const command = nodeLine(CLI, 'archive', '--endpoint-url', emulator.url, '--local', 'archive')
  return { emulator, terminal: new Terminal(`${before}${command}${after}`) }
}

testOnTerminal('progress is shown on standard error, and taken away at the end', async () => {
  const { terminal } = await archive('', ' > out')
  const seen = await terminal.watchFor(/status/)
  expect(seen).toContain(`${SPINNING}\n`)
  expect(seen).toContain(`${SPINNING}: 200 seen: 200 archived`)
  expect(terminal.screen()).toBe('status 0')
  expect(terminal.isCursorShown()).toBe(true)
  expect(terminal.read('out')).toBe(`${DONE} (4 list calls)\n`)
})

for (const [condition, before, after] of [
  ['standard error is a file', '', ' 2> err && cat err'],
  ['the terminal has a width of 0, and the command does not hang', 'stty cols 0 rows 0; ', ''],
] as const)
  testOnTerminal(`no progress is shown if ${condition}`, async () => {
    const { terminal } = await archive(before, after)
    await terminal.watchFor(/status/)
    expect(terminal.read()).toBe(`${DONE} (4 list calls)\r\nstatus 0\r\n`)
  })

testOnTerminal('an interrupted command gives the cursor back', async () => {
  const { terminal } = await archive()
  await terminal.watchFor(/200 seen/)
  expect(terminal.isCursorShown()).toBe(false)
  terminal.press('C-c')
  await terminal.watchFor(/status 130/)
  expect(terminal.isCursorShown()).toBe(true)
})

testOnTerminal('a failure takes progress away and leaves its message', async () => {
  const { emulator, terminal } = await archive()
  emulator.faults.script = (call) => (call > 3 ? 'repeat-token' : undefined)
  await terminal.watchFor(/status/)
  expect(terminal.screen().split('\n')).toEqual([
    'Before it failed: 500 seen: 500 archived, 0 updated, 0 unchanged, 0 rejected',
    expect.stringMatching(/^session-archive: the sweep of .* failed: RepeatedTokenError/),
    'status 1',
  ])
})
