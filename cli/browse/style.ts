import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What every page looks like. */
export const STYLE = readFileSync(join(__dirname, 'browse.css'), 'utf8')
