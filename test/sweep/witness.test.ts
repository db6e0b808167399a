import { upsert } from '../../archive/upsert'
import { EVENTS, refused, type TrailEvent } from '../../emulator/trail-event'
import { makeCloudTrailClient } from '../../sweep/clients'
import { DEFAULT_LIMITS, type SweepJob } from '../../sweep/run'
import { ANYONE } from '../support/clients'
import { endedSession } from '../support/sessions'
import { useStage } from '../support/stage'
import { DAY, daysAgo, HOUR, NOW } from '../support/times'

const stage = useStage()
const MARY = 'arn:aws:sts::111122223333:assumed-role/Ops/mary.major@example.com'
const ECS = 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/ecs-execute-command'
const CONTAINER = 'ecs:prod_0123456789abcdef0123456789abcdef_0123456789abcdef0123456789abcdef-1'

const LIMITS = DEFAULT_LIMITS
const asking = (change: Partial<SweepJob> = {}) => ({
  cloudTrail: stage.cloudTrail,
  limits: LIMITS,
  ...change,
})
const sweep = (change?: Partial<SweepJob>) => stage.sweep(asking(change))
const sweepAfter = (hours: number, change?: Partial<SweepJob>) => stage.sweepAfter(hours, asking(change))
const calls = (outcome?: string) => stage.emulator.calls.countOther({ operation: 'LookupEvents', outcome })
const lookUps = (change: NonNullable<typeof stage.emulator.faults.lookUps>) => {
  stage.emulator.faults.lookUps = change
}
/** Lasts an hour. */
const life = (SessionId: string, startedDaysAgo: number, change: object = {}, members: object = {}) => {
  const startedAt = daysAgo(startedDaysAgo)
  const endedAt = new Date(startedAt.getTime() + HOUR)
  const known = { SessionId, Owner: MARY, Target: 'i-0123456789abcdef0', Reason: 'INC-1', ...members }
  return endedSession(known, { startedAt, endedAt, ...change })
}
/** AWS never lists it, and CloudTrail knows it. */
const hidden = (SessionId: string, startedDaysAgo: number, change: object = {}, members: object = {}) =>
  life(SessionId, startedDaysAgo, { forgottenAt: daysAgo(startedDaysAgo), ...change }, members)
const exec = (SessionId: string, startedDaysAgo: number, change: object = {}) =>
  life(
    SessionId,
    startedDaysAgo,
    { startedBy: MARY, ...change },
    { Owner: ECS, Target: CONTAINER, DocumentName: 'AmazonECS-ExecuteInteractiveCommand', Reason: undefined },
  )
const event = (name: keyof typeof EVENTS, at: Date, members: object = {}): TrailEvent =>
  EVENTS[name]({
    ...{ accountId: '111122223333', region: 'us-east-1', person: MARY, at },
    session: { SessionId: 'tried', Target: 'i-0123456789abcdef0', Reason: 'INC-2', ...members },
  })
const second = (time: Date) => `${time.toISOString().slice(0, 19)}.000Z`

test('what CloudTrail knows and the archive has is matched, with three calls a day', async () => {
  stage.world.add([life('a', 1), life('b', 10), life('c', 29.5)])
  const { Witness, ...receipt } = await sweep()
  expect(receipt).toMatchObject({ Outcome: 'complete', Archived: 3, Pages: 2 })
  expect(Witness).toMatchObject({ Events: 3, Matched: 3, Found: 0, Recovered: 0, Uncorroborated: 0 })
  expect(Witness).not.toHaveProperty('Problem')
  expect(calls()).toBe(3)
  const hour = new Date(NOW.getTime() - HOUR).toISOString()
  expect(Math.abs(Date.parse(Witness?.Until ?? '') - Date.parse(hour))).toBeLessThan(2000)

  expect(await sweepAfter(1)).not.toHaveProperty('Witness') // a recent sweep
  expect(calls()).toBe(3)
  const later = await sweepAfter(23)
  expect(later).toMatchObject({ Kind: 'full', Witness: { Events: 0, Calls: 3 } })
  expect(calls()).toBe(6)
  expect((await stage.sweepsItems()).state).toMatchObject({ WitnessedUntil: later.Witness?.Until })
})

