import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Findings } from '../findings'
import { MAX_NAME } from './names'

/** Paths of the plain files in a folder, in the order of their names, separated by `/`. No link is followed. */
export async function* walk(folder: string, missing: Findings, inside = ''): AsyncGenerator<string> {
  for (const entry of await entriesOf(folder, missing, inside)) {
    const path = `${inside}${entry.name}`
    if (path.length > MAX_NAME) continue // S3 has no such name
    if (entry.isDirectory()) yield* walk(folder, missing, `${path}/`)
    else if (entry.isFile()) yield path
  }
}

async function entriesOf(folder: string, missing: Findings, inside: string) {
  try {
    const entries = await readdir(join(folder, inside), { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (inside === '') throw error
    missing.add(`the files in ${JSON.stringify(inside)}, which cannot be read`)
    return []
  }
}
