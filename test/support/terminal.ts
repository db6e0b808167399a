import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cliEnvironment, HANGS_MS } from './cli'

/** Whether this machine has tmux, a real terminal for what runs in it. */
export const hasTerminal = spawnSync('tmux', ['-V']).status === 0

export interface TerminalOptions {
  /** @default 120 */
  readonly columns?: number
  /** @default 30 */
  readonly lines?: number
  /** Adds variables to those of {@link cliEnvironment}. */
  readonly environment?: Readonly<Record<string, string>>
}

/** A terminal. */
export class Terminal {
  private readonly socket: string
  private readonly received: string

  /**
   * @param command a line of shell; when it ends, `status N` appears
   * @param folder the command runs here, and the terminal keeps its socket here
   */
  constructor(
    command: string,
    folder: string,
    { columns = 120, lines = 30, environment = {} }: TerminalOptions = {},
  ) {
    this.socket = join(folder, 'tmux')
    this.received = join(folder, 'terminal-input')
    // The trap is for Ctrl-C, which is the command's to handle.
    const shell = `trap : INT; ${command}; echo "status $?"; exec sleep 60`
    const size = ['-x', `${columns}`, '-y', `${lines}`]
    const record = [';', 'pipe-pane', `cat > '${this.received}'`]
    execFileSync(
      'tmux',
      [
        '-S',
        this.socket,
        '-u',
        '-f',
        '/dev/null',
        'new-session',
        '-d',
        ...size,
        'sh',
        '-c',
        shell,
        ...record,
      ],
      { cwd: folder, env: { ...cliEnvironment(), ...environment } },
    )
  }

  /** What it shows. A line that is too long for it counts as one. */
  screen(): string {
    return this.tmux('capture-pane', '-p', '-J').replace(/ +$/gm, '').trimEnd()
  }

  /** The lines that it shows. A line that is too long for it is several. */
  lines(): string[] {
    return this.tmux('capture-pane', '-p').trimEnd().split('\n')
  }

  /** Everything that it was sent, as text. */
  input(): string {
    return readFileSync(this.received, 'utf8')
  }

  isCursorShown(): boolean {
    return this.tmux('display-message', '-p', '#{cursor_flag}').trim() === '1'
  }

  /** @param key as tmux calls it, `C-c` */
  press(key: string): void {
    this.tmux('send-keys', key)
  }

  /**
   * Watches until the pattern appears.
   *
   * @returns every screen seen; the last one has the pattern
   */
  async watchFor(pattern: RegExp): Promise<string[]> {
    const screens: string[] = []
    for (const end = Date.now() + HANGS_MS; Date.now() < end; await sleep(40)) {
      const screen = this.screen()
      if (screen !== screens.at(-1)) screens.push(screen)
      if (pattern.test(screen)) return screens
    }
    throw new Error(`expected ${pattern}, saw\n${screens.at(-1)}`)
  }

  close(): void {
    this.tmux('kill-server')
  }

  private tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.socket, '-u', ...args], { encoding: 'utf8' })
  }
}