test('a session that AWS hides is archived as recovered, counted once, and rings within a day', async () => {
  await sweep()
  stage.world.add([hidden('hidden', -0.1, { terminatedBy: MARY })])
  await sweepAfter(10)
  const { Witness, Archived } = await sweepAfter(14)

  expect(Witness).toMatchObject({ Events: 1, Matched: 0, Uncorroborated: 1, Recovered: 0 })
  expect(Archived).toBe(1)
  const startedAt = daysAgo(-0.1)
  expect(await stage.record('hidden')).toMatchObject({
    State: 'Recovered',
    StartDate: second(startedAt),
    EndDate: second(new Date(startedAt.getTime() + HOUR)),
    Owner: MARY,
    OwnerName: 'mary.major@example.com',
    RoleName: 'Ops',
    Target: 'i-0123456789abcdef0',
    Reason: 'INC-1',
    StartEventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    Revision: 1,
  })
  const { Witness: next } = await sweepAfter(24)
  expect(next).toMatchObject({ Events: 0, Uncorroborated: 0 })
})

test('one that AWS shows when it is asked for it is archived as AWS has it', async () => {
  await sweep()
  stage.world.add([life('late', -0.1)])
  stage.world.clock.advance(DAY)
  stage.emulator.faults.rewrite = (body, { Filters }) => {
    const isLookUp = Filters?.some((filter) => filter?.key === 'SessionId')
    return isLookUp ? body : JSON.stringify({ Sessions: [] })
  }
  expect((await sweep()).Witness).toMatchObject({ Events: 1, Found: 1, Uncorroborated: 0 })
  expect(await stage.record('late')).toMatchObject({ State: 'History' })
})

describe('the first day', () => {
  beforeEach(() => {
    stage.world.add([
      life('new', 2),
      life('old', 40, { terminatedBy: MARY }),
      life('older', 89),
      life('gone', 91),
      exec('ecs-execute-command-s9y89par6quf78pcbnoko32g28', 50),
    ])
  })

  test('recovers what AWS has forgotten, with what is known', async () => {
    const { Witness, Archived, CoversFrom } = await sweep()
    expect(Witness).toMatchObject({ Events: 4, Matched: 1, Recovered: 3, Uncorroborated: 0, Calls: 3 })
    expect(Archived).toBe(4)
    expect(Date.parse(CoversFrom ?? '')).toBeGreaterThan(daysAgo(31).getTime()) // coverage does not grow by it

    const [old, older] = [await stage.record('old'), await stage.record('older')]
    expect(old).toMatchObject({ State: 'Recovered', DurationSeconds: 3600 })
    expect(old).not.toHaveProperty('EndedBefore')
    expect(old).not.toHaveProperty('LongSource')
    expect(older).not.toHaveProperty('EndDate')
    expect(Date.parse(String(older?.EndedBefore)) - NOW.getTime()).toBeLessThan(60_000)
    expect(older).toHaveProperty('LongSource', '111122223333/us-east-1')
    expect(await stage.record('gone')).toBeUndefined()
    expect(await stage.record('ecs-execute-command-s9y89par6quf78pcbnoko32g28')).toMatchObject({
      State: 'Recovered',
      Owner: ECS,
      ExecutedBy: MARY,
      OwnerKey: 'mary.major@example.com',
      EcsCluster: 'prod',
      EcsTask: 'arn:aws:ecs:us-east-1:111122223333:task/prod/0123456789abcdef0123456789abcdef',
      EcsContainer: 'app',
      Target: CONTAINER,
    })
    expect(JSON.stringify(await stage.record('old'))).not.toContain('tokenValue')
  })

  test('recovers none twice', async () => {
    await sweep()
    const records = await stage.records()
    expect((await sweep({ full: true })).Archived).toBe(0)
    expect((await sweepAfter(24)).Archived).toBe(0)
    expect(await stage.records()).toEqual(records)
  })

  test('looks no further back than records are kept', async () => {
    const { Witness } = await sweep({ retentionDays: 45 })
    expect(Witness).toMatchObject({ Recovered: 1, Matched: 1 })
    const { EndDate, ExpiresAt } = (await stage.record('old')) ?? {}
    expect(Number(ExpiresAt) * 1000).toBe(Date.parse(String(EndDate)) + 45 * DAY)
  })

  test('takes as many sweeps as it needs, the oldest events first', async () => {
    stage.world.add(Array.from({ length: 1100 }, (_, n) => life(`many-${n}`, 89 - n / 20)))
    const until: unknown[] = []
    do {
      const end = calls() + 25
      const remainingMs = () => (calls() < end ? 60_000 : 0)
      const { Kind, Witness } = await sweepAfter(1, { remainingMs })
      expect(Witness).not.toHaveProperty('Problem')
      expect(Kind).toBe(until.length === 0 ? 'full' : 'recent')
      until.push(Witness?.Until)
    } while ((await stage.sweepsItems()).state?.WitnessPending !== undefined)
    expect(until).toEqual([...until].sort())
    expect(until.length).toBeGreaterThan(2)
    expect((await stage.records()).size).toBe(1104)
    const { state } = await stage.sweepsItems()
    expect(state?.WitnessedUntil).toBe(until.at(-1))
    expect(await sweepAfter(1)).not.toHaveProperty('Witness')
  })
})

