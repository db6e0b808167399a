import { createWriteStream } from 'node:fs'
import { lstat, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isCode } from '../../evidence/folder'

/**
 * Writes a file in a temporary folder beside its place, and moves it there when it is whole. If that fails, nothing
 * is left behind, and an older file is unchanged.
 */
export async function replaceFile(file: string, parts: AsyncIterable<Uint8Array>): Promise<void> {
  const folder = await makeFolderBeside(file)
  try {
    const whole = join(folder, 'whole')
    // Flushed: if the machine loses its power, the file must not have its name without its content.
    await pipeline(parts, createWriteStream(whole, { flush: true }))
    await rename(whole, file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** @throws Error if the file's own folder does not exist, or if a folder, a device or a link has the file's name */
export async function makeFolderBeside(file: string): Promise<string> {
  const old = await lstat(file).catch(() => undefined)
  // Root, who may do it, would replace /dev/stdout for everybody.
  if (old?.isFile() === false)
    throw new Error(`${JSON.stringify(file)}: expected a file, or nothing that is called so`)
  return mkdtemp(`${file}.`).catch((error: unknown) => {
    if (!isCode(error, 'ENOENT')) throw error
    throw new Error(`${JSON.stringify(file)}: expected a file in a folder that exists`, { cause: error })
  })
}
