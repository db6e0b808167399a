import type { Node } from '../../emulator/node'
import { DEFAULT_LIMITS, type SweepJob } from '../../sweep/run'
import { endedSession } from '../support/sessions'
import { useStage } from '../support/stage'
import { DAY, HOUR, NOW, SECOND } from '../support/times'

const stage = useStage()

const EC2 = 'i-0c3d4f541d408a434'
const HYBRID = 'mi-0c3d4f541d408a434'
const GONE = 'i-0deaddeaddeaddead'
const CONTAINER = 'ecs:prod_eu_0123456789abcdef0123456789abcdef_0123456789abcdef0123456789abcdef-1'

const WEB: Node = {
  InstanceId: EC2,
  Name: 'Web-01',
  ComputerName: 'ip-10-0-0-1.ec2.internal',
  PlatformType: 'Linux',
  PlatformName: 'Amazon Linux',
  PlatformVersion: '2023',
  IPAddress: '10.0.0.1',
}
const PRINTER: Node = { InstanceId: HYBRID, Name: 'printer', ComputerName: 'printer.corp.example.com' }

/** When the page was seen: the Date header has whole seconds. */
const SEEN = new Date(Math.floor(NOW.getTime() / SECOND) * SECOND + SECOND).toISOString()

const on = (Target: string | undefined, SessionId = `on-${Target}`) =>
  endedSession({ SessionId, Target }, {}, stage.world.clock.now())
const factsOf = async (SessionId: string) => {
  const record = await stage.record(SessionId)
  const names = ['TargetName', 'TargetKey', 'ComputerName', 'PlatformType', 'PlatformName', 'PlatformVersion']
  const all = [...names, 'IPAddress', 'TargetSource', 'TargetAsOf']
  return Object.fromEntries(
    all.flatMap((name) => (record?.[name] === undefined ? [] : [[name, record[name]]])),
  )
}
const count = (operation: 'DescribeInstanceInformation' | 'DescribeInstanceProperties') =>
  stage.emulator.calls.countOther({ operation })
const calls = () => count('DescribeInstanceInformation') + count('DescribeInstanceProperties')
/** Sweeps, whatever is known already, all that AWS shows. */
const fullSweep = (change: Partial<SweepJob> = {}) => stage.sweepAfter(1, { full: true, ...change })

test('a record says what its target was, from when, and who said so', async () => {
  stage.world.addNodes([WEB, PRINTER])
  stage.world.add([on(EC2), on(HYBRID), on(GONE), on(CONTAINER), on(undefined), on('something')])

  const { Names } = await stage.sweep()

  const { InstanceId: _id, Name, ...facts } = WEB
  expect(await factsOf(`on-${EC2}`)).toEqual({
    TargetName: Name,
    TargetKey: 'web-01',
    ...facts,
    TargetSource: 'SSM',
    TargetAsOf: SEEN,
  })
  expect(await factsOf(`on-${HYBRID}`)).toEqual({
    TargetName: 'printer',
    TargetKey: 'printer',
    ComputerName: 'printer.corp.example.com',
    TargetSource: 'SSM',
    TargetAsOf: SEEN,
  })
  expect(await factsOf(`on-${GONE}`)).toEqual({ TargetSource: 'none', TargetAsOf: SEEN })
  expect(await factsOf(`on-${CONTAINER}`)).toEqual({
    TargetName: 'prod_eu',
    TargetKey: 'prod_eu',
    TargetSource: 'Target',
    TargetAsOf: SEEN,
  })
  for (const id of ['on-undefined', 'on-something']) expect(await factsOf(id)).toEqual({})
  expect(Names).toEqual({ Calls: 2, Found: 2, Remembered: 0, Unknown: 1 })
})

