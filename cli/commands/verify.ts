import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Command, Option } from '@commander-js/extra-typings'
import type { Verdict } from '../../evidence/verdict'
import { describeVerdicts } from '../evidence/verdict-lines'
import { Ended, type Io, UsageError, write } from '../io'
import { messageOf } from '../output/message-of'
import { nonEmpty } from '../parsers'

const STATUS: Readonly<Record<Verdict, number>> = { proven: 0, disproven: 1, 'not proven': 3 }

async function isFolderAt(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}

/** What cannot be read is nothing to judge: it speaks against nobody. */
async function readCheckpoint(path: string, io: Io): Promise<string> {
  return readFile(resolve(io.cwd, path), 'utf8').catch((error: unknown) => {
    throw new UsageError(
      `received --checkpoint ${path}, expected the file of a checkpoint: ${messageOf(error)}`,
    )
  })
}

export function define(command: Command, io: Io): void {
  command
    .argument('<path>', "a bundle of 'evidence', or a proof of 'prove'", nonEmpty)
    .option('--key <line>', "the key of the archive's log, from elsewhere than the bundle", nonEmpty)
    .option('--trail <dir>', 'a copy of the bucket of a CloudTrail trail, and its public-keys.json', nonEmpty)
    .option('--trail-name <name>', 'the name of that trail, if it has others, too', nonEmpty)
    .option('--checkpoint <file>', 'a checkpoint of the same log that was received before', nonEmpty)
    .addOption(new Option('--output <format>', 'table or json').choices(['table', 'json']).default('table'))
    .addHelpText(
      'after',
      `
Needs neither AWS nor the archive. Two verdicts, each proven, disproven or not
proven: unaltered (every record is what the log says of it, and the log is what was
signed and has only grown) and complete (receipts in the log cover the whole period
for every source, and no record is missing). docs/evidence.md tells what each rests
on, and how to check it with other tools.

--trail holds both against CloudTrail: its digests, which AWS signs, are checked, each
hour of the period; every session that it says was started has a record; and the log
is the one that the archive had CloudTrail write down. docs/audit-guide.md tells how to
get the copy.

The exit status is 0 if both are proven, 1 if one is disproven, 3 if one is not
proven, and 2 if there is nothing to judge. The proof of one session is about unaltered
alone, and takes neither --checkpoint nor --trail.

Examples:
  session-archive verify evidence-2026 --key 'ssm-session-archive/…+0a1b2c3d+AT…'
  session-archive verify evidence-2026 --key "$KEY" --checkpoint last-year/checkpoint
  session-archive verify evidence-2026 --key "$KEY" --trail ./trail
  session-archive verify alice.proof.json --key "$KEY"`,
    )
    .action(async (path, { key, checkpoint, trail, trailName, output }) => {
      if (trailName !== undefined && trail === undefined)
        throw new UsageError(`received --trail-name ${trailName}, expected --trail <dir> with it`)
      const { verifyBundle } = require('../../evidence/verify') as typeof import('../../evidence/verify')
      const { parseKey } = require('../../evidence/note') as typeof import('../../evidence/note')
      const { parseCheckpoint } =
        require('../../evidence/checkpoint') as typeof import('../../evidence/checkpoint')
      const { verifyProof } = require('../../evidence/proof') as typeof import('../../evidence/proof')
      const file = resolve(io.cwd, path)
      const earlier = checkpoint && (await readCheckpoint(checkpoint, io))
      try {
        if (key !== undefined) parseKey(key)
        if (earlier !== undefined) parseCheckpoint(earlier)
      } catch (error) {
        throw new UsageError(messageOf(error))
      }
      const found = await stat(file).catch((error: unknown) => {
        throw new UsageError(`received ${path}, expected a bundle or a proof: ${messageOf(error)}`)
      })
      const isFolder = found.isDirectory()
      for (const [flag, value] of Object.entries({ trail, checkpoint }))
        if (value !== undefined && !isFolder)
          throw new UsageError(
            `received --${flag} ${value}, expected a bundle with it: a proof is of one session`,
          )
      if (trail !== undefined && !(await isFolderAt(resolve(io.cwd, trail))))
        throw new UsageError(`received --trail ${trail}, expected a folder with a copy of the trail's bucket`)
      const copy = trail === undefined ? undefined : { folder: resolve(io.cwd, trail), name: trailName }
      const verify = async () =>
        isFolder
          ? verifyBundle(file, { key, earlier, trail: copy })
          : verifyProof(await readFile(file, 'utf8'), { key })
      const verified = await verify().catch((error: unknown) => {
        throw new UsageError(`${path}: expected a bundle or a proof: ${messageOf(error)}`)
      })
      await write(
        io,
        output === 'json' ? `${JSON.stringify(verified, undefined, 2)}\n` : describeVerdicts(verified),
      )
      const verdicts = isFolder
        ? [verified.unaltered.verdict, verified.complete.verdict]
        : [verified.unaltered.verdict]
      const status = verdicts.map((verdict) => STATUS[verdict])
      if (status.includes(1)) throw new Ended(1)
      if (status.includes(3)) throw new Ended(3)
    })
}
