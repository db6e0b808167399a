import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { isCode } from '../../evidence/folder'
import { addReadFlags, archiveToRead } from '../flags'
import { type Io, say, write } from '../io'
import { nonEmpty } from '../parsers'

export function define(command: Command, io: Io): void {
  addReadFlags(
    command
      .argument('<id>', 'its SessionId', nonEmpty)
      .requiredOption('--out <file>', 'the proof; a file that exists is not replaced', nonEmpty),
  )
    .addHelpText(
      'after',
      `
Writes the record of one session with the proof that it is in the evidence log,
for 'session-archive verify'. It tells nothing of other sessions. The key that the
log is signed with is printed: give it by another way than the proof.

Example:
  session-archive prove alice-0a1b2c3d4e5f67890 --out alice.proof.json`,
    )
    .action(async (id, { out, ...flags }) => {
      const location = archiveToRead(flags, ['table'], io)
      const { withEvidence } =
        require('../evidence/open-evidence') as typeof import('../evidence/open-evidence')
      const { proveSession } =
        require('../evidence/prove-session') as typeof import('../evidence/prove-session')
      const { text, key } = await withEvidence(location, flags, io, ({ sessions }, bucket) =>
        proveSession(sessions, bucket, id),
      )
      await writeFile(resolve(io.cwd, out), text, { flag: 'wx' }).catch((error: unknown) => {
        if (!isCode(error, 'EEXIST')) throw error
        throw new Error(`${JSON.stringify(out)}: expected a file that does not exist`, { cause: error })
      })
      await write(io, `${key}\n`)
      say(io, `The proof of one session in ${JSON.stringify(out)}.`)
    })
}