test('a machine without a name is called as its computer is', async () => {
  stage.world.addNodes([
    { InstanceId: EC2, Name: '', ComputerName: 'host' },
    { InstanceId: HYBRID, Name: ' ' },
  ])
  stage.world.add([on(EC2), on(HYBRID)])
  await stage.sweep()
  expect(await factsOf(`on-${EC2}`)).toMatchObject({ TargetName: 'host', ComputerName: 'host' })
  expect(await factsOf(`on-${HYBRID}`)).toEqual({
    TargetSource: 'SSM',
    TargetAsOf: SEEN,
  })
})

test('many targets take one look-up of each kind, forty at a time, and none takes a second', async () => {
  const ids = Array.from({ length: 90 }, (_, n) => `i-0${String(n).padStart(16, '0')}`)
  stage.world.addNodes(ids.map((InstanceId) => ({ InstanceId, Name: `n${InstanceId}` })))
  // two sessions each, on two pages
  stage.world.add([...ids, ...ids].map((id, n) => on(id, `s-${n}`)))

  const { Names } = await stage.sweep({ limits: { ...DEFAULT_LIMITS, pageSize: 90 } })

  expect(Names).toEqual({ Calls: 6, Found: 90, Remembered: 0, Unknown: 0 })
  expect([count('DescribeInstanceInformation'), count('DescribeInstanceProperties')]).toEqual([3, 3])
  for (const record of (await stage.records()).values())
    expect(record).toMatchObject({ TargetName: `n${record.Target}`, Revision: 1 })
})

test('what is known is not looked up again, even if it changes', async () => {
  stage.world.addNodes([WEB])
  const startedAt = new Date(NOW.getTime() - HOUR)
  const open = { SessionId: 'open', Target: EC2, StartDate: startedAt.getTime() / 1000 }
  stage.world.add([{ startedAt, endedAt: new Date(NOW.getTime() + 2 * HOUR), whileOpen: open }])
  await stage.sweep()
  stage.world.addNodes([{ ...WEB, Name: 'renamed' }])

  const { Names } = await fullSweep()
  stage.world.clock.advance(2 * HOUR)
  await fullSweep()

  expect(Names).toBeUndefined()
  expect(calls()).toBe(2)
  expect(await stage.record('open')).toMatchObject({
    State: 'History',
    TargetName: 'Web-01',
    TargetAsOf: SEEN,
  })
})

test('a sweep that finds nothing new looks nothing up', async () => {
  stage.world.addNodes([WEB])
  stage.world.add([on(EC2), on(GONE)])
  await stage.sweep()
  await fullSweep()
  await stage.sweepAfter(24)
  expect(calls()).toBe(2)
})

test('a machine that is gone has the name that its last session gave it, as of then', async () => {
  stage.world.addNodes([{ ...WEB, goneAt: new Date(NOW.getTime() + HOUR) }])
  stage.world.add([on(EC2, 'before'), on('i-0eeeeeeeeeeeeeeee')])
  await stage.sweep()
  stage.world.clock.advance(DAY)
  stage.world.add([on(EC2, 'after'), on(GONE)])

  const { Names } = await fullSweep()

  expect(await factsOf('after')).toEqual({ ...(await factsOf('before')), TargetSource: 'archive' })
  expect(await factsOf(`on-${GONE}`)).toMatchObject({ TargetSource: 'none' })
  expect(Names).toEqual({ Calls: 2, Found: 0, Remembered: 1, Unknown: 1 })
  const looked = () => stage.proxy.calls.filter(({ body }) => body.IndexName === 'ByTarget').length
  expect(looked()).toBe(2) // none in the first sweep, when there is nothing to find
  stage.world.add([on(GONE, 'again')])
  await fullSweep()
  expect(await factsOf('again')).toMatchObject({ TargetSource: 'none' })
})

