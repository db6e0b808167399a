import { generateSessions } from '../../emulator/generate'
import type { OutputUrl } from '../../emulator/session'
import { DAY, HOUR, SECOND } from '../support/times'
import { NOW, world } from './builders'

const MANY = [...generateSessions({ count: 20_000, seed: 1, now: NOW })]
const SHOWN = MANY.map(({ afterEnd = {} }) => afterEnd)
const JSONS = SHOWN.map((session) => JSON.stringify(session))

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
  expect(ids.filter((id) => !/^[\w+=,.@-]{1,78}-([a-z0-9]{17}|[a-z0-9]{26})$/.test(id))).toEqual([])
})

test.each([
  ['an IAM user', /"Owner":"arn:aws:iam::111122223333:user\/[^/"]+"/],
  ['an IAM user with a path', /"Owner":"[^"]*:user\/[^"]+\//],
  ['a role', /"Owner":"arn:aws:sts::111122223333:assumed-role\/\w+\/[^/"]+"/],
  ['an Identity Center user', /"Owner":"[^"]*assumed-role\/AWSReservedSSO_\w+_[0-9a-f]{16}\/[^"]+@/],
  ['a person hidden by botocore', /"Owner":"[^"]*\/botocore-session-\d+"/],
  [
    'ECS Exec, without a person or a reason',
    /^(?!.*"Reason":)\{"SessionId":"ecs-execute-command-[a-z0-9]{26}","Target":"ecs:.*"Owner":"arn:aws:sts::111122223333:assumed-role\/AWSServiceRoleForECS\/ecs-execute-command"/,
  ],
  ['the owner root', /"Owner":"arn:aws:iam::111122223333:root"/],
  ['no owner', /^(?!.*"Owner":)/],
  ['an EC2 instance', /"Target":"i-[0-9a-f]{17}"/],
  ['a managed instance', /"Target":"mi-[0-9a-f]{17}"/],
  ['a container', /"Target":"ecs:[\w-]+_[0-9a-f]{32}_[0-9a-f]{32}-\d+"/],
  ['no target', /^(?!.*"Target":)/],
  ['no StartDate', /^(?!.*"StartDate":)/],
  ['no EndDate', /^(?!.*"EndDate":)/],
  ['no reason', /^(?!.*"Reason":)/],
  ['a spreadsheet formula', /"Reason":"=HYPERLINK\(\\"http:\/\/evil\.example\\",\\"x\\"\)"/],
  ['a terminal escape sequence', /"Reason":"[^"]*\\u001b\[31m/],
  ['HTML in the reason', /"Reason":"[^"]*<\/script>/],
  ['a right-to-left mark', /"Reason":"[^"]*\u202E/],
  ['an emoji', /"Reason":"[^"]*🚀/],
  ['a reason of full length', /"Reason":"[^"\\]{256}"/],
  ['a failure with its reason', /"Status":"Failed",.*"Details":"[^"]/],
  ['empty details', /"Details":""/],
  ['empty URLs', /"OutputUrl":{"S3OutputUrl":"","CloudWatchOutputUrl":""}/],
  ['a transcript in S3', /"S3OutputUrl":"https:\/\/us-east-1\./],
  ['a transcript in CloudWatch', /"CloudWatchOutputUrl":"https:\/\//],
  ['a maximum duration', /"MaxSessionDuration":"1050"/],
  ['just-in-time access', /"AccessType":"JustInTime"/],
  ['no access type', /^(?!.*"AccessType":)/],
])('a month has some sessions, but not only those, with %s', (_, form) => {
  const share = JSONS.filter((json) => form.test(json)).length / JSONS.length
  expect(share).toBeGreaterThan(0.0005)
  expect(share).toBeLessThan(0.9)
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

test.each([
  ['SessionId', /^.{1,96}$/],
  ['Target', /^.{1,400}$/],
  ['DocumentName', /^[a-zA-Z0-9_\-.]{3,128}$/],
  ['Owner', /^.{1,256}$/],
  ['Reason', /^.{1,256}$/],
  ['Details', /^.{0,1024}$/],
  ['S3OutputUrl', /^.{0,2083}$/],
  ['CloudWatchOutputUrl', /^.{0,2083}$/],
  ['MaxSessionDuration', /^\d{1,4}$/],
])('every made-up %s is within the limits of AWS', (member, limits) => {
  const values = SHOWN.map(
    (session) => session[member] ?? session.OutputUrl?.[member as keyof OutputUrl],
  ).filter((value) => value !== undefined)
  expect(values.filter((value) => !limits.test(String(value)))).toEqual([])
})
