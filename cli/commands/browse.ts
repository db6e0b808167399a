import { once } from 'node:events'
import type { Command } from '@commander-js/extra-typings'
import pLimit from 'p-limit'
import { version } from '../../package.json'
import { addReadFlags, archiveToRead } from '../flags'
import { type Io, say, write } from '../io'
import type { OpenArchive } from '../open-archive'
import { wholeNumber } from '../parsers'

export function define(command: Command, io: Io): void {
  addReadFlags(
    command
      .option('--port <n>', 'port on 127.0.0.1; 0 for any free one', wholeNumber(0, 65535), 0)
      .option('--without-evidence', 'do not read the evidence log: no verdicts, no proofs', false),
  )
    .addHelpText(
      'after',
      `
Serves pages to look at the archive, and prints their address: open it in a
browser of this machine. Whoever has the address can read the archive until the
command is interrupted (Ctrl-C); without the token in it, nothing is told. Each
start makes another one. Nothing can be changed from the pages.

Sessions are found by person, target, account, day and more, as 'session-archive
sessions' finds them. A session's page has every attribute, its history, what is
known of its target, whether it is proven to be unaltered, and its proof to keep.
What is handed over is the report: 'session-archive report'.

While it runs, no other command can open the folder of --local.

Examples:
  session-archive browse
  session-archive browse --local ./sessions --port 8080`,
    )
    .action(async ({ port, withoutEvidence, ...flags }) => {
      const location = archiveToRead(flags, ['table', 'sweepsTable'], io)
      const { withArchive } = require('../open-archive') as typeof import('../open-archive')
      const { withBucket } =
        require('../evidence/open-evidence') as typeof import('../evidence/open-evidence')
      const { awsConfig } = require('../aws-config') as typeof import('../aws-config')
      const { serveArchive } = require('../browse/server') as typeof import('../browse/server')
      const aws = await awsConfig(flags, io)
      const serve = (open: OpenArchive) =>
        withBucket(open, aws, async (bucket) => {
          const archive =
            flags.local ?? `${open.sessions.tableName} in ${await open.sessions.client.config.region()}`
          const evidence = { bucket: withoutEvidence ? undefined : bucket, inTurn: pLimit(1) }
          const frame = { archive, version, now: () => new Date(), io }
          const served = await serveArchive({ ...frame, open, evidence }, port)
          const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
          try {
            await write(io, `${served.url}\n`)
            say(io, 'Whoever has this address can read the archive, until Ctrl-C ends it.')
            await stopped
          } finally {
            await served.close()
          }
        })
      await withArchive(location, flags, io, serve, aws)
    })
}
