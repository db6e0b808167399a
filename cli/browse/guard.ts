import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Who may read: whoever has the address, by the names of this machine alone. */

/** 256 random bits, as they stand in the address. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What is asked for by somebody who has the token. */
export interface Asked {
  /** After the token; empty: the first page. */
  readonly path: string
  readonly parameters: URLSearchParams
}

/** Undefined: the request lacks the token, or came by another name: it is told nothing. */
export function admit(
  { url = '', headers: { host } }: Pick<IncomingMessage, 'url' | 'headers'>,
  token: string,
  port: number,
): Asked | undefined {
  const [, given = '', path, query = ''] = /^\/([\w-]+)\/([^?]*)(?:\?(.*))?$/s.exec(url) ?? []
  // A page of another site can be led here by a name of its own (DNS rebinding): it would be that name.
  const isOurName = ['127.0.0.1', 'localhost'].some((name) => hostOf(name, port) === host)
  if (!isSame(given, token) || !isOurName || path === undefined) return undefined
  return { path, parameters: new URLSearchParams(query) }
}

/** As browsers send it: without the port, if that is HTTP's own. */
function hostOf(name: string, port: number): string {
  return new URL(`http://${name}:${port}`).host
}

/** Takes as long wherever the texts differ. */
function isSame(a: string, b: string): boolean {
  const [hashA, hashB] = [a, b].map((text) => createHash('sha256').update(text).digest())
  return hashA !== undefined && hashB !== undefined && timingSafeEqual(hashA, hashB)
}
