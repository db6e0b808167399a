import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { parse } from 'csv-parse/sync'
import { expectFailure, expectWrongUsage } from '../../support/cli'
import { type FilledArchive, openFilledArchive, SOURCE } from '../../support/filled-archive'

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

let archive: FilledArchive
beforeAll(async () => {
  archive = await openFilledArchive()
  await archive.keep([ENDED], SEEN)
  await archive.keep([{ SessionId: 'lost', state: 'Active', Status: 'Connected' }], SEEN)
  await archive.store.markMissing('lost', '2026-03-02T00:00:00.000Z', '2026-03-01T23:00:00.000Z')
  await archive.store.markEndUnknown('lost', SOURCE)
})
afterAll(() => archive.close())

/** Everything known about it, provenance included. */
const RECORD = {
  ...ENDED,
  StartDate: '2020-02-18T23:30:33.188Z',
  EndDate: '2020-02-19T23:30:33.188Z',
  DurationSeconds: 86_400,
  OwnerName: 'alice',
  AccountId: '111122223333',
  Region: 'eu-west-1',
  State: 'History',
  LongSource: '111122223333/eu-west-1',
  StartDay: '2020-02-18',
  FirstArchivedAt: '2026-03-01T10:00:00.000Z',
  ObservedAt: '2026-03-01T10:00:00.000Z',
  SweepId: '2026-03-01T10:00:00.000Z-0a1b2c3d',
  Revision: 1,
  ContentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
  SchemaVersion: 1,
}

test('session prints a line per attribute, whole, those of AWS first', async () => {
  const { status, stdout, stderr } = await archive.ask('session', [ENDED.SessionId])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const members = stdout.split('\n').slice(0, -1)
  expect(Object.fromEntries(members.map((line) => [line.slice(0, 20).trim(), line.slice(20)]))).toEqual({
    ...RECORD,
    DurationSeconds: '86400',
    Revision: '1',
    SchemaVersion: '1',
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

test.each([
  ['json', (text: string) => JSON.parse(text)],
  ['jsonl', (text: string) => [JSON.parse(text)]],
])('session --output %s prints the record', async (format, read) => {
  const { status, stdout, stderr } = await archive.ask('session', [ENDED.SessionId, '--output', format])
  expect({ status, stderr, records: read(stdout) }).toEqual({ status: 0, stderr: '', records: [RECORD] })
})

test('session --output csv prints the record', async () => {
  const { status, stdout, stderr } = await archive.ask('session', ['lost', '--output', 'csv'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const [cells, ...others] = parse(stdout, { columns: true, record_delimiter: '\r\n' }) as [
    Record<string, string>,
  ]
  expect(others).toEqual([])
  expect(Object.fromEntries(Object.entries(cells).filter(([, cell]) => cell !== ''))).toEqual({
    SessionId: 'lost',
    Status: 'Connected',
    AccountId: '111122223333',
    Region: 'eu-west-1',
    State: 'Active',
    LongSource: '111122223333/eu-west-1',
    MissingSince: '2026-03-02T00:00:00.000Z',
    LastKnownActiveAt: '2026-03-01T23:00:00.000Z',
    EndUnknown: 'true',
    FirstArchivedAt: '2026-03-01T10:00:00.000Z',
    ObservedAt: '2026-03-01T10:00:00.000Z',
    SweepId: '2026-03-01T10:00:00.000Z-0a1b2c3d',
    Revision: '1',
    ContentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    SchemaVersion: '1',
  })
})

test.each(['table', 'json'])(
  'session --output %s fails with help if the archive has no such session',
  async (format) => {
    const run = await archive.ask('session', ['alice-0ab\u001b[31m', '--output', format])
    expectFailure(run, /no session "alice-0ab\\u001b\[31m" in this archive\. Is the SessionId whole\?/)
    expect(run.stderr).toContain("'session-archive sweeps --coverage' shows that")
  },
)

test.each<[string[], string]>([
  [[], "missing required argument 'id'"],
  [[''], "value '' is invalid for argument 'id'. Expected some text."],
  [['one', 'two'], 'Expected 1 argument but got 2'],
  [['one', '--owner', 'alice'], "unknown option '--owner'"],
])('session %j is wrong usage', async (args, message) => {
  expectWrongUsage(await archive.ask('session', args), message)
})

test.each([
  ['session', [ENDED.SessionId]],
  ['session', [ENDED.SessionId, '--output', 'json']],
  ['sessions', ['--from', '2020-02-18', '--to', '2020-02-19']],
])('%s %j fails if a later version wrote a record', async (command, args) => {
  const schemaVersion = (version: number) =>
    archive.client.send(
      new UpdateCommand({
        TableName: 'Sessions',
        Key: { SessionId: ENDED.SessionId },
        UpdateExpression: 'SET SchemaVersion = :version',
        ExpressionAttributeValues: { ':version': version },
      }),
    )
  await schemaVersion(2)
  const { status, stdout, stderr } = await archive.ask(command, args)
  await schemaVersion(1)
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toContain(`"${ENDED.SessionId}": received SchemaVersion 2, expected at most 1`)
})
