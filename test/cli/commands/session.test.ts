import { expectFailure, expectWrongUsage, printedBy } from '../../support/cli'
import { receipt, SOURCE, useFilledArchive } from '../../support/filled-archive'
import { readBack } from '../../support/read-back'

const SEEN = new Date('2026-03-01T10:00:00.000Z')
const ENDED = {
  SessionId: 'alice-0ab177d470EXAMPLE',
  Target: 'i-07782c72faEXAMPLE',
  Status: 'Terminated',
  StartDate: 1582068633.188,
  EndDate: 1582155033.188,
  DocumentName: 'SSM-SessionManagerRunShell',
  Owner: 'arn:aws:sts::111122223333:assumed-role/Admin/alice',
  Reason: `INC-4711 ${'disk full '.repeat(40)}`,
  OutputUrl: { S3OutputUrl: 'https://example.com/log' },
  MaxSessionDuration: '60',
  AddedLater: { Nested: ['one', 2, true] },
}

const EXEC = 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/ecs-execute-command'
const complete = (at: string) =>
  receipt(at, { CoversFrom: '2026-02-01T00:00:00.000Z', CoversUntil: at, RetentionDays: 31 })

const archive = useFilledArchive(async ({ keep, store, ledger, swept }) => {
  await keep([ENDED, { SessionId: 'exec', Owner: EXEC }], SEEN)
  await keep(
    [
      { SessionId: 'open', state: 'Active' },
      { SessionId: 'elsewhere', state: 'Active', source: { ...SOURCE, region: 'eu-west-2' } },
    ],
    SEEN,
  )
  await swept(complete('2026-03-04T10:00:00.000Z'))
  await swept({ ...complete('2026-03-05T10:00:00.000Z'), Outcome: 'failed' })
  for (const id of ['y-2', 'y-3', 'exec']) {
    const rawJson = `{ "SessionId" : "${id}", "Target": "y-4" }`
    await ledger.putRejected(SOURCE, 'sweep', { rawJson, reason: 'too large' })
  }
  await keep([{ SessionId: 'lost', state: 'Active', Status: 'Connected' }], SEEN)
  await store.markMissing('lost', '2026-03-02T00:00:00.000Z', '2026-03-01T23:00:00.000Z')
  await store.markEndUnknown('lost', SOURCE, '2026-03-02T00:00:00.000Z')
})

/** What the archive adds to both. */
const PROVENANCE = {
  ...{ AccountId: '111122223333', Region: 'eu-west-1', LongSource: '111122223333/eu-west-1' },
  FirstArchivedAt: '2026-03-01T10:00:00.000Z',
  ObservedAt: '2026-03-01T10:00:00.000Z',
  SweepId: '2026-03-01T10:00:00.000Z-0a1b2c3d',
  ...{ ContentHash: expect.stringMatching(/^[0-9a-f]{64}$/), Revision: 1, SchemaVersion: 1 },
  Salt: expect.stringMatching(/^[0-9a-f]{32}$/),
}

/** Everything known about it, provenance included. */
const RECORD = {
  ...ENDED,
  ...PROVENANCE,
  ...{ StartDate: '2020-02-18T23:30:33.188Z', EndDate: '2020-02-19T23:30:33.188Z', StartDay: '2020-02-18' },
  ...{ OwnerName: 'alice', OwnerKey: 'alice', RoleName: 'Admin', State: 'History', DurationSeconds: 86_400 },
}

const LOST = {
  ...PROVENANCE,
  ...{ SessionId: 'lost', Status: 'Connected', State: 'Active', EndUnknown: true, Revision: 3 },
  ...{ MissingSince: '2026-03-02T00:00:00.000Z', LastKnownActiveAt: '2026-03-01T23:00:00.000Z' },
}