test('what DescribeSessions says replaces what was recovered, and never the other way round', async () => {
  await sweep()
  stage.world.add([hidden('s', -0.1, { terminatedBy: MARY }), hidden('t', -0.1)])
  await sweepAfter(24)
  const { Salt, FirstArchivedAt } = (await stage.record('s')) ?? {}
  stage.world.update('s', { forgottenAt: daysAgo(-60), endedAt: daysAgo(-30) })
  stage.world.update('t', { forgottenAt: daysAgo(-60) })
  await sweepAfter(24)

  expect(await stage.record('s')).toMatchObject({ State: 'Active', Revision: 2, Salt, FirstArchivedAt })
  expect(await stage.record('s')).not.toHaveProperty('EndDate')
  expect(await stage.record('s')).not.toHaveProperty('DurationSeconds')
  const t = await stage.record('t')
  expect(t).toMatchObject({ State: 'History', Status: 'Terminated', Revision: 2 })
  expect(t).not.toHaveProperty('EndedBefore')
  expect(t).toHaveProperty('StartEventId')
  await sweep({ full: true })
  expect(await stage.record('t')).toEqual(t)
})

test('if AWS hides many, look-ups end after twenty in vain, and all are recovered and counted', async () => {
  await sweep()
  stage.world.add(Array.from({ length: 60 }, (_, n) => hidden(`hidden-${n}`, -0.1)))
  stage.world.clock.advance(DAY)
  const { Witness, Pages, Archived } = await sweep({ remainingMs: () => 50_000.5 })
  expect(Witness).toMatchObject({ Events: 60, Uncorroborated: 60, Found: 0 })
  expect(Witness).not.toHaveProperty('Problem')
  expect(Archived).toBe(60)
  expect(Pages).toBe(2 + 2 * 20)
})

test('what was stored a moment ago is not taken for lost, though the database does not read it yet', async () => {
  stage.world.add([life('a', 1), life('old', 29.5)])
  const read = stage.sessions.read.bind(stage.sessions)
  const sessions = Object.assign(Object.create(stage.sessions), {
    read: async (ids: string[], consistent = false) => (consistent ? read(ids, true) : new Map()),
  })
  expect((await sweep({ sessions })).Witness).toMatchObject({ Matched: 2, Recovered: 0, Found: 0 })
})

test('a session of this id in another source is neither matched nor ended', async () => {
  stage.world.add([hidden('same', 1, { terminatedBy: MARY })])
  const elsewhere = { accountId: '444455556666', region: 'eu-west-1' }
  const seen = {
    ...{ sweepId: 'sweep', seenFrom: NOW.toISOString(), seenUntil: NOW.toISOString() },
    source: elsewhere,
  }
  await upsert(stage.sessions, [
    { ...seen, session: { SessionId: 'same', StartDate: 1 }, state: 'Recovered' },
  ])
  const before = await stage.record('same')
  const receipt = await sweep()
  expect(receipt).toMatchObject({
    Rejected: 1,
    Archived: 0,
    Updated: 0,
    Witness: { Matched: 0, Uncorroborated: 1 },
  })
  expect(await stage.record('same')).toEqual(before)
})

