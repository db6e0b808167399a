import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { Organization, type RegionStatus } from '../../emulator/organization'
import { startEmulator } from '../../emulator/server'
import { session, start, world } from './builders'
import {
  assume,
  configuration,
  historyOf,
  listAccounts,
  listRegions,
  MEMBER,
  OTHER,
  OWN,
  type Place,
  startOrganization,
} from './organization-clients'

const INVALID = {
  name: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
}

test('the credentials and the region of a request choose whose sessions it gets', async () => {
  const { organization, emulator } = await startOrganization()
  organization.world(OWN, 'us-east-1').add([session({ SessionId: 'own' })])
  organization.world(MEMBER, 'us-east-1').add([session({ SessionId: 'member' })])
  organization.world(MEMBER, 'eu-south-2').add([session({ SessionId: 'abroad' })])
  const { credentials, arn } = await assume(emulator)
  expect(arn).toBe(`arn:aws:sts::${MEMBER}:assumed-role/session-archive-reader/session-archive`)
  expect(await historyOf(emulator)).toEqual(['own'])
  expect(await historyOf(emulator, { credentials })).toEqual(['member'])
  for (const _ of [1, 2])
    expect(await historyOf(emulator, { region: 'eu-south-2', credentials })).toEqual(['abroad'])

  const { calls } = emulator
  expect(calls.count()).toBe(4)
  const abroad = `${MEMBER}/eu-south-2`
  expect(calls.count({ source: abroad, state: 'History', outcome: 'OK' })).toBe(2)
  expect(calls.count({ source: abroad, state: 'Active' })).toBe(0)
  expect(calls.sources()).toEqual([`${OWN}/us-east-1`, abroad, `${MEMBER}/us-east-1`])
  expect(calls.list.map(({ source }) => source)).toContain(`${OWN}/us-east-1`)
  expect(calls.countOther({ operation: 'AssumeRole', accountId: MEMBER, outcome: 'OK' })).toBe(1)
})

test("a key's account is the caller's identity", async () => {
  const { organization, emulator } = await startOrganization()
  const identity = (place?: Place) =>
    new STSClient(configuration(emulator, place)).send(new GetCallerIdentityCommand({}))
  const { credentials } = await assume(emulator)
  expect(await identity()).toMatchObject({ Account: OWN })
  const Arn = expect.stringContaining(`arn:aws:sts::${MEMBER}:assumed-role/session-archive-reader/`)
  expect(await identity({ credentials })).toMatchObject({ Account: MEMBER, Arn })
  organization.remove(MEMBER)
  await expect(identity({ credentials })).rejects.toMatchObject({ name: 'InvalidClientTokenId' })
})

test.each<[RegionStatus | undefined, boolean]>([
  ['ENABLED', true],
  ['ENABLED_BY_DEFAULT', true],
  ['DISABLING', true],
  ['ENABLING', false],
  ['DISABLED', false],
  [undefined, false],
])('sessions of a region that is %s are shown: %s', async (status, shown) => {
  const { organization, emulator } = await startOrganization()
  if (status === undefined) delete organization.account(OWN).regions['us-east-1']
  else organization.account(OWN).regions['us-east-1'] = status
  const asked = historyOf(emulator)
  if (shown) expect(await asked).toEqual([])
  else await expect(asked).rejects.toMatchObject(INVALID)
  const outcome = shown ? 'OK' : 'UnrecognizedClientException'
  expect(emulator.calls.count({ source: `${OWN}/us-east-1`, outcome })).toBe(1)
})

test('sessions of an account that left or is suspended are hidden, and are there when it comes back', async () => {
  const { organization, emulator } = await startOrganization()
  organization.world(MEMBER, 'us-east-1').add([session({ SessionId: 's' })])
  const { credentials } = await assume(emulator)
  organization.remove(MEMBER)
  await expect(historyOf(emulator, { credentials })).rejects.toMatchObject(INVALID)
  organization.add({ id: MEMBER, state: 'SUSPENDED' })
  await expect(historyOf(emulator, { credentials })).rejects.toMatchObject(INVALID)
  organization.account(MEMBER).state = 'ACTIVE'
  expect(await historyOf(emulator, { credentials })).toEqual(['s'])
})

test('the faults of a source are its own, and its calls are numbered from its first', async () => {
  const { organization, emulator } = await startOrganization()
  await historyOf(emulator)
  const { credentials } = await assume(emulator)
  organization.sourceFaults(MEMBER, 'us-east-1').script = (call) =>
    call === 1 ? 'deny-by-policy' : undefined
  await expect(historyOf(emulator, { credentials })).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: `User: arn:aws:sts::${MEMBER}:assumed-role/session-archive-reader/session-archive is not authorized to perform: ssm:DescribeSessions on resource: arn:aws:ssm:us-east-1:${MEMBER}:* with an explicit deny in a service control policy`,
  })
  expect(await historyOf(emulator, { credentials })).toEqual([])
})

type Change = (organization: Organization) => void
const member = (change: (account: ReturnType<Organization['account']>) => void): Change => {
  return (organization) => change(organization.account(MEMBER))
}