test('session prints a line per attribute, whole, those of AWS first', async () => {
  const members = printedBy(await archive.ask('session', [ENDED.SessionId]))
    .split('\n')
    .slice(0, -1)
  expect(Object.fromEntries(members.map((line) => [line.slice(0, 20).trim(), line.slice(20)]))).toEqual({
    ...RECORD,
    ...{ DurationSeconds: '86400', Revision: '1', SchemaVersion: '1' },
    OutputUrl: '{"S3OutputUrl":"https://example.com/log"}',
    AddedLater: '{"Nested":["one",2,true]}',
  })
  expect(members.slice(0, 3)).toEqual([
    `SessionId           ${ENDED.SessionId}`,
    expect.stringMatching(/^StartDate /),
    expect.stringMatching(/^EndDate /),
  ])
  expect(members.at(-1)).toMatch(/^AddedLater /)
})

test.each(['json', 'jsonl', 'csv'])('session --output %s prints the record', async (format) => {
  const print = (id: string) => archive.ask('session', [id, '--output', format])
  expect(readBack(format, printedBy(await print(ENDED.SessionId)))).toEqual([RECORD])
  expect(readBack(format, printedBy(await print('lost')))).toEqual([LOST])
})

test.each([
  ['open', 'last complete sweep of its source', '2026-03-04 10:00:00', SOURCE.region],
  ['elsewhere', 'first sight, if its source was never swept completely', '2026-03-01 10:00:00', 'eu-west-2'],
])('session %s is shown as open at the %s, and as stale', async (id, _when, time, region) => {
  const { status, stdout, stderr } = await archive.ask('session', [id, '--output', 'json'])
  expect({ status, records: JSON.parse(stdout) }).toMatchObject({
    status: 0,
    records: [{ SessionId: id, LastSeenAt: `${time.replace(' ', 'T')}.000Z`, Stale: true }],
  })
  expect(stderr).toBe(
    `1 open session, last seen at ${time} UTC or later.\n` +
      `Stale: 1, not confirmed for 25 hours, in 111122223333/${region}.\n`,
  )
})

test('session says that an owner names nobody', async () => {
  const { stderr } = await archive.ask('session', ['exec'])
  expect(stderr).toContain(
    'Its owner names nobody: A name made by ECS Exec, which starts every session itself: the same for everybody.\n',
  )
})

const expiry = 'Records of sessions that ended before 2026-03-04 10:00:00 UTC may have expired: has it?'
const rejected = '3 sessions could not be stored as records: see REJECTED# in the Sweeps table.'

test('session asks whether the record has expired, by what any receipt says', async () => {
  const { stderr } = await archive.ask('session', ['gone'])
  expect(stderr).toContain(`whole? ${rejected} ${expiry} Was its source`)
})

const inSweeps = /REJECTED#[0-9a-f]{64} of 111122223333\/eu-west-1 in the Sweeps table/

test('session says where a session is that could not be stored, in any state or at all', async () => {
  const run = await archive.ask('session', ['y-2'])
  expectFailure(run, /no session "y-2" .* AWS showed it, but it could not be stored: see REJECTED/)
  expect(run.stderr).toMatch(inSweeps)
  expect((await archive.ask('session', ['y-4'])).stderr).toContain(rejected) // a target
  const stored = await archive.ask('session', ['exec'])
  expect(stored.stderr).toMatch(/^AWS showed it, but it could not be stored in every state: see REJECTED/)
})

test.each(['table', 'json'])('session --output %s fails with help if it is not there', async (format) => {
  const run = await archive.ask('session', ['alice-0ab\u001b[31m', '--output', format])
  expectFailure(run, /no session "alice-0ab\\u001b\[31m" in this archive\. Is the SessionId whole\?/)
  expect(run.stderr).toContain("'session-archive sweeps --coverage' shows that")
})

test.each<[string[], string]>([
  [[], "missing required argument 'id'"],
  [[''], "value '' is invalid for argument 'id'. Expected some text."],
  [['one', 'two'], 'Expected 1 argument but got 2'],
  [['one', '--owner', 'alice'], "unknown option '--owner'"],
])('session %j is wrong usage', async (args, message) => {
  expectWrongUsage(await archive.ask('session', args), message)
})
