import {
  CloudTrailClient,
  LookupEventsCommand,
  type LookupEventsCommandInput,
} from '@aws-sdk/client-cloudtrail'
import { generateAttempts } from '../../emulator/generate-attempts'
import { LOCAL_CREDENTIALS } from '../../emulator/local-credentials'
import { EVENTS } from '../../emulator/trail-event'
import { ago, authorization, NOW, post, session, start, stopAll, world } from './builders'

afterEach(stopAll)

const MINUTE = 60 * 1000
const DAY = 24 * 60 * MINUTE
const MARY = 'arn:aws:iam::111122223333:user/mary'
const ECS = 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/ecs-execute-command'
const lasting = (SessionId: string, startedAt: Date, members: object = {}, life: object = {}) =>
  session(
    { SessionId, Owner: MARY, ...members },
    { startedAt, endedAt: new Date(startedAt.getTime() + MINUTE), ...life },
  )

async function lookUp(url: string, input: Partial<LookupEventsCommandInput> = {}) {
  const client = new CloudTrailClient({ ...LOCAL_CREDENTIALS, endpoint: url, maxAttempts: 1 })
  const { Events = [], NextToken } = await client
    .send(new LookupEventsCommand(input))
    .finally(() => client.destroy())
  return { Events, NextToken, events: Events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent ?? '')) }
}
const named = (AttributeValue: string): Partial<LookupEventsCommandInput> => ({
  LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue }],
})

test('the calls of each session’s life are found, newest first, in CloudTrail’s form', async () => {
  const exec = {
    Owner: ECS,
    Target: 'ecs:prod_0123_0123-1',
    DocumentName: 'AmazonECS-ExecuteInteractiveCommand',
  }
  const { url } = await start({
    world: world([
      lasting('a', ago(2 * DAY), { Target: 'i-1', Reason: 'INC-1' }, { terminatedBy: MARY }),
      lasting('b', ago(DAY), exec, { startedBy: MARY }),
    ]),
  })
  const { events, Events } = await lookUp(url)
  expect(
    events.map(({ eventName, responseElements: { sessionId, session } }) => [
      eventName,
      sessionId ?? session.sessionId,
    ]),
  ).toEqual([
    ['StartSession', 'b'],
    ['ExecuteCommand', 'b'],
    ['TerminateSession', 'a'],
    ['StartSession', 'a'],
  ])
  expect(Events.at(-1)).toMatchObject({
    EventName: 'StartSession',
    EventSource: 'ssm.amazonaws.com',
    ReadOnly: 'false',
  })
  expect(Events.at(-1)?.EventTime).toEqual(new Date(Math.floor(ago(2 * DAY).getTime() / 1000) * 1000))
  expect(events.at(-1)).toMatchObject({
    userIdentity: { type: 'IAMUser', arn: MARY, userName: 'mary' },
    requestParameters: { target: 'i-1', reason: 'INC-1' },
    recipientAccountId: '111122223333',
    awsRegion: 'us-east-1',
  })
  expect(events[1]).toMatchObject({
    eventSource: 'ecs.amazonaws.com',
    userIdentity: { arn: MARY },
    requestParameters: { cluster: 'prod', task: 'arn:aws:ecs:us-east-1:111122223333:task/prod/0123' },
  })
  expect(events[0].userIdentity).toMatchObject({ type: 'AssumedRole', invokedBy: 'ecs.amazonaws.com' })
  expect((await lookUp(url)).events).toEqual(events) // their ids, too
})

