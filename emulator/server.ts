import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { CallLog } from './calls'
import { answerClock } from './control'
import { ServiceError } from './errors'
import type { Faults } from './faults'
import { type HttpAnswer, jsonError } from './http-answer'
import { SsmEndpoint } from './ssm'
import { StsEndpoint } from './sts'
import type { World } from './world'

export interface EmulatorOptions {
  readonly world: World

  /** @default - none */
  readonly faults?: Faults

  /** @default - any free port */
  readonly port?: number

  /** @default '127.0.0.1' */
  readonly host?: string

  /**
   * Keeps every call in `calls.list`, not only the counts.
   *
   * @default false
   */
  readonly recordCalls?: boolean
}

/** A running emulator. */
export interface Emulator {
  /** The endpoint for the CLI and the SDKs, without a slash at its end. */
  readonly url: string
  readonly port: number
  readonly world: World
  /** Changes take effect with the next request. */
  readonly faults: Faults
  readonly calls: CallLog
  /** Cuts open connections. */
  close(): Promise<void>
}

/**
 * Serves Systems Manager's DescribeSessions, STS's GetCallerIdentity and AssumeRole, and the world's clock at `/clock`.
 *
 * @throws Error from listening, such as EADDRINUSE
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { world, port = 0, host = '127.0.0.1', recordCalls = false } = options
  const faults = { ...options.faults }
  const calls = new CallLog(recordCalls)
  const ssm = new SsmEndpoint(world, faults, calls)
  const sts = new StsEndpoint(world.accountId)

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      send(response, await route(request, world, ssm, sts), world)
    } catch (error) {
      send(response, jsonError(new ServiceError('InternalFailure', String(error), 500)), world)
    }
  }
  // The lenient parser accepts folded headers: the API reference's sample request has one.
  const server = createServer({ insecureHTTPParser: true, keepAliveTimeout: 60_000 }, (request, response) => {
    void respond(request, response)
  })
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    world,
    faults,
    calls,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function route(
  request: IncomingMessage,
  world: World,
  ssm: SsmEndpoint,
  sts: StsEndpoint,
): Promise<HttpAnswer | undefined> {
  const { method, url, headers } = request
  const body = await text(request)
  if (url === '/clock') return answerClock(method, body, world.clock)
  const isQueryProtocol = headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  return isQueryProtocol ? sts.answer(headers, body) : ssm.answer(headers, body)
}

function send(response: ServerResponse, answer: HttpAnswer | undefined, world: World): void {
  if (answer === undefined) {
    response.socket?.resetAndDestroy()
    return
  }
  response.writeHead(answer.status, {
    'Content-Type': answer.contentType,
    'Content-Length': Buffer.byteLength(answer.body),
    Date: world.clock.now().toUTCString(),
    'x-amzn-RequestId': randomUUID(),
  })
  response.end(answer.body)
}
