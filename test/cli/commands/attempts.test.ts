import { mkdtempSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EVENTS, refused } from '../../../emulator/trail-event'
import { World } from '../../../emulator/world'
import { start, stopAll } from '../../emulator/builders'
import { expectFailure, expectWrongUsage, runCli } from '../../support/cli'
import { endedSession } from '../../support/sessions'
import { daysAgo } from '../../support/times'

const folder = mkdtempSync(join(tmpdir(), 'test-'))
const MARY = 'arn:aws:sts::111122223333:assumed-role/Ops/mary'
const HOSTILE = '</script>\u001b[31m=cmd|x'
const LOCAL = ['--local', 'archive']

const attempt = (days: number, person: string, Target: string, code: string, Reason?: string) =>
  refused(
    EVENTS.StartSession({
      ...{ accountId: '111122223333', region: 'us-east-1', person, at: daysAgo(days) },
      session: { SessionId: `${days}`, Target, Reason },
    }),
    code,
    `${Target} is not connected.`,
  )

beforeAll(async () => {
  const world = new World()
  const exec = {
    SessionId: 'ecs-execute-command-1',
    Owner: 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/ecs-execute-command',
    Target: 'ecs:prod_0123456789abcdef0123456789abcdef_0123456789abcdef0123456789abcdef-1',
    DocumentName: 'AmazonECS-ExecuteInteractiveCommand',
  }
  const old = { startedAt: daysAgo(50), endedAt: daysAgo(49.9) }
  world.add([
    endedSession({ SessionId: 'mary-old', Owner: MARY, Target: 'i-0old' }, old),
    endedSession(exec, { startedAt: daysAgo(2), endedAt: daysAgo(1.9), startedBy: MARY }),
  ])
  world.trail.push(
    attempt(1, MARY, 'i-0a', 'TargetNotConnected', HOSTILE),
    attempt(2, 'arn:aws:iam::111122223333:user/bob', 'i-0b', 'AccessDenied'),
    attempt(40, MARY, 'i-0a', 'AccessDenied', 'INC-7'),
  )
  const { url } = await start({ world })
  const archived = await runCli(['archive', '--endpoint-url', url, ...LOCAL], { cwd: folder })
  expect(archived.stderr).toBe('CloudTrail: 1 recovered, 3 refused attempts kept.\n')
  await stopAll()
})

const run = (...args: string[]) => runCli([...args, ...LOCAL], { cwd: folder })
const codes = async (...args: string[]) =>
  JSON.parse((await run('attempts', '--output', 'json', ...args)).stdout).map(
    ({ OwnerName, ErrorCode }: Record<string, string>) => `${OwnerName} ${ErrorCode}`,
  )

test('attempts that AWS refused are listed, newest first, and say how far CloudTrail was asked', async () => {
  const { status, stdout, stderr } = await run('attempts')
  expect(status).toBe(0)
  const rows = stdout.trimEnd().split('\n')
  expect(rows).toHaveLength(3)
  expect(rows[1]).toMatch(/mary +i-0a +TargetNotConnected/)
  expect(rows[2]).toMatch(/bob +i-0b +AccessDenied/)
  expect(stdout).not.toContain('\u001b')
  expect(stderr).toMatch(/^Of the last 30 days/m)
  expect(stderr).toMatch(/^CloudTrail was asked until .* UTC or later\.$/m)
})

test.each<[string[], string[]]>([
  [
    ['--from', '60d'],
    ['mary TargetNotConnected', 'bob AccessDenied', 'mary AccessDenied'],
  ],
  [
    ['--from', '60d', '--owner', 'MARY'],
    ['mary TargetNotConnected', 'mary AccessDenied'],
  ],
  [['--target', 'i-0b'], ['bob AccessDenied']],
  [['--from', '60d', '--to', '10d'], ['mary AccessDenied']],
  [['--from', '60d', '--limit', '1'], ['mary TargetNotConnected']],
  [['--account', '444455556666'], []],
  [['--source-region', 'eu-west-1'], []],
])('attempts %j', async (args, expected) => {
  expect(await codes(...args)).toEqual(expected)
})

