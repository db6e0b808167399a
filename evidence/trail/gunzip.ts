/** Files of gzip (RFC 1952) as CloudTrail writes them: one member, and nothing after it. */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { TrailError } from './trail-error'

/** Identification, deflate; then flags, of which only a file's name is known. */
const HEADER = 10
const HAS_NAME = 8
const MAX_NAME = 1024
/** Checksum and length of the content. */
const TRAILER = 8

/**
 * The content, in parts. It is right only if all of them were read.
 *
 * @param most bytes
 * @throws TrailError if it is none, or is longer
 */
export async function* gunzip(path: string, most: number): AsyncGenerator<Buffer> {
  const file = await openPlain(path)
  const start = await headerLength(file).catch(closing(file))
  const compressed = file.createReadStream({ start, autoClose: false })
  const inflate = createInflateRaw({ chunkSize: 65_536 })
  compressed.on('error', (error) => inflate.destroy(error)).pipe(inflate)
  let length = 0
  let checksum = 0
  try {
    for await (const chunk of inflate) {
      length += chunk.length
      if (length > most) throw new TrailError(`received more than ${most} bytes, expected no more`)
      checksum = crc32(chunk, checksum)
      yield chunk
    }
    await checkTrailer(file, start + inflate.bytesWritten, length, checksum)
  } catch (error) {
    throw isOfZlib(error) ? new TrailError('expected gzip, whole', { cause: error }) : error
  } finally {
    compressed.destroy()
    inflate.destroy()
    await file.close()
  }
}

/** A link could lead anywhere, and a pipe would never end. @throws TrailError if it is no plain file */
export async function openPlain(path: string): Promise<FileHandle> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  if (!(await file.stat()).isFile()) return closing(file)(new TrailError('expected a plain file'))
  return file
}

async function headerLength(file: FileHandle): Promise<number> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(HEADER + MAX_NAME), 0, HEADER + MAX_NAME, 0)
  const header = buffer.subarray(0, bytesRead)
  const flags = header[3]
  const isGzip = header.length >= HEADER && header[0] === 0x1f && header[1] === 0x8b && header[2] === 8
  if (isGzip && flags === 0) return HEADER
  const end = header.indexOf(0, HEADER)
  if (isGzip && flags === HAS_NAME && end !== -1) return end + 1
  throw new TrailError('expected gzip')
}

async function checkTrailer(file: FileHandle, at: number, length: number, checksum: number): Promise<void> {
  const { size } = await file.stat()
  if (size > at + TRAILER) throw new TrailError(`received ${size - at - TRAILER} bytes after the gzip's end`)
  if (size < at + TRAILER) throw new TrailError('expected gzip, whole: its end is missing')
  const { buffer } = await file.read(Buffer.alloc(TRAILER), 0, TRAILER, at)
  if (buffer.readUInt32LE(0) !== checksum || buffer.readUInt32LE(4) !== length % 2 ** 32)
    throw new TrailError('the checksum of the gzip is not that of its content')
}

/** Closes the file, and throws. */
function closing(file: FileHandle): (error: unknown) => Promise<never> {
  return async (error) => {
    await file.close()
    throw error
  }
}

/** Of the data, not of the file system. */
function isOfZlib(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && /^Z_/.test(String(error.code))
}
