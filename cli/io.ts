import type { Readable, Writable } from 'node:stream'

type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** What surrounds a command: the process, or a test. */
export interface Io {
  /** For questions, if it is a terminal. */
  readonly stdin?: Readable & { readonly isTTY?: boolean }
  readonly stdout: Output
  readonly stderr: Output
  /** For the region, the proxy, COLUMNS and NO_COLOR. The AWS SDK reads the environment of the process for everything else. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Relative paths start here. */
  readonly cwd: string
}

/** Ends a command with an exit status and without another word. */
export class Ended extends Error {
  constructor(readonly status: number) {
    super(`ended with status ${status}`)
  }
}

/** The flags contradict each other, or too few are given. */
export class UsageError extends Error {}

/**
 * Writes to standard output, and waits until it is written.
 *
 * @throws Ended if the reader has closed the pipe: it has read enough
 */
export function write({ stdout }: Io, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(text, (error: NodeJS.ErrnoException | null | undefined) => {
      if (!error) resolve()
      else reject(error.code === 'EPIPE' ? new Ended(0) : error)
    })
  })
}

/** Says something beside the answer, on standard error. */
export function say({ stderr }: Io, line: string): void {
  stderr.write(`${line}\n`)
}
