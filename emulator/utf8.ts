import { readFile } from 'node:fs/promises'

/** @throws Error that names the file */
export function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause) => {
    throw new Error(`${path}: ${cause.message}`, { cause })
  })
}

/** The text of a file, without a byte-order mark. */
export function decode(bytes: Uint8Array): string {
  if (bytes.subarray(0, 4).includes(0)) throw new Error('the file: got UTF-16 text, expected UTF-8')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Error('the file: got bytes that are no UTF-8 text, expected UTF-8', { cause })
  }
}