test('a container’s cluster is as of when the session was first archived', async () => {
  const startedAt = new Date(NOW.getTime() - HOUR)
  const whileOpen = { SessionId: 'open', Target: CONTAINER, StartDate: startedAt.getTime() / 1000 }
  stage.world.add([{ startedAt, endedAt: new Date(NOW.getTime() + HOUR), whileOpen }])
  await stage.sweep()
  await stage.sweepAfter(2)
  expect(await stage.record('open')).toMatchObject({
    State: 'History',
    TargetName: 'prod_eu',
    TargetAsOf: SEEN,
  })
  expect(calls()).toBe(0)
})

test('the name of a machine of another source is not taken', async () => {
  stage.world.add([on(GONE, 'here')])
  const accountName = 'other'
  await stage.sweep({ source: { accountId: '444455556666', region: 'us-east-1' }, accountName })
  stage.world.addNodes([WEB])
  stage.world.add([on(EC2, 'theirs')])
  await stage.sweep({ source: { accountId: '444455556666', region: 'us-east-1' } })
  stage.world.nodes.clear()
  await stage.sweep() // rejects what is the other's
  stage.world.add([on(EC2, 'ours')])
  await fullSweep()
  expect(await factsOf('ours')).toMatchObject({ TargetSource: 'none' })
})

test.each(['throttle', 'error', 'reset', 'repeat-token'] as const)(
  'a look-up that fails (%s) costs the sweep nothing, and a later one names the target',
  async (fault) => {
    stage.world.addNodes([WEB])
    stage.world.add([on(EC2), on(HYBRID), on(CONTAINER)])
    stage.emulator.faults.nodes = { describeInstanceInformation: fault }

    const receipt = await stage.sweep()

    expect(receipt).toMatchObject({ Outcome: 'complete', Archived: 3, Names: { Found: 0, Unknown: 0 } })
    expect(receipt.Names?.Problem).toMatch(/\S/)
    expect(await factsOf(`on-${EC2}`)).toEqual({})
    expect(await factsOf(`on-${CONTAINER}`)).toMatchObject({ TargetName: 'prod_eu' })

    stage.emulator.faults.nodes = {}
    expect(await fullSweep()).toMatchObject({ Updated: 2, Names: { Found: 1, Unknown: 1 } })
    expect(await stage.record(`on-${EC2}`)).toMatchObject({ TargetName: 'Web-01', Revision: 2 })
    expect(await fullSweep()).toMatchObject({ Updated: 0, Unchanged: 3 })
  },
)

test('after a failure, nothing more is asked in the sweep', async () => {
  const ids = Array.from({ length: 200 }, (_, n) => `mi-0${String(n).padStart(16, '0')}`)
  stage.world.add(ids.map((id) => on(id)))
  stage.emulator.faults.nodes = { describeInstanceInformation: 'error' }
  expect(await stage.sweep({ limits: { ...DEFAULT_LIMITS, pageSize: 50 } })).toMatchObject({ Archived: 200 })
  expect(calls()).toBeLessThanOrEqual(2 * 2) // two pages are stored at a time, and each call is tried twice
})

test.each([
  ['describeInstanceProperties', { TargetName: 'ip-10-0-0-1.ec2.internal', TargetSource: 'SSM' }],
  ['describeInstanceInformation', { TargetName: 'Web-01', TargetSource: 'SSM' }],
] as const)('if a policy denies %s, the other says what it knows', async (denied, facts) => {
  stage.world.addNodes([WEB])
  stage.world.add([on(EC2), on(GONE)])
  stage.emulator.faults.nodes = { [denied]: 'deny' }
  const { Names } = await stage.sweep()
  expect(await factsOf(`on-${EC2}`)).toMatchObject(facts)
  expect(await factsOf(`on-${GONE}`)).toEqual({}) // nobody can say that it is unknown
  expect(Names).toMatchObject({
    Calls: 2,
    Found: 1,
    Unknown: 0,
    Problem: expect.stringContaining('not authorized'),
  })
})

