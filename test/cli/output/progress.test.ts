import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { startProgress } from '../../../cli/output/progress'
import { start, stopAll } from '../../emulator/builders'
import { CLI } from '../../support/cli'
import { receipt } from '../../support/filled-archive'
import { nodeLine, Terminal, testOnTerminal } from '../../support/terminal'
import { worldOf } from '../worlds'

afterAll(stopAll)
afterAll(() => Terminal.closeAll())

const SPINNING = 'Archiving 111122223333/us-east-1'
const DONE = 'Archived 111122223333/us-east-1:'
const OTHERS = '0 updated, 0 unchanged, 0 rejected'

/** Archives so slowly that it can be watched; 500 sessions are three pages. */
async function archive(sessions: number, before = '', after = '') {
  const emulator = await start({ world: worldOf(sessions), faults: { latencyMs: 220 } })
  const command = nodeLine(CLI, 'archive', '--endpoint-url', emulator.url, '--local', 'archive')
  return { emulator, terminal: new Terminal(`${before}${command}${after}`) }
}

testOnTerminal('progress is shown on standard error, and taken away at the end', async () => {
  const { terminal } = await archive(500, '', ' > out')
  const seen = await terminal.watchFor(/status/)
  expect(seen).toContain(`${SPINNING}\n`)
  expect(seen).toContain(`${SPINNING}: 200 seen: 200 archived`)
  expect(terminal.screen()).toBe('status 0')
  expect(terminal.isCursorShown()).toBe(true)
  expect(terminal.read('out')).toBe(`${DONE} 500 seen: 500 archived, ${OTHERS} (4 list calls)\n`)
})

testOnTerminal('no progress is shown if its width is 0, and the command does not hang', async () => {
  const { terminal } = await archive(1, 'stty cols 0 rows 0; ')
  const end = 'status 0\r\n'
  await terminal.watchFor(/status/)
  while (!terminal.read().endsWith(end)) await sleep(10) // it is written down after it is shown
  expect(terminal.read()).toBe(`${DONE} 1 seen: 1 archived, ${OTHERS} (2 list calls)\r\n${end}`)
})

test('no progress is shown if only standard output is a terminal', async () => {
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
  const stderr = new PassThrough()
  const progress = await startProgress(SPINNING, { stdout, stderr, env: {}, cwd: '' })
  progress.show(receipt(''))
  progress.stop()
  expect([stdout.read(), stderr.read()]).toEqual([null, null])
})

testOnTerminal('an interrupted command gives the cursor back', async () => {
  const { terminal } = await archive(500)
  await terminal.watchFor(/200 seen/)
  expect(terminal.isCursorShown()).toBe(false)
  terminal.press('C-c')
  await terminal.watchFor(/status 130/)
  expect(terminal.isCursorShown()).toBe(true)
})

testOnTerminal('a failure takes progress away and leaves its message', async () => {
  const { emulator, terminal } = await archive(500)
  emulator.faults.script = (call) => (call > 3 ? 'repeat-token' : undefined)
  await terminal.watchFor(/status/)
  expect(terminal.screen().split('\n')).toEqual([
    `Before it failed: 500 seen: 500 archived, ${OTHERS}`,
    expect.stringMatching(/^session-archive: the sweep of .* failed: RepeatedTokenError/),
    'status 1',
  ])
})
