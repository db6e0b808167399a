import { setTimeout as sleep } from 'node:timers/promises'
import { paginateScan } from '@aws-sdk/lib-dynamodb'
import { readRetention } from '../../../archive/retention-table'
import { enrol } from '../../../archive/roster'
import { SessionsTable } from '../../../archive/sessions-table'
import { SweepsTable } from '../../../archive/sweeps-table'
import { upsert } from '../../../archive/upsert'
import { type OpenArchive, openFolder } from '../../../cli/open-archive'
import { changeRetention } from '../../../cli/retention/change-retention'
import { runBin, startBin } from '../../support/cli'
import { useEvidence } from '../../support/evidence-stage'
import { receipt, SOURCE } from '../../support/filled-archive'
import { endedSession } from '../../support/sessions'
import { temporaryFolder } from '../../support/temporary-folder'
import * as times from '../../support/times'

const RECORDS = 10_000
const KILLS = 4
const DAY_SECONDS = 24 * 60 * 60
const folder = temporaryFolder()
const stage = useEvidence()

const NOW = new Date()
const daysAgo = (days: number) => NOW.getTime() / 1000 - days * DAY_SECONDS
const day = (ago: number) => new Date(daysAgo(ago) * 1000).toISOString().slice(0, 10)

/** One sweep's records, that ended in the last hundred days, and its receipt. */
async function fill({ sessions, sweeps }: OpenArchive): Promise<void> {
  const at = NOW.toISOString()
  const observations = Array.from({ length: RECORDS }, (_, n) => ({
    session: {
      SessionId: `session-${n}`,
      StartDate: daysAgo((100 * n) / RECORDS) - 60,
      EndDate: daysAgo((100 * n) / RECORDS),
    },
    ...({
      state: 'History',
      source: SOURCE,
      sweepId: `${at}-0a1b2c3d`,
      seenFrom: at,
      seenUntil: at,
    } as const),
  }))
  await enrol(sweeps, SOURCE, NOW)
  await upsert(new SessionsTable(sessions), observations, { expectNew: true })
  const CoversFrom = new Date(daysAgo(110) * 1000).toISOString()
  const done = { Archived: RECORDS, Seen: RECORDS, CoversFrom, CoversUntil: at }
  await new SweepsTable(sweeps).putReceipt(receipt(at, done))
}

async function allRecords({ sessions: { client, tableName: TableName } }: OpenArchive) {
  const records: Record<string, unknown>[] = []
  for await (const { Items = [] } of paginateScan({ client }, { TableName })) records.push(...Items)
  return records
}

async function within<T>(use: (archive: OpenArchive) => Promise<T>): Promise<T> {
  const archive = await openFolder(folder())
  return use(archive).finally(archive.close)
}

test('of 10,000 records, a change that is killed again and again reaches each once, and the log accounts for it', async () => {
  await within(fill)
  const command = ['retention', '--days', '60', '--yes', '--local', folder()]
  let kills = 0
  for (; kills < KILLS; kills++) {
    const running = startBin(command)
    running.stdout.once('data', () => void sleep(300 + 200 * kills).then(() => running.kill('SIGKILL')))
    running.stderr.resume()
    if ((await running.status) === 0) break
  }
  expect(kills).toBe(KILLS) // or it was not killed while it worked

  const begun = performance.now()
  const last = await runBin(command)
  expect(last).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^A change to this .*\n10,000 records read, /),
  })
  console.info(`rest: ${Math.round(performance.now() - begun)} ms; ${last.stdout}`)

  const [records, kept] = await within(async (archive) => [
    await allRecords(archive),
    await readRetention(archive.sweeps),
  ])
  expect(records).toHaveLength(RECORDS)
  for (const { EndDate, ExpiresAt, Revision } of records)
    expect({ ExpiresAt, Revision }).toEqual({
      ExpiresAt: Math.ceil(Date.parse(String(EndDate)) / 1000) + 60 * DAY_SECONDS,
      Revision: 2,
    })
  const [done, ...others] = kept
  expect(others).toMatchObject([{ From: { never: RECORDS } }])
  expect(done).toMatchObject({ Outcome: 'complete', Read: RECORDS })
  const { Changed = 0, Uncertain = 0 } = { ...done } as { Changed?: number; Uncertain?: number }
  expect(Changed).toBeLessThanOrEqual(RECORDS)
  expect(Changed + Uncertain).toBeGreaterThanOrEqual(RECORDS)

  const period = ['--from', day(90), '--to', day(1), '--local', folder()]
  const key = (await runBin(['evidence', ...period, '--out', 'bundle'], { cwd: folder() })).stdout.trim()
  const verified = await runBin(['verify', 'bundle', '--key', key], { cwd: folder() })
  expect(verified.stdout).toMatch(/^unaltered {2}proven\ncomplete {3}proven\n/)
  expect(verified.stdout).toContain(`records ${RECORDS}, sooner than before ${RECORDS}`)

  expect((await runBin(command)).stdout).toContain('10,000 records read, 0 changed: done.')
})

test('sweeps that go on meanwhile and the change leave each record with the right expiry, and nothing to disprove', async () => {
  const { world, client, database } = stage
  const ids = Array.from({ length: 80 }, (_, n) => `s-${n}`)
  const ends = (n: number) => new Date(times.NOW.getTime() + (n % 2 === 0 ? -n : n % 60) * 60_000)
  world.add(
    ids.map((SessionId, n) => endedSession({ SessionId }, { startedAt: times.daysAgo(3), endedAt: ends(n) })),
  )
  await stage.sweep({ retentionDays: 400 })
  world.clock.advance(2 * times.HOUR)
  const change = () =>
    changeRetention({
      sessions: { client, tableName: database.sessionsTable },
      sweeps: { client, tableName: database.sweepsTable },
      wanted: { RetentionDays: 60 },
      now: () => world.clock.now(),
      survey: async () => ({}),
      pageSize: 5,
    })
  const [, changed] = await Promise.all([stage.sweep({ retentionDays: 60, full: true }), change()])
  expect(changed.Changed).toBeGreaterThan(0)
  expect(await change()).toMatchObject({ Changed: 0 })
  for (const SessionId of ids) {
    const { EndDate, ExpiresAt } = (await stage.record(SessionId)) ?? {}
    expect(ExpiresAt).toBe(Math.ceil(Date.parse(String(EndDate)) / 1000) + 60 * DAY_SECONDS)
  }
  world.clock.advance(2 * times.HOUR)
  await stage.sweep({ retentionDays: 60, full: true })
  await stage.logChanges()
  const { unaltered } = await stage.verify(await stage.bundle({ from: '2000-01-01', to: '2099-01-01' }))
  expect(unaltered).toEqual({ verdict: 'proven', against: [], missing: [] })
})