test('attempts of an account that was never swept are not none, but unknown', async () => {
  expect((await run('attempts', '--account', '444455556666')).stderr).toMatch(
    /\n444455556666 was never swept: none of its sessions is here\. Swept: 111122223333\/us-east-1\.\n$/,
  )
})

test.each([
  ['attempts', '--output', 'no/found.xlsx'],
  ['report', '--out', 'no/page.html'],
])('a file in a folder that does not exist is named by %s', async (...args) => {
  expectFailure(await run(...args), /no\/(found\.xlsx|page\.html)": expected a file in a folder that exists$/)
})

test('a file that is written replaces files only: no link, such as /dev/stdout, and no folder', async () => {
  symlinkSync('/dev/null', join(folder, 'linked.xlsx'))
  const refusal = /(linked\.xlsx|archive)": expected a file, or nothing that is called so$/
  expectFailure(await run('attempts', '--output', 'linked.xlsx'), refusal)
  expectFailure(await run('report', '--out', 'linked.xlsx'), refusal)
  expectFailure(await run('report', '--out', 'archive'), refusal)
  expect(readlinkSync(join(folder, 'linked.xlsx'))).toBe('/dev/null')
})

test('a csv has every member, and no formula', async () => {
  const [header, first] = (await run('attempts', '--output', 'csv')).stdout.split('\r\n')
  expect(header).toMatch(/^"RefusedAt","Source","EventName","ErrorCode","ErrorMessage","Owner"/)
  expect(first).toContain('"203.0.113.4"')
})

test('wrong usage is refused', async () => {
  expectWrongUsage(await run('attempts', '--from', 'soon'), "argument 'soon' is invalid", '--from')
  expectWrongUsage(await run('attempts', '--from', '1d', '--to', '2d'), 'expected --from before --to')
})

test('a recovered session is marked in every answer', async () => {
  const recovered = ['--from', '60d', '--state', 'Recovered']
  const { stdout, stderr } = await run('sessions', ...recovered)
  expect(stdout).toMatch(/end unknown +mary +i-0old .*Recovered +mary-old/)
  expect(stderr).toContain('Recovered from CloudTrail: 1, which AWS did not list, or not any more.')
  expect((await run('sessions', '--output', 'csv', ...recovered)).stdout).toContain('"Recovered"')
  expect((await run('session', 'mary-old')).stdout).toMatch(/^State +Recovered$/m)
  const at = daysAgo(48).toISOString()
  expect((await run('sessions', '--at', at)).stdout).toContain('mary-old') // nobody knows better
})

test('a session of ECS Exec is found by the person, and counts as identified', async () => {
  const { stdout } = await run('sessions', '--owner', 'mary', '--from', '7d', '--output', 'json')
  expect(JSON.parse(stdout)).toMatchObject([
    { SessionId: 'ecs-execute-command-1', ExecutedBy: MARY, EcsCluster: 'prod' },
  ])
  expect((await run('session', 'ecs-execute-command-1')).stderr).not.toContain('names nobody')
})

test('the report lists refused attempts, and marks what is recovered', async () => {
  const { stderr } = await run('report', '--from', '60d', '--out', 'page.html')
  expect(stderr).toContain('2 sessions in "page.html"')
  const page = readFileSync(join(folder, 'page.html'), 'utf8')
  const [, section = ''] = /<section id="refused">(.*?)<\/section>/s.exec(page) ?? []
  expect(section).toContain('<b>3</b> by CloudTrail')
  expect(section).toContain('TargetNotConnected')
  expect(section).toContain('&lt;/script&gt;')
  expect(page).toContain('<i class="warn">recovered</i>')
  expect(page).toMatch(/<dt>Recovered<\/dt><dd>1<\/dd>/)
  expect(page).toMatch(/No owner has a form that is known to name nobody/)
  await run('report', '--from', '60d', '--status', 'Terminated', '--out', 'other.html')
  expect(readFileSync(join(folder, 'other.html'), 'utf8')).not.toContain('id="refused"')
})