test.each<[string, Change]>([
  ['is unknown', (organization) => organization.remove(MEMBER)],
  [
    'is suspended',
    member((account) => {
      account.state = 'SUSPENDED'
    }),
  ],
  [
    'is closed',
    member((account) => {
      account.state = 'CLOSED'
    }),
  ],
  [
    'has no role',
    member(({ faults }) => {
      faults.assumeRole = 'no role'
    }),
  ],
])('AssumeRole is denied in one way: the account %s', async (_, change) => {
  const { organization, emulator } = await startOrganization()
  change(organization)
  await expect(assume(emulator)).rejects.toMatchObject({
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
    message: `User: arn:aws:iam::${OWN}:user/emulator is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${MEMBER}:role/session-archive-reader`,
  })
  expect(emulator.calls.countOther({ operation: 'AssumeRole', outcome: 'AccessDenied' })).toBe(1)
})

test('a role of another name is denied, and so is a caller of another account', async () => {
  const { emulator } = await startOrganization()
  const RoleArn = `arn:aws:iam::${MEMBER}:role/Admin`
  await expect(assume(emulator, { RoleArn })).rejects.toMatchObject({ name: 'AccessDenied' })
  const { credentials } = await assume(emulator)
  const other = { RoleArn: `arn:aws:iam::${OTHER}:role/session-archive-reader` }
  await expect(assume(emulator, other, { credentials })).rejects.toMatchObject({ name: 'AccessDenied' })
})

test('STS that is switched off in a region issues credentials in another', async () => {
  const { organization, emulator } = await startOrganization()
  organization.account(MEMBER).faults.stsDisabledIn = ['eu-west-1']
  await expect(assume(emulator, {}, { region: 'eu-west-1' })).rejects.toMatchObject({
    name: 'RegionDisabledException',
    message: expect.stringContaining(`STS is not activated in the requested region for account:${MEMBER}.`),
  })
  expect((await assume(emulator)).arn).toContain(MEMBER)
  expect(emulator.calls.countOther({ operation: 'AssumeRole', region: 'eu-west-1' })).toBe(1)
})

test('the fault "wrong account" answers with the credentials of another member', async () => {
  const { organization, emulator } = await startOrganization()
  organization.account(MEMBER).faults.assumeRole = 'wrong account'
  organization.world(OTHER, 'us-east-1').add([session({ SessionId: 'other' })])
  const { arn, credentials } = await assume(emulator)
  expect(arn).toBe(`arn:aws:sts::${OTHER}:assumed-role/session-archive-reader/session-archive`)
  expect(await historyOf(emulator, { credentials })).toEqual(['other'])
})

test('a script decides what each AssumeRole suffers', async () => {
  const { organization, emulator } = await startOrganization()
  const faults = ['throttle', 'error', 'reset', undefined] as const
  organization.account(MEMBER).faults.assumeRole = (call) => faults[call - 1]
  await expect(assume(emulator)).rejects.toMatchObject({ name: 'Throttling' })
  await expect(assume(emulator)).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } })
  await expect(assume(emulator)).rejects.toThrow(/ECONNRESET|socket hang up/)
  expect((await assume(emulator)).arn).toContain(MEMBER)
})

test('an account can be slow to answer, without slowing another', async () => {
  const { organization, emulator } = await startOrganization()
  const { credentials } = await assume(emulator)
  organization.account(MEMBER).faults.latencyMs = 300
  const took = async (work: Promise<unknown>) => {
    const before = performance.now()
    await work
    return performance.now() - before
  }
  expect(await took(assume(emulator))).toBeGreaterThanOrEqual(290)
  expect(await took(listRegions(emulator, {}, { credentials }))).toBeGreaterThanOrEqual(290)
  expect(await took(listRegions(emulator))).toBeLessThan(290)
})

test.each([
  [{ RoleSessionName: 'a' }, /'roleSessionName' .* have length greater than or equal to 2/],
  [{ RoleSessionName: 'a'.repeat(65) }, /have length less than or equal to 64/],
  [{ RoleSessionName: 'a b' }, /satisfy regular expression pattern: \[\\w\+=,\.@-\]\*/],
  [{ DurationSeconds: 899 }, /'durationSeconds' .* have value greater than or equal to 900/],
  [{ DurationSeconds: 43_201 }, /have value less than or equal to 43200/],
  [{ RoleArn: 'arn:aws:iam::1:role/too-short' }, /is invalid$/],
])('AssumeRole of %j is invalid', async (input, message) => {
  const { emulator } = await startOrganization()
  const refused = { name: 'ValidationError', message: expect.stringMatching(message) }
  await expect(assume(emulator, input)).rejects.toMatchObject(refused)
})

test('a world alone is an account without an organization, the same in every region', async () => {
  const emulator = await start({ world: world([session({ SessionId: 's' })]) })
  expect(await historyOf(emulator, { region: 'eu-west-1' })).toEqual(['s'])
  expect(emulator.calls.count({ source: `${OWN}/us-east-1` })).toBe(1)
  const refused = { name: 'AWSOrganizationsNotInUseException' }
  await expect(listAccounts(emulator)).rejects.toMatchObject(refused)
  const Regions = [{ RegionName: 'us-east-1', RegionOptStatus: 'ENABLED_BY_DEFAULT' }]
  expect(await listRegions(emulator)).toMatchObject({ Regions })
  expect(emulator.calls.countOther({ operation: 'ListRegions', accountId: OWN })).toBe(1)
})

test('an emulator of both a world and an organization is refused, and of neither', async () => {
  const both = startEmulator({ world: world(), organization: new Organization() })
  await expect(both).rejects.toThrow('expected either a world')
  await expect(startEmulator({})).rejects.toThrow('expected either a world')
})
