import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { CallLog } from './calls'
import { makeEndpoints, route } from './endpoints'
import { ServiceError } from './errors'
import type { Faults } from './faults'
import { type HttpAnswer, jsonError } from './http-answer'
import type { Organization } from './organization'
import type { World } from './world'

export interface EmulatorOptions {
  /** An account without an organization, whose sessions every region shows. */
  readonly world?: World

  /** Or many accounts, whose sessions depend on the credentials and the region. */
  readonly organization?: Organization

  /** Of the world. @default - none; an organization has its own */
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
  /** Of an organization, the own account's in the own region. */
  readonly world: World
  /** Of the world. Changes take effect with the next request. */
  readonly faults: Faults
  readonly calls: CallLog
  /** Cuts open connections. */
  close(): Promise<void>
}

/**
 * Serves Systems Manager's DescribeSessions and what it knows of nodes, STS's GetCallerIdentity and AssumeRole, Organizations' ListAccounts,
 * Account Management's ListRegions, CloudTrail's LookupEvents, and the clock at `/clock`.
 *
 * @throws Error from listening, such as EADDRINUSE
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { organization, port = 0, host = '127.0.0.1', recordCalls = false } = options
  const { world, faults } = homeOf(options)
  const calls = new CallLog(recordCalls)
  const endpoints = makeEndpoints({ world, faults, organization, calls })

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      send(response, await route(request, world, endpoints), world)
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

/** The world that the emulator is about, and what goes wrong with it. */
function homeOf({ world, organization, faults }: EmulatorOptions): { world: World; faults: Faults } {
  if (organization === undefined && world !== undefined) return { world, faults: { ...faults } }
  if (organization === undefined || world !== undefined || faults !== undefined)
    throw new Error('expected either a world, with or without faults, or an organization, which has its own')
  const { ownAccountId, ownRegion } = organization
  const home = [ownAccountId, ownRegion] as const
  return { world: organization.world(...home), faults: organization.sourceFaults(...home) }
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
    ...answer.headers,
  })
  response.end(answer.body)
}
