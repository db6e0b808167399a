import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Io, say } from '../io'
import type { OpenArchive } from '../open-archive'
import { messageOf } from '../output/message-of'
import { printable } from '../output/printable'
import { coveragePage } from './coverage-page'
import { type Asked, admit, newToken } from './guard'
import { HEADERS } from './headers'
import { alert, type Download, type Frame, type Page, pageParts, Refusal } from './page'
import { searchPage } from './search-page'
import { type Evidence, proofOf, sessionPage } from './session-page'

export interface Served extends Frame {
  readonly open: OpenArchive
  readonly evidence: Evidence
  readonly now: () => Date
  readonly io: Io
}

type Route = (served: Served, parameters: URLSearchParams, now: Date) => Promise<Page | Download>

/** By what follows the token. */
const ROUTES: Readonly<Record<string, Route>> = {
  '': ({ open, io }, parameters, now) => searchPage(open, parameters, now, io),
  session: ({ open, evidence, io }, parameters, now) => sessionPage(open, evidence, parameters, now, io),
  proof: ({ open, evidence }, parameters, now) => proofOf(open, evidence, parameters, now),
  coverage: ({ open }, parameters, now) => coveragePage(open.sweeps, parameters, now),
}

/** Serves an archive, to read, on 127.0.0.1 alone, to whoever has the address. */
export async function serveArchive(served: Served, port: number) {
  const token = newToken()
  const server = createServer((request, response) => {
    answer(served, token, request, response).catch((error: unknown) => {
      if (!isGone(error)) say(served.io, `session-archive: ${printable(messageOf(error))}`)
      response.destroy()
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening').catch((cause: unknown) => {
    throw new Error(`--port ${port}: expected a free one, ${messageOf(cause)}`, { cause })
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${bound}/${token}/`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Whether the reader has left before the page was whole. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}

async function answer(served: Served, token: string, request: IncomingMessage, response: ServerResponse) {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  const asked = admit(request, token, request.socket.localPort ?? 0)
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    return refuse(response, 405, 'Method not allowed')
  }
  if (asked === undefined) return refuse(response, 403, 'Forbidden')
  const now = served.now()
  const made = await makeAnswer(served, asked, now)
  if (response.destroyed) return // the reader has left
  if ('fileName' in made) return download(response, made)
  response.writeHead(made.status, { 'Content-Type': 'text/html; charset=utf-8' })
  await pipeline(Readable.from(pageParts(made, served, now)), response)
}

/** Says nothing of the archive, and reads nothing that was sent. */
function refuse(response: ServerResponse, status: number, text: string): void {
  const body = `${text}\n`
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': body.length,
    Connection: 'close',
  })
  response.end(body)
}

function download(response: ServerResponse, { fileName, text }: Download): void {
  const disposition = `attachment; filename="${fileName}"`
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Disposition': disposition })
  response.end(text)
}

async function makeAnswer(served: Served, { path, parameters }: Asked, now: Date): Promise<Page | Download> {
  try {
    const route = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined
    if (route === undefined) throw new Refusal(404, `There is no page ${JSON.stringify(path)}.`)
    return await route(served, parameters, now)
  } catch (error) {
    const status = error instanceof Refusal ? error.status : 500
    const title = { 400: 'This cannot be asked', 404: 'Not found', 500: 'This failed' }[status]
    return { status, title, parts: [alert(messageOf(error), [])] }
  }
}
