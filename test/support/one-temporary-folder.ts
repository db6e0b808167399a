import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Jest's globalSetup: whatever the tests of a run leave behind is in one folder, which is removed at the end. */
export default function useOneTemporaryFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'session-archive-tests-'))
  process.env.TMPDIR = folder
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
}
