import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A server of the benchmark, in its own process. */
export interface Server<Counts> {
  readonly url: string
  counts(): Promise<Counts & { readonly cpuSeconds: number }>
  close(): void
}

/** Starts `servers/NAME.ts`. */
export async function startServer<Counts>(
  name: string,
  ...args: readonly (string | number)[]
): Promise<Server<Counts>> {
  const path = join(__dirname, 'servers', `${name}.ts`)
  const execArgv = [...process.execArgv, '--max-old-space-size=12000']
  const child: ChildProcess = fork(path, args.map(String), { execArgv })
  const [url] = (await once(child, 'message')) as [string]
  return {
    url,
    async counts() {
      const answer = once(child, 'message')
      child.send('counts')
      return (await answer)[0]
    },
    close: () => child.kill(),
  }
}
