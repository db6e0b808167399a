import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Bucket } from './bucket'

/** A bucket in a folder, which is made when it is written to. */
export class Folder implements Bucket {
  constructor(private readonly folder: string) {}

  /** The file has its name only once it is whole and on the disk. */
  async create(name: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const path = join(this.folder, name)
    const temporary = join(this.folder, `.${randomUUID()}`)
    await mkdir(dirname(path), { recursive: true })
    try {
      const file = await open(temporary, 'wx')
      await file.writeFile(bytes)
      await file.sync()
      await file.close()
      await link(temporary, path)
      return 'created'
    } catch (error) {
      if (isCode(error, 'EEXIST')) return 'exists'
      throw error
    } finally {
      await rm(temporary, { force: true })
    }
  }

  async read(name: string): Promise<Buffer | undefined> {
    try {
      return await readFile(join(this.folder, name))
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined
      throw error
    }
  }

  async *list(folder: string): AsyncIterable<string> {
    try {
      for (const name of (await readdir(join(this.folder, folder))).sort()) yield `${folder}${name}`
    } catch (error) {
      if (!isCode(error, 'ENOENT')) throw error
    }
  }
}

/** Whether an error of the file system has this code. */
export function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code
}
