import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PACKAGE = `node-${process.platform}-${process.arch}`
const FOLDER = join(tmpdir(), 'session-archive-node24')

/** Node.js 24, the function's own: from npm, where this is another one. */
export function node24(): string {
  if (process.version.startsWith('v24.')) return process.execPath
  const node = join(FOLDER, 'node_modules', PACKAGE, 'bin', 'node')
  if (!existsSync(node))
    execFileSync('npm', ['install', '--silent', '--no-save', '--prefix', FOLDER, `${PACKAGE}@24`])
  return node
}