test('pages have 50 events at most, and both times are inclusive', async () => {
  const lives = Array.from({ length: 120 }, (_, n) =>
    lasting(`s-${n}`, new Date(Date.parse('2026-11-10T00:00:00Z') + n * 1000)),
  )
  const { url } = await start({ world: world(lives) })
  const seen: string[] = []
  const sizes: number[] = []
  let NextToken: string | undefined
  do {
    const page = await lookUp(url, { ...named('StartSession'), NextToken })
    seen.push(...page.events.map(({ responseElements }) => responseElements.sessionId))
    sizes.push(page.events.length)
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  expect(sizes).toEqual([50, 50, 20])
  expect(seen).toEqual(Array.from({ length: 120 }, (_, n) => `s-${119 - n}`))
  const StartTime = new Date('2026-11-10T00:00:10Z')
  const { events } = await lookUp(url, {
    ...named('StartSession'),
    StartTime,
    EndTime: new Date('2026-11-10T00:00:12Z'),
  })
  expect(events).toHaveLength(3)
})

test('events are found some minutes late, for 90 days, and of the past alone', async () => {
  const fresh = ago(2 * MINUTE)
  const { url, world: here } = await start({
    world: world([lasting('old', ago(91 * DAY)), lasting('fresh', fresh)]),
  })
  expect((await lookUp(url)).events).toEqual([])
  here.clock.advance(10 * MINUTE)
  expect((await lookUp(url)).events).toHaveLength(1)
})

test('other events are found, too, and faults are as they are set', async () => {
  const { url, world: here, faults, calls } = await start({ world: world([lasting('a', ago(DAY))]) })
  const scene = {
    accountId: '111122223333',
    region: 'us-east-1',
    session: {},
    person: undefined,
    at: ago(DAY),
  }
  here.trail.push({ ...EVENTS.StartSession(scene), eventSource: 'athena.amazonaws.com' })
  expect((await lookUp(url, named('StartSession'))).events).toHaveLength(2)
  faults.lookUps = {
    deliveryMs: ({ eventSource }) => (eventSource.startsWith('athena') ? Infinity : 0),
    isTwice: () => true,
  }
  expect((await lookUp(url, named('StartSession'))).events).toHaveLength(2)
  const outcomes: string[] = []
  for (const lookUpEvents of ['deny', 'throttle', 'error', 'reset'] as const) {
    faults.lookUps = { lookUpEvents }
    outcomes.push(
      await lookUp(url).then(
        () => 'OK',
        (error: Error) => error.name,
      ),
    )
  }
  expect(outcomes.slice(0, 3)).toEqual(['AccessDeniedException', 'ThrottlingException', 'InternalFailure'])
  faults.lookUps = { perSecond: 2 }
  await lookUp(url)
  await lookUp(url)
  await expect(lookUp(url)).rejects.toThrow('Rate exceeded')
  expect(calls.countOther({ operation: 'LookupEvents', outcome: 'OK' })).toBe(4)
})

test.each<[string, object, string]>([
  ['too many results', { MaxResults: 51 }, 'InvalidMaxResultsException'],
  ['an end before the start', { StartTime: 2, EndTime: 1 }, 'InvalidTimeRangeException'],
  ['two attributes', { LookupAttributes: [{}, {}] }, 'InvalidLookupAttributesException'],
  ['a token of nobody', { NextToken: 'x' }, 'InvalidNextTokenException'],
  ['a text for a number', { MaxResults: '5' }, 'SerializationException'],
])('%s: %j gets %s', async (_what, body, code) => {
  const emulator = await start({ world: world([lasting('a', new Date(NOW.getTime() - DAY))]) })
  const headers = {
    'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
    authorization: authorization('cloudtrail'),
  }
  expect(await post(emulator, body, headers)).toMatchObject({ status: 400, body: { __type: code } })
})

test('a made-up month has refused attempts, the same for the same seed', async () => {
  const month = { count: 500, seed: 7, now: NOW }
  const attempts = [...generateAttempts(month)]
  expect(attempts).toEqual([...generateAttempts(month)])
  expect(attempts).toHaveLength(20)
  expect(new Set(attempts.map(({ errorCode }) => errorCode))).toEqual(
    new Set(['AccessDenied', 'TargetNotConnected']),
  )
  expect(new Set(attempts.map(({ eventID }) => eventID)).size).toBe(20)
})
