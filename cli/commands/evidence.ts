import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { addReadFlags, archiveToRead } from '../flags'
import { type Io, say, UsageError, write } from '../io'
import { counted } from '../output/format'
import { day, nonEmpty } from '../parsers'

export function define(command: Command, io: Io): void {
  addReadFlags(
    command
      .requiredOption('--from <date>', 'sessions that started on this day (UTC) or later', day)
      .requiredOption('--to <date>', 'sessions that started before this day', day)
      .requiredOption('--out <dir>', 'the folder to write, which must not exist', nonEmpty),
  )
    .addHelpText(
      'after',
      `
Writes a bundle to hand over: the whole evidence log as static files, the records
of the period, and the key that the log is signed with, which is printed. Whoever
gets the bundle runs 'session-archive verify' on it, without AWS. Give the key by
another way than the bundle.

Examples:
  session-archive evidence --from 2026-01-01 --to 2027-01-01 --out evidence-2026
  session-archive evidence --local ./sessions --from 2026-11-01 --to 2026-12-01 --out november`,
    )
    .action(async ({ from, to, out, ...flags }) => {
      if (from >= to)
        throw new UsageError(`received --from ${from} and --to ${to}, expected --from before --to`)
      const folder = resolve(io.cwd, out)
      if (existsSync(folder)) throw new Error(`${JSON.stringify(out)}: expected a folder that does not exist`)
      const location = archiveToRead(flags, ['table'], io)
      const { withEvidence } =
        require('../evidence/open-evidence') as typeof import('../evidence/open-evidence')
      const { exportEvidence } =
        require('../evidence/export-evidence') as typeof import('../evidence/export-evidence')
      const written = await withEvidence(location, flags, io, ({ sessions }, bucket) =>
        exportEvidence(sessions, bucket, { from, to }, folder),
      )
      await write(io, `${written.key}\n`)
      say(
        io,
        `${counted(written.records, 'record')} and a log of ${counted(written.entries, 'entry', 'entries')} in ${JSON.stringify(out)}.`,
      )
    })
}
