import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { type CliOptions, type Running, startCli } from './cli'

/** The pages of an archive, served by the command line. */
export interface Browsing extends Running {
  /** Ends in the token and a slash. */
  readonly url: string
  /** @param path after the token */
  get(path?: string, options?: Asking): Promise<Answer>
  /** Ends the command, and returns its exit status. */
  stop(): Promise<number | null>
}

export interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** In place of the address with the token: sent as it is. */
  readonly raw?: string
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

const running: Browsing[] = []

export async function browse(args: readonly string[], options: CliOptions = {}): Promise<Browsing> {
  return served(startCli(['browse', ...args], options))
}

/** Reads the address that the command prints. */
export async function served(cli: Running): Promise<Browsing> {
  const lines = createInterface({ input: cli.stdout })[Symbol.asyncIterator]()
  const { value: url = '' } = await lines.next()
  if (url === '') throw new Error(`browse: expected an address, ${await text(cli.stderr)}`)
  const { port, pathname } = new URL(url)
  const browsing: Browsing = {
    ...cli,
    url,
    get: (path = '', { raw = pathname + path, ...asking } = {}) => get(Number(port), raw, asking),
    async stop() {
      cli.kill('SIGTERM')
      return cli.status
    },
  }
  running.push(browsing)
  return browsing
}

export async function stopBrowsing(): Promise<void> {
  for (const one of running.splice(0)) await one.stop()
}

/** Unlike fetch, it sends whatever it is told: another Host, a path as it is. */
function get(port: number, path: string, { method = 'GET', headers = {} }: Asking): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      )
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** The SessionIds of the rows, from top to bottom. */
export function idsOn({ body }: Answer): string[] {
  return [...body.matchAll(/<div class="id"><a href="session\?id=([^"]*)"/g)].map(([, id = '']) =>
    decodeURIComponent(id.replaceAll('+', ' ')),
  )
}

/** Where a link of this text leads. */
export function linkOn({ body }: Answer, label: string): string | undefined {
  const [, href] = new RegExp(`<a href="([^"]*)">${label}</a>`).exec(body) ?? []
  return href?.replaceAll('&amp;', '&').replace(/^\.\//, '')
}
