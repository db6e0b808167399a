import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** What the benchmark builds and installs. */
export const CACHE = join(__dirname, '../node_modules/.cache/bench')

const PACKAGE = `node-${process.platform}-${process.arch}`

/** The function's own version of Node.js: this process's, or else one from npm. */
export function node24(): string {
  if (process.version.startsWith('v24.')) return process.execPath
  const node = join(CACHE, 'node_modules', PACKAGE, 'bin', 'node')
  if (!existsSync(node))
    execFileSync('npm', ['install', '--silent', '--no-save', '--prefix', CACHE, `${PACKAGE}@24`])
  return node
}
