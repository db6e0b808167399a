import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What every page looks like. */
export const STYLE = ['../report/look.css', 'browse.css']
  .map((name) => readFileSync(join(__dirname, name), 'utf8'))
  .join('')
