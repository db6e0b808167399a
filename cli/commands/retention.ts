import type { Command } from '@commander-js/extra-typings'
import { LEAST_RETENTION_DAYS } from '../../archive/expiry'
import { addReadFlags, archiveToRead } from '../flags'
import { type Io, UsageError } from '../io'
import { wholeNumber } from '../parsers'

/** JavaScript has no date of an expiry that is further away. */
const MOST_DAYS = 36_500

export function define(command: Command, io: Io): void {
  addReadFlags(
    command
      .option(
        '--days <number>',
        'records expire so many days after their end',
        wholeNumber(LEAST_RETENTION_DAYS, MOST_DAYS),
      )
      .option('--never', 'or records are kept forever')
      .option('--yes', 'change the records: otherwise it only says what would change', false),
  )
    .addHelpText(
      'after',
      `
Records keep the expiry that they were written with. Whenever retentionDays of the
deployment was set, changed or set to off, this gives the stored records the same: it
reads all of them, and writes those whose expiry is another. Open sessions do not
expire. First deploy, wait for a sweep, then run this: it refuses a retention that
is not the archiver's. It deletes nothing: DynamoDB deletes what has expired, within
days, and nothing brings it back.

Deployed tables accept this only from breakGlassPrincipals. If it is stopped, the
same command goes on. What was changed, and by whom, is kept in the Sweeps table and
in the evidence log.

Examples:
  session-archive retention --days 400
  session-archive retention --days 400 --yes
  session-archive retention --never --yes --local ./sessions`,
    )
    .action(async ({ days, never, yes, ...flags }) => {
      if ((days === undefined) === (never === undefined))
        throw new UsageError("how long? expected one of '--days <number>' and '--never'")
      const location = archiveToRead(flags, ['table', 'sweepsTable'], io)
      const { awsConfig } = require('../aws-config') as typeof import('../aws-config')
      const { withArchive } = require('../open-archive') as typeof import('../open-archive')
      const { retention } = require('../retention/retention') as typeof import('../retention/retention')
      const aws = await awsConfig(flags, io)
      const isFolder = 'folder' in location
      const asked = { days, isSure: yes, isFolder }
      await withArchive(location, flags, io, (archive) => retention(archive, asked, aws, io), aws)
    })
}