describe('ECS Exec', () => {
  test('a session that is archived gets the person behind it, once', async () => {
    stage.world.add([exec('ecs-execute-command-1', 2)])
    await stage.sweep()
    expect(await stage.record('ecs-execute-command-1')).toMatchObject({ OwnerName: 'ecs-execute-command' })
    expect(await sweep({ full: true })).toMatchObject({ Updated: 1, Witness: { Events: 1, Named: 1 } })
    const named = await stage.record('ecs-execute-command-1')
    expect(named).toMatchObject({
      Owner: ECS,
      ExecutedBy: MARY,
      OwnerName: 'mary.major@example.com',
      OwnerKey: 'mary.major@example.com',
      RoleName: 'Ops',
      EcsCluster: 'prod',
      Revision: 2,
    })
    await sweepAfter(24)
    expect(await stage.record('ecs-execute-command-1')).toEqual(named)
  })

  test('the person stays when the session ends', async () => {
    stage.world.add([exec('ecs-execute-command-1', 0.5, { endedAt: daysAgo(-2) })])
    await sweep()
    await sweepAfter(72)
    expect(await stage.record('ecs-execute-command-1')).toMatchObject({
      State: 'History',
      OwnerName: 'mary.major@example.com',
      ExecutedBy: MARY,
    })
  })

  test('one that AWS does not list is recovered, and does not ring', async () => {
    stage.world.add([exec('ecs-execute-command-1', 2, { forgottenAt: daysAgo(2) })])
    expect((await sweep()).Witness).toMatchObject({ Recovered: 1, Uncorroborated: 0 })
  })
})

test('an attempt that was refused is kept, once', async () => {
  const at = daysAgo(1)
  stage.world.trail.push(
    refused(event('StartSession', at), 'TargetNotConnected', 'i-0123456789abcdef0 is not connected.'),
    refused(
      event('StartSession', daysAgo(1.1)),
      'AccessDenied',
      'User: … is not authorized to perform: ssm:StartSession on resource: arn:aws:ec2:us-east-1:111122223333:instance/i-0abcdef1234567890',
      null,
    ),
    refused(event('ExecuteCommand', daysAgo(1.2)), 'ClientException', 'lone \ud800 surrogate'),
    refused(event('TerminateSession', daysAgo(1.3)), 'AccessDenied', 'no'),
  )
  expect((await sweep()).Witness).toMatchObject({ Refused: 3, Events: 0, Uncorroborated: 0 })
  const { refusals } = await stage.sweepsItems()
  expect(refusals).toHaveLength(3)
  expect(refusals.at(-1)).toMatchObject({
    RefusedAt: second(at),
    EventName: 'StartSession',
    Owner: MARY,
    OwnerName: 'mary.major@example.com',
    Target: 'i-0123456789abcdef0',
    Reason: 'INC-2',
    ErrorCode: 'TargetNotConnected',
    SourceIPAddress: '203.0.113.4',
  })
  expect(refusals[1]).toMatchObject({ Target: 'i-0abcdef1234567890', ErrorCode: 'AccessDenied' })
  expect(await stage.records()).toEqual(new Map())
  await sweep({ full: true })
  expect((await stage.sweepsItems()).refusals).toEqual(refusals)
})

test('look-alikes never count', async () => {
  const at = daysAgo(1)
  const start = event('StartSession', at, { SessionId: 'no-session' })
  const exec = event('ExecuteCommand', at, { SessionId: 'dry-run' })
  stage.world.trail.push(
    { ...start, eventID: 'athena', eventSource: 'athena.amazonaws.com' },
    { ...start, eventID: 'without-answer', responseElements: null },
    { ...exec, eventID: 'dry-run', requestParameters: { dryrun: true } },
    { ...start, eventID: 'another-account', recipientAccountId: '444455556666' },
    { ...start, eventID: 'another-region', awsRegion: 'eu-west-1' },
    event('StartSession', new Date(NOW.getTime() - HOUR / 2), { SessionId: 'too-fresh' }),
  )
  stage.world.add([life('a', 1)])
  lookUps({ isTwice: () => true })
  expect((await sweep()).Witness).toMatchObject({ Events: 1, Matched: 1, Unreadable: 0, Refused: 0 })
})

test('an event that comes hours late is heard a day later', async () => {
  await sweep()
  stage.world.add([hidden('slow', -0.9)])
  lookUps({ deliveryMs: () => 5 * HOUR })
  expect((await sweepAfter(24)).Witness).toMatchObject({ Events: 0 })
  expect((await sweepAfter(24)).Witness).toMatchObject({ Events: 1, Uncorroborated: 1 })
})

test('a recovered session that a killed sweep did not tell of is counted by the next one', async () => {
  await sweep()
  stage.world.add([hidden('s', -0.1)])
  stage.proxy.fault = ({ body }) => (body.Item?.Witness === undefined ? undefined : 'reset-before')
  await expect(sweepAfter(24)).rejects.toThrow()
  stage.proxy.fault = () => undefined
  expect(await stage.record('s')).toMatchObject({ State: 'Recovered' })
  expect((await sweep()).Witness).toMatchObject({ Uncorroborated: 1 })
  expect(await stage.record('s')).toMatchObject({ Revision: 1 })
})

