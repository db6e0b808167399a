import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeTrail } from '../../../emulator/trail'
import { EVENTS, refused, type TrailEvent } from '../../../emulator/trail-event'
import { trailEvents } from '../../../emulator/trail-events'
import { World } from '../../../emulator/world'
import { start, stopAll } from '../../emulator/builders'
import { expectFailure, expectWrongUsage, runCli } from '../../support/cli'
import { endedSession } from '../../support/sessions'
import { daysAgo, HOUR } from '../../support/times'

const folder = mkdtempSync(join(tmpdir(), 'test-'))
const KEY = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
const MARY = 'arn:aws:iam::111122223333:user/mary'
const HOSTILE = '\u001b[31m=cmd|x'

const life = (SessionId: string, days: number) =>
  endedSession(
    { SessionId, Owner: MARY, Target: 'i-1' },
    { startedAt: daysAgo(days), endedAt: new Date(daysAgo(days).getTime() + HOUR) },
  )
const started = (
  SessionId: string,
  days: number,
  change: object = {},
  accountId = '111122223333',
): TrailEvent => ({
  ...EVENTS.StartSession({
    ...{ accountId, region: 'us-east-1', person: MARY, at: daysAgo(days) },
    session: { SessionId, Target: 'i-2', Reason: HOSTILE },
  }),
  ...change,
})

/** Log files of the last five days. */
const write = async (name: string, events: readonly TrailEvent[], accountId = '111122223333') =>
  writeTrail(join(folder, name), {
    ...{ events, accountId, region: 'us-east-1', key: KEY, organizationId: 'o-exampleorgid' },
    ...{ from: daysAgo(5), until: daysAgo(0) },
  })
const run = (...args: string[]) => runCli(['reconcile', '--local', 'archive', ...args], { cwd: folder })

let known: TrailEvent[]
beforeAll(async () => {
  const world = new World()
  world.add([life('a', 1), life('b', 2), life('old', 40)])
  known = trailEvents(world, undefined, 0, Number.MAX_SAFE_INTEGER).map(({ build }) => build())
  const { url } = await start({ world })
  await runCli(['archive', '--endpoint-url', url, '--local', 'archive'], { cwd: folder })
  await stopAll()
  await write('agrees', known)
  await write('lacks', [
    ...known,
    started('lost', 3),
    started('lost', 3, { eventID: 'again' }),
    started('athena', 3, { eventSource: 'athena.amazonaws.com' }),
    refused(started('refused', 3), 'AccessDenied', 'no'),
  ])
  await write('lacks', [started('of-another', 2, {}, '444455556666')], '444455556666')
})

test('log files that agree with the archive are said to', async () => {
  expect(await run('--trail', 'agrees')).toEqual({
    status: 0,
    stdout: '',
    stderr: expect.stringMatching(
      /^No missing session found\.\n2 log files with 2 sessions started, from .* UTC\.\nArchived: 2\. Missing: 0\.\n$/,
    ),
  })
})

test('a folder without a log file fails: nothing was held against the archive', async () => {
  expectFailure(
    await run('--trail', 'archive'),
    "received no log file of CloudTrail, expected a copy of a trail's bucket",
  )
})

test('what an organization’s log files know and the archive lacks is listed, each once', async () => {
  const { status, stdout, stderr } = await run('--trail', 'lacks')
  expect(status).toBe(1)
  expect(stdout).toMatch(/mary +i-2 .*111122223333\/us-east-1 +lost\n/)
  expect(stdout).toMatch(/mary +i-2 .*444455556666\/us-east-1 +of-another\n/)
  expect(stdout.trimEnd().split('\n')).toHaveLength(3)
  expect(stdout).not.toContain('\u001b')
  expect(stderr).toContain('Archived: 2. Missing: 2.')
})

test.each([
  [['--account', '111122223333'], ['lost']],
  [['--source-region', 'eu-west-1'], []],
  [['--from', daysAgo(2.5).toISOString()], ['of-another']],
  [['--to', daysAgo(2.5).toISOString()], ['lost']],
])('reconcile %j', async (args, expected) => {
  const { stdout, status } = await run('--trail', 'lacks', '--output', 'json', ...args)
  expect(JSON.parse(stdout).map(({ SessionId }: { SessionId: string }) => SessionId)).toEqual(expected)
  expect(status).toBe(expected.length > 0 ? 1 : 0)
})

test('a file that is truncated or hostile is named, and the others are read', async () => {
  const { logs } = await write('broken', [...known, started('lost', 3)])
  const [first = '', second = ''] = logs
  const bytes = readFileSync(join(folder, 'broken', first))
  writeFileSync(join(folder, 'broken', first), bytes.subarray(0, bytes.length / 2))
  symlinkSync('/etc/passwd', join(folder, 'broken', second.replace(/_[^_]*$/, '_0123456789abcdef.json.gz')))
  const { status, stderr } = await run('--trail', 'broken')
  expect(status).toBe(1)
  expect(stderr).toContain(`${first}: expected gzip, whole`)
  expect(stderr).toContain('Archived: 2. Missing: 0.')
})

test('wrong usage is refused', async () => {
  expectWrongUsage(await run('--trail', 'nowhere'), 'received --trail nowhere, expected a folder')
  expectWrongUsage(await run('--trail', 'lacks', '--from', '1d', '--to', '2d'), 'expected --from before --to')
})
