import { generateSessions } from '../../emulator/generate'
import type { SessionMembers } from '../../emulator/session'
import { DAY, HOUR, SECOND } from '../support/times'
import { NOW, world } from './builders'

const MANY = [...generateSessions({ count: 20_000, seed: 1, now: NOW })]
const SHOWN = MANY.map(({ afterEnd = {} }) => afterEnd)

const share = (matches: (session: SessionMembers) => boolean) => SHOWN.filter(matches).length / SHOWN.length

test('a seed repeats its sessions, and another seed makes others', () => {
  const generate = (seed: number) => [...generateSessions({ count: 500, seed, now: NOW })]
  expect(generate(3)).toEqual(generate(3))
  expect(generate(3)).not.toEqual(generate(4))
})

test('all made-up sessions are listed at their time, about 1 % of them open, and none 31 days later', () => {
  const made = world(MANY)
  const { active, history, ...others } = made.counts()
  expect(others).toEqual({ notYetStarted: 0, forgotten: 0 })
  expect(active + history).toBe(20_000)
  expect(active / 20_000).toBeCloseTo(0.01, 2)

  made.clock.advance(31 * DAY)
  expect(made.counts()).toEqual({ notYetStarted: 0, active: 0, history: 0, forgotten: 20_000 })
})

test('made-up session ids are unique and look like those of AWS', () => {
  const ids = SHOWN.map(({ SessionId = '' }) => SessionId)
  expect(new Set(ids).size).toBe(20_000)
  expect(ids.filter((id) => !/^[\w+=,.@-]{1,78}-[a-z0-9]{17}$/.test(id))).toEqual([])
})

