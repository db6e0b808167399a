import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** One version of an object; without bytes, it is a delete marker. */
export interface Version {
  readonly id: string
  readonly bytes?: Buffer
}

/** `conflict`: another write of the name is under way. `lost`: the write is done, and its answer does not arrive. */
export type S3Fault = 'conflict' | 'unavailable' | 'lost'

export type S3Operation = 'PutObject' | 'GetObject' | 'DeleteObject' | 'ListObjectVersions'

export interface S3 {
  readonly url: string
  /** The versions of each object by its name, the newest first. */
  readonly objects: ReadonlyMap<string, readonly Version[]>
  readonly calls: { readonly operation: S3Operation; readonly name: string }[]
  /** Asked at each call. */
  fault: (operation: S3Operation, name: string) => S3Fault | undefined
  close(): Promise<void>
}

/** Serves one versioned bucket, of any name, as Amazon S3 does: what the evidence log needs of it. */
export async function startS3(): Promise<S3> {
  const objects = new Map<string, Version[]>()
  const s3 = { url: '', objects, calls: [] as S3['calls'], fault: (() => undefined) as S3['fault'] }

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', 'http://s3')
    const name = decodeURIComponent(url.pathname).replace(/^\/[^/]*\/?/, '')
    const operation = operationOf(request, name)
    const body = await buffer(request)
    s3.calls.push({ operation, name })
    const fault = s3.fault(operation, name)
    if (fault === 'conflict') return refuse(response, 409, 'ConditionalRequestConflict')
    if (fault === 'unavailable') return refuse(response, 503, 'SlowDown')
    if (operation === 'ListObjectVersions') return list(objects, url.searchParams, response)
    const versions = objects.get(name) ?? []
    if (operation === 'GetObject') return get(versions, url.searchParams.get('versionId'), response)
    const isThere = versions[0]?.bytes !== undefined
    if (operation === 'PutObject' && request.headers['if-none-match'] === '*' && isThere)
      return refuse(response, 412, 'PreconditionFailed')
    const version = { id: randomUUID(), ...(operation === 'PutObject' && { bytes: body }) }
    objects.set(name, [version, ...versions])
    if (fault === 'lost') return void request.socket.destroy()
    response.writeHead(operation === 'PutObject' ? 200 : 204, {
      'x-amz-version-id': version.id,
      ETag: `"${createHash('md5').update(body).digest('hex')}"`,
    })
    response.end()
  }
  const server = createServer((request, response) => void respond(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  return Object.assign(s3, {
    url,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  })
}

function operationOf({ method }: IncomingMessage, name: string): S3Operation {
  if (name === '') return 'ListObjectVersions'
  if (method === 'PUT') return 'PutObject'
  return method === 'DELETE' ? 'DeleteObject' : 'GetObject'
}

function get(versions: readonly Version[], versionId: string | null, response: ServerResponse): void {
  const version = versionId === null ? versions[0] : versions.find(({ id }) => id === versionId)
  if (version?.bytes === undefined) {
    refuse(response, 404, versionId === null ? 'NoSuchKey' : 'NoSuchVersion')
    return
  }
  response.writeHead(200, { 'Content-Length': version.bytes.length, 'x-amz-version-id': version.id })
  response.end(version.bytes)
}

/** Names ascend; the versions of a name go from the newest to the oldest. */
function list(
  objects: ReadonlyMap<string, Version[]>,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const prefix = query.get('prefix') ?? ''
  const most = Math.min(Number(query.get('max-keys') ?? 1000), 1000)
  const all = [...objects]
    .filter(([name]) => name.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, versions]) => versions.map((version, n) => ({ name, ...version, isLatest: n === 0 })))
  const [keyMarker, versionMarker] = [query.get('key-marker'), query.get('version-id-marker')]
  const isMarker = ({ name, id }: (typeof all)[number]) =>
    name === keyMarker && (versionMarker === null || id === versionMarker)
  const begin = keyMarker === null ? 0 : all.findIndex(isMarker) + 1
  const page = all.slice(begin, begin + most)
  const last = page.at(-1)
  const isTruncated = begin + most < all.length
  const entries = page.map(({ name, id, bytes, isLatest }) => {
    const kind = bytes === undefined ? 'DeleteMarker' : 'Version'
    const size = bytes === undefined ? '' : `<Size>${bytes.length}</Size>`
    return `<${kind}><Key>${escaped(name)}</Key><VersionId>${id}</VersionId><IsLatest>${isLatest}</IsLatest>${size}</${kind}>`
  })
  const next = isTruncated
    ? `<NextKeyMarker>${escaped(last?.name ?? '')}</NextKeyMarker><NextVersionIdMarker>${last?.id}</NextVersionIdMarker>`
    : ''
  answer(
    response,
    200,
    `<ListVersionsResult><IsTruncated>${isTruncated}</IsTruncated>${next}${entries.join('')}</ListVersionsResult>`,
  )
}

function refuse(response: ServerResponse, status: number, code: string): void {
  answer(response, status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`)
}

function answer(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'Content-Type': 'application/xml' })
  response.end(`<?xml version="1.0" encoding="UTF-8"?>${xml}`)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