test('if both are denied, each is asked once in a sweep', async () => {
  const ids = Array.from({ length: 100 }, (_, n) => `i-0${String(n).padStart(16, '0')}`)
  stage.world.add(ids.map((id) => on(id)))
  const deny = 'deny' as const
  stage.emulator.faults.nodes = { describeInstanceInformation: deny, describeInstanceProperties: deny }
  expect(await stage.sweep()).toMatchObject({ Outcome: 'complete', Archived: 100, Names: { Calls: 2 } })
})

test('an answer that never comes is not waited for longer than all look-ups may take', async () => {
  stage.world.add([on(EC2), on(HYBRID)])
  stage.emulator.faults.nodes = { latencyMs: 60_000 }
  const receipt = await stage.sweep({ limits: { ...DEFAULT_LIMITS, namesMs: 50 } })
  expect(receipt).toMatchObject({
    Outcome: 'complete',
    Archived: 2,
    Names: { Problem: expect.stringContaining('in time') },
  })
})

test('a sweep that has little time left spends none of it on names', async () => {
  stage.world.addNodes([WEB])
  stage.world.add([on(EC2)])
  const receipt = await stage.sweep({ remainingMs: () => DEFAULT_LIMITS.reserveMs })
  expect(receipt.Archived).toBe(1)
  expect(calls()).toBe(0)
})

test('nodes that AWS refuses to describe do not hide the others', async () => {
  const ids = Array.from({ length: 40 }, (_, n) => `mi-0${String(n).padStart(16, '0')}`)
  const known = ids.filter((_id, n) => n % 13 !== 5)
  stage.world.addNodes(known.map((InstanceId) => ({ InstanceId, Name: InstanceId })))
  stage.world.add(ids.map((id) => on(id)))
  stage.emulator.faults.nodes = { refusesUnknown: true }
  const { Names } = await stage.sweep()
  expect(Names).toMatchObject({ Found: 37, Unknown: 3 })
  expect(Names?.Calls).toBeLessThan(40)
  expect(Names?.Problem).toBeUndefined()
})

test('if nearly all are refused, the sweep gives up asking and goes on', async () => {
  const ids = Array.from({ length: 200 }, (_, n) => `mi-0${String(n).padStart(16, '0')}`)
  stage.world.add(ids.map((id) => on(id)))
  stage.emulator.faults.nodes = { refusesUnknown: true }
  const receipt = await stage.sweep()
  expect(receipt).toMatchObject({ Outcome: 'complete', Archived: 200, Names: { Calls: 200 } })
  expect(receipt.Names?.Problem).toContain('200 calls were not enough')
})

test('a name is kept as it is, however odd, if an item can hold it', async () => {
  const names = ['</script>', '=1+1', '\u001b[31m', 'x'.repeat(600), '\ud800', '__proto__']
  const ids = names.map((_name, n) => `mi-0${String(n).padStart(16, '0')}`)
  stage.world.addNodes(ids.map((InstanceId, n) => ({ InstanceId, Name: names[n] })))
  stage.world.add(ids.map((id) => on(id)))
  expect(await stage.sweep()).toMatchObject({ Archived: names.length, Rejected: 0 })
  const kept = await Promise.all(ids.map(async (id) => (await factsOf(`on-${id}`)).TargetName))
  expect(kept).toEqual(['</script>', '=1+1', '\u001b[31m', 'x'.repeat(500), '\ufffd', '__proto__'])
})

test('a lost answer of the write that names a target counts it once', async () => {
  stage.world.add([on(HYBRID)])
  stage.emulator.faults.nodes = { describeInstanceInformation: 'error' }
  await stage.sweep()
  stage.emulator.faults.nodes = {}
  stage.world.addNodes([PRINTER])
  stage.breakFirst('UpdateItem', 'reset-after')
  expect(await fullSweep()).toMatchObject({ Updated: 1, Unchanged: 0 })
  expect(await stage.record(`on-${HYBRID}`)).toMatchObject({ TargetName: 'printer', Revision: 2 })
})
