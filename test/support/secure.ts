import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createProxy, type IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const FIXTURES = join(__dirname, '../cli/fixtures')

/** The certificate of the authority that signed the {@link startSecure} server's. */
export const AUTHORITY = join(FIXTURES, 'authority.pem')

/**
 * A TLS server that passes requests on to plain ones, but for IAM Identity Center's, which it answers itself.
 *
 * @param plainOf the address of a service, by the first part of its name
 */
export async function startSecure(plainOf: (service: string) => string) {
  const pem = readFileSync(join(FIXTURES, 'server.pem'))
  const server = createServer({ key: pem, cert: pem }, async (request, response) => {
    if (request.url?.startsWith('/federation/credentials')) {
      const keys = { accessKeyId: 'FROMSSO', secretAccessKey: 'x', sessionToken: 'x' }
      response.end(JSON.stringify({ roleCredentials: { ...keys, expiration: Date.now() + 3_600_000 } }))
    } else {
      const [service = ''] = request.headers.host?.split('.') ?? []
      const { status, body } = await forward(plainOf(service), request)
      response.writeHead(status).end(body)
    }
  }).listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { port, close }
}

async function forward(plain: string, request: IncomingMessage) {
  const names = ['content-type', 'x-amz-target', 'x-amz-date', 'authorization']
  const headers = names.map((name): [string, string] => [name, String(request.headers[name] ?? '')])
  const answer = await fetch(plain, { method: 'POST', body: await text(request), headers })
  return { status: answer.status, body: await answer.text() }
}

/** An HTTP proxy that connects to one port of this machine, whatever it is asked for. It keeps what that was. */
export async function startProxy(port: number) {
  const asked: string[] = []
  const sockets: Socket[] = []
  const result = {
    host: '',
    /** Hosts with their ports, and with the authorization. */
    asked,
    /** What it answers instead of connecting, `407 Proxy Authentication Required`. */
    refusal: undefined as string | undefined,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
  const proxy = createProxy().listen(0, '127.0.0.1')
  proxy.on('connect', ({ url, headers }, client: Socket) => {
    asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`)
    if (result.refusal !== undefined) return void client.end(`HTTP/1.1 ${result.refusal}\r\n\r\n`)
    const server = connect(port, 'localhost', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      client.pipe(server).pipe(client)
    })
    sockets.push(client, server)
    for (const socket of [client, server]) socket.on('error', () => {})
  })
  await once(proxy, 'listening')
  result.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
  return result
}