describe('CloudTrail never fails a sweep', () => {
  beforeEach(() => stage.world.add([life('a', 1)]))

  test.each([
    ['denied', 'deny', /AccessDenied.*LookupEvents/, 1],
    ['throttled', 'throttle', /Throttling/, 2],
    ['broken', 'error', /InternalFailure/, 2],
    ['cut off', 'reset', /ECONNRESET|socket|reset/i, 2],
  ] as const)(
    '%s: the receipt says so, and the next full sweep asks again',
    async (_what, fault, problem, asked) => {
      lookUps({ lookUpEvents: fault })
      const receipt = await sweep()
      expect(receipt).toMatchObject({
        Outcome: 'complete',
        Witness: { Problem: expect.stringMatching(problem) },
      })
      expect(receipt.Witness).not.toHaveProperty('Until')
      expect(calls()).toBe(asked)
      await sweepAfter(1)
      expect(calls()).toBe(asked)
      lookUps({})
      expect((await sweepAfter(23)).Witness).toMatchObject({ Events: 1, Matched: 1 })
    },
  )

  test('as fast as CloudTrail allows', async () => {
    stage.world.add(Array.from({ length: 400 }, (_, n) => life(`s-${n}`, 1)))
    lookUps({ perSecond: 20 })
    const cloudTrail = makeCloudTrailClient({ ...ANYONE, endpoint: stage.emulator.url })
    const { Witness } = await sweep({ cloudTrail: () => cloudTrail })
    cloudTrail.destroy()
    expect(Witness).toMatchObject({ Events: 401, Matched: 401 })
    expect(calls('ThrottlingException')).toBeLessThan(5)
  })

  test('slow: it is left to the next full sweep', async () => {
    lookUps({ latencyMs: 300 })
    const { Outcome, Witness } = await sweep({ limits: { ...LIMITS, witnessMs: 100 } })
    expect(Outcome).toBe('complete')
    expect(Witness?.Problem).toMatch(/Timeout|Abort/)
  })

  test('a sweep without time left lets the next one ask', async () => {
    const limits = { ...LIMITS, reserveMs: 1000 }
    let left = 10_000
    const remainingMs = () => {
      if (stage.emulator.calls.count() > 1) left = 999
      return left
    }
    expect(await sweep({ limits, remainingMs })).not.toHaveProperty('Witness')
    expect(await sweepAfter(1)).toMatchObject({ Kind: 'recent', Witness: { Matched: 1 } })
  })

  test.each(['empty-page', 'unreadable', 'repeat-token'] as const)('%s', async (fault) => {
    stage.world.add(Array.from({ length: 60 }, (_, n) => life(`s-${n}`, 1)))
    lookUps({ lookUpEvents: (call) => (call === 2 ? fault : undefined) })
    const { Witness, Outcome } = await sweep()
    expect(Outcome).toBe('complete')
    if (fault === 'repeat-token') expect(Witness?.Problem).toMatch(/same NextToken twice/)
    else
      expect(Witness).toMatchObject({
        Events: fault === 'unreadable' ? 60 : 61,
        Unreadable: fault === 'unreadable' ? 1 : 0,
      })
  })

  test('a database that fails meanwhile is a problem of the witness alone', async () => {
    stage.world.add([hidden('h', 1)])
    stage.proxy.fault = ({ body }) => (body.Item?.State?.S === 'Recovered' ? 'reset-before' : undefined)
    const { Outcome, Witness } = await sweep()
    expect(Outcome).toBe('complete')
    expect(Witness?.Problem).toBeDefined()
    stage.proxy.fault = () => undefined
    expect((await sweepAfter(24)).Witness).toMatchObject({ Uncorroborated: 1, Matched: 1 })
  })
})

test('more events than one listing may hold are asked in shorter times', async () => {
  stage.world.add(Array.from({ length: 700 }, (_, n) => life(`s-${n}`, 40 + n / 20)))
  const { Witness, Archived } = await sweep()
  expect(Witness).toMatchObject({ Events: 700, Recovered: 700 })
  expect(Archived).toBe(700)
  expect(calls()).toBeLessThan(60)
})