test.each<[string, (session: SessionMembers) => boolean]>([
  ['an IAM user', ({ Owner }) => /^arn:aws:iam::111122223333:user\/[^/]+$/.test(Owner ?? '')],
  ['an IAM user with a path', ({ Owner }) => /:user\/.+\//.test(Owner ?? '')],
  ['a role', ({ Owner }) => /^arn:aws:sts::111122223333:assumed-role\/\w+\/[^/]+$/.test(Owner ?? '')],
  [
    'an Identity Center user',
    ({ Owner }) => /assumed-role\/AWSReservedSSO_\w+_[0-9a-f]{16}\/.+@/.test(Owner ?? ''),
  ],
  ['a person hidden by botocore', ({ Owner }) => /\/botocore-session-\d+$/.test(Owner ?? '')],
  ['the owner root', ({ Owner }) => Owner === 'arn:aws:iam::111122223333:root'],
  ['no owner', ({ Owner }) => Owner === undefined],
  ['an EC2 instance', ({ Target }) => /^i-[0-9a-f]{17}$/.test(Target ?? '')],
  ['a managed instance', ({ Target }) => /^mi-[0-9a-f]{17}$/.test(Target ?? '')],
  ['a container', ({ Target }) => /^ecs:[\w-]+_[0-9a-f]{32}_[0-9a-f]{32}-\d+$/.test(Target ?? '')],
  ['no target', ({ Target }) => Target === undefined],
  ['no StartDate', ({ StartDate }) => StartDate === undefined],
  ['no EndDate', ({ EndDate }) => EndDate === undefined],
  ['no reason', ({ Reason }) => Reason === undefined],
  ['a spreadsheet formula', ({ Reason }) => Reason === '=HYPERLINK("http://evil.example","x")'],
  ['a terminal escape sequence', ({ Reason }) => Reason?.includes('\u001B[31m') ?? false],
  ['HTML in the reason', ({ Reason }) => Reason?.includes('</script>') ?? false],
  ['a right-to-left mark', ({ Reason }) => Reason?.includes('\u202E') ?? false],
  ['an emoji', ({ Reason }) => Reason?.includes('🚀') ?? false],
  ['a reason of full length', ({ Reason }) => Reason?.length === 256],
  ['a failure with its reason', ({ Status, Details = '' }) => Status === 'Failed' && Details !== ''],
  ['empty details', ({ Details }) => Details === ''],
  ['empty URLs', ({ OutputUrl }) => OutputUrl?.S3OutputUrl === '' && OutputUrl.CloudWatchOutputUrl === ''],
  [
    'a transcript in S3',
    ({ OutputUrl }) => OutputUrl?.S3OutputUrl?.startsWith('https://us-east-1.') ?? false,
  ],
  [
    'a transcript in CloudWatch',
    ({ OutputUrl }) => OutputUrl?.CloudWatchOutputUrl?.startsWith('https://') ?? false,
  ],
  ['a maximum duration', ({ MaxSessionDuration }) => MaxSessionDuration === '1050'],
  ['just-in-time access', ({ AccessType }) => AccessType === 'JustInTime'],
  ['no access type', ({ AccessType }) => AccessType === undefined],
])('a month has some sessions, but not only those, with %s', (_, matches) => {
  expect(share(matches)).toBeGreaterThan(0.0005)
  expect(share(matches)).toBeLessThan(0.9)
})

test('made-up sessions use every usual document, and containers have a document for them alone', () => {
  expect(new Set(SHOWN.map(({ DocumentName }) => DocumentName))).toEqual(
    new Set([
      'SSM-SessionManagerRunShell',
      'AWS-StartInteractiveCommand',
      'Acme-RunAs_postgres.v2',
      'AWS-StartPortForwardingSession',
      'AWS-StartPortForwardingSessionToRemoteHost',
      'AWS-StartSSHSession',
      'AmazonECS-ExecuteInteractiveCommand',
    ]),
  )
  const mismatched = SHOWN.filter(
    ({ Target, DocumentName }) =>
      Target !== undefined &&
      Target.startsWith('ecs:') !== (DocumentName === 'AmazonECS-ExecuteInteractiveCommand'),
  )
  expect(mismatched).toEqual([])
})

test('made-up sessions last from seconds to days and mostly start in office hours', () => {
  const durations = MANY.map(({ startedAt, endedAt = NOW }) => endedAt.getTime() - startedAt.getTime())
  expect(durations.some((duration) => duration > 0 && duration < 30 * SECOND)).toBe(true)
  expect(durations.some((duration) => duration > 2 * DAY)).toBe(true)
  expect(durations.filter((duration) => duration < HOUR).length).toBeGreaterThan(15_000)

  const isOffice = (time: Date) =>
    time.getUTCDay() % 6 !== 0 && time.getUTCHours() >= 8 && time.getUTCHours() < 18
  expect(MANY.filter(({ startedAt }) => isOffice(startedAt)).length).toBeGreaterThan(14_000)
})

test.each<[string, (session: SessionMembers) => unknown, RegExp]>([
  ['SessionId', ({ SessionId }) => SessionId, /^.{1,96}$/],
  ['Target', ({ Target }) => Target, /^.{1,400}$/],
  ['DocumentName', ({ DocumentName }) => DocumentName, /^[a-zA-Z0-9_\-.]{3,128}$/],
  ['Owner', ({ Owner }) => Owner, /^.{1,256}$/],
  ['Reason', ({ Reason }) => Reason, /^.{1,256}$/],
  ['Details', ({ Details }) => Details, /^.{0,1024}$/],
  ['S3OutputUrl', ({ OutputUrl }) => OutputUrl?.S3OutputUrl, /^.{0,2083}$/],
  ['CloudWatchOutputUrl', ({ OutputUrl }) => OutputUrl?.CloudWatchOutputUrl, /^.{0,2083}$/],
  ['MaxSessionDuration', ({ MaxSessionDuration }) => MaxSessionDuration, /^\d{1,4}$/],
])('every made-up %s is within the limits of AWS', (_, member, limits) => {
  const strings = SHOWN.map(member).filter((value) => value !== undefined)
  expect(strings.filter((value) => !limits.test(String(value)))).toEqual([])
})
