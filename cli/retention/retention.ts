import type { Receipt } from '../../archive/receipt'
import type { RetentionState } from '../../archive/retention'
import { readRetentionState } from '../../archive/retention-table'
import type { AwsConfig } from '../aws-config'
import { callerArn } from '../caller'
import { type Io, say, write } from '../io'
import type { OpenArchive } from '../open-archive'
import { counted, grouped, time } from '../output/format'
import { messageOf } from '../output/message-of'
import { printable } from '../output/printable'
import { startSpinner } from '../output/progress'
import { changeRetention, daysText, resumable } from './change-retention'
import { lastReceipt } from './last-receipt'
import { mostFrequent, type Survey, surveyRetention } from './survey'

export interface RetentionAsked {
  /** Undefined: forever. */
  readonly days: number | undefined
  /** Whether records are to be changed. */
  readonly isSure: boolean
  /** Whether the archive is one of this machine. */
  readonly isFolder: boolean
}

/** Says what another retention means for the stored records, and gives it to them if that is wanted. */
export async function retention(
  archive: OpenArchive,
  asked: RetentionAsked,
  aws: AwsConfig,
  io: Io,
): Promise<void> {
  await requireSame(archive, asked, io)
  const state = resumable(await readRetentionState(archive.sweeps), { RetentionDays: asked.days })
  if (state !== undefined) await write(io, resumedLine(state))
  if (!asked.isSure) {
    await write(io, surveyLines(await survey(archive, asked, io), asked))
    return
  }
  try {
    await change(archive, asked, aws, io)
  } catch (error) {
    throw withHelp(error)
  }
}

/** New records get what is configured: the stored ones must not get another. */
async function requireSame(
  { sweeps }: OpenArchive,
  { days, isSure, isFolder }: RetentionAsked,
  io: Io,
): Promise<void> {
  const receipt = await lastReceipt(sweeps)
  if (receipt === undefined || receipt.RetentionDays === days) return
  const message = isFolder
    ? 'sweeps into a folder keep records forever: run this again after each'
    : contradiction(receipt, days)
  if (isSure && !isFolder) throw new Error(message)
  say(io, `Note: ${message}.`)
}

function contradiction({ Source, StartedAt, RetentionDays }: Receipt, days: number | undefined): string {
  const how = days === undefined ? 'with retentionDays=off' : `with retentionDays=${days}`
  return `the last sweep, of ${printable(Source)} at ${time(StartedAt)} UTC, kept records ${daysKept(RetentionDays)}, not ${daysKept(days)}: deploy ${how} and wait for a sweep, or new records get another expiry than stored ones`
}

const daysKept = (days: number | undefined) => (days === undefined ? 'forever' : `for ${daysText(days)}`)

async function survey({ sessions }: OpenArchive, { days }: RetentionAsked, io: Io): Promise<Survey> {
  const spinner = await startSpinner('Reading', io)
  return surveyRetention(sessions, days, new Date(), (read) => spinner.say(counted(read, 'record'))).finally(
    spinner.stop,
  )
}

async function change(archive: OpenArchive, asked: RetentionAsked, aws: AwsConfig, io: Io): Promise<void> {
  const By = asked.isFolder ? undefined : await callerArn(aws, io.env)
  const spinner = await startSpinner('Changing', io)
  const receipt = await changeRetention({
    ...archive,
    wanted: { RetentionDays: asked.days, By },
    now: () => new Date(),
    survey: async () => {
      const found = await survey(archive, asked, io)
      await write(io, surveyLines(found, asked))
      return Object.fromEntries(mostFrequent(found))
    },
    onPage: ({ Read, Changed }) => spinner.say(`${grouped(Read)} read, ${grouped(Changed)} changed`),
  }).finally(spinner.stop)
  const unsure = receipt.Uncertain > 0 ? `, and ${grouped(receipt.Uncertain)} perhaps before` : ''
  await write(
    io,
    `${counted(receipt.Read, 'record')} read, ${grouped(receipt.Changed)} changed${unsure}: done.\n`,
  )
}

function surveyLines(found: Survey, { days, isSure }: RetentionAsked): string {
  const from = mostFrequent(found, 3).map(
    ([of, records]) => `${/^[a-z]/.test(of) ? of : `${of} days`} ${grouped(records)}`,
  )
  const others = found.from.size > 3 ? ', others' : ''
  const when = days === undefined ? 'never' : `${grouped(days)} days after their end`
  return [
    `${counted(found.read, 'record')}, of which ${grouped(found.ended)} have ended and can expire (now: ${from.join(', ') || 'none'}${others}).`,
    `${grouped(found.changed)} get another expiry: ${when}.`,
    ...(found.atOnce > 0
      ? [
          `${grouped(found.atOnce)} expire at once: DynamoDB deletes them within days, and nothing brings them back.`,
        ]
      : []),
    ...(found.tooOld > 0
      ? [
          `${grouped(found.tooOld)} would have expired five years ago, and DynamoDB does not delete these: first change to a longer retention, by which none has, and wait until they are gone.`,
        ]
      : []),
    ...(isSure ? [] : ["Nothing was changed. '--yes' does it."]),
    '',
  ].join('\n')
}

function resumedLine({ StartedAt, Read, Changed }: RetentionState): string {
  return `A change to this retention was begun at ${time(StartedAt)} UTC and has not ended: ${grouped(Read)} read, ${grouped(Changed)} changed. '--yes' goes on with it.\n`
}

function withHelp(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'AccessDeniedException') return error
  return new Error(
    `${messageOf(error)}: expected the credentials of one of breakGlassPrincipals, which alone may change records of deployed tables`,
    { cause: error },
  )
}
