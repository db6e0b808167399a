import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cliEnvironment, HANGS_MS } from './cli'

/** Whether this machine has tmux, a real terminal for what runs in it. */
const hasTerminal = spawnSync('tmux', ['-V']).status === 0
const note = hasTerminal ? '' : ' (skipped: tmux is not installed)'

/** Tests of terminals, which are slow to start, run at the same time: each uses another terminal. */
export const testOnTerminal = (title: string, run: () => Promise<void>) =>
  (hasTerminal ? test.concurrent : test.concurrent.skip)(`on a terminal, ${title}${note}`, run)

/** A line of shell that runs Node.js. */
export const nodeLine = (...args: readonly string[]) =>
  [process.execPath, ...args].map((arg) => `'${arg}'`).join(' ')

/** A terminal, which is closed after the tests of the file. */
export class Terminal {
  private static readonly open: Terminal[] = []
  private readonly folder = mkdtempSync(join(tmpdir(), 'terminal-'))

  /** @param command a line of shell; when it ends, `status N` appears */
  constructor(command: string, columns = 120) {
    // The trap is for Ctrl-C, which is the command's to handle.
    const shell = `trap : INT; ${command}; echo "status $?"; exec sleep 300`
    const size = ['-x', `${columns}`, '-y', '200']
    const record = [';', 'pipe-pane', `cat > '${join(this.folder, 'input')}'`]
    this.tmux('-f', '/dev/null', 'new-session', '-d', ...size, 'sh', '-c', shell, ...record)
    Terminal.open.push(this)
  }

  static closeAll(): void {
    for (const terminal of Terminal.open.splice(0)) terminal.tmux('kill-server')
  }

  /** What it shows. A line that is too long for it counts as one. */
  screen(): string {
    return this.tmux('capture-pane', '-p', '-J').replace(/ +$/gm, '').trimEnd()
  }

  /** The lines that it shows. A line that is too long for it is several. */
  lines(): string[] {
    return this.tmux('capture-pane', '-p').trimEnd().split('\n')
  }

  /** A file that the command wrote where it ran. @default - everything that the terminal was sent */
  read(file = 'input'): string {
    return readFileSync(join(this.folder, file), 'utf8')
  }

  isCursorShown(): boolean {
    return this.tmux('display-message', '-p', '#{cursor_flag}').trim() === '1'
  }

  /** @param key as tmux calls it, `C-c` */
  press(key: string): void {
    this.tmux('send-keys', key)
  }

  narrow(columns: number): void {
    this.tmux('resize-window', '-x', `${columns}`)
  }

  /**
   * Watches until the pattern appears.
   *
   * @returns every screen seen; the last one has the pattern
   */
  async watchFor(pattern: RegExp, everyMs = 40): Promise<string> {
    const screens: string[] = []
    for (const end = Date.now() + HANGS_MS; Date.now() < end; await sleep(everyMs)) {
      const screen = this.screen()
      if (screen !== screens.at(-1)) screens.push(screen)
      if (pattern.test(screen)) return screens.join('\n')
    }
    throw new Error(`expected ${pattern}, saw\n${screens.at(-1)}`)
  }

  private tmux(...args: readonly string[]): string {
    const options = { cwd: this.folder, env: cliEnvironment(), encoding: 'utf8' } as const
    return execFileSync('tmux', ['-S', join(this.folder, 'tmux'), '-u', ...args], options)
  }
}
