import { OrganizationsClient, paginateListAccounts } from '@aws-sdk/client-organizations'
import type { ListingFault } from '../../emulator/organization-faults'
import { NOW } from './builders'
import {
  assume,
  configuration,
  listAccounts,
  listRegions,
  MEMBER,
  OTHER,
  OWN,
  startOrganization,
} from './organization-clients'

/** With 50 accounts: `000000000001` …, after the first three. */
async function startLarge() {
  const started = await startOrganization()
  for (let n = 1; n <= 47; n += 1) started.organization.add({ id: String(n).padStart(12, '0') })
  return started
}

test('accounts are listed in pages of at most 20, each account once', async () => {
  const { organization, emulator } = await startLarge()
  const client = new OrganizationsClient(configuration(emulator))
  const pages: (string | undefined)[][] = []
  for await (const { Accounts = [] } of paginateListAccounts({ client }, {}))
    pages.push(Accounts.map(({ Id }) => Id))
  expect(pages.map(({ length }) => length)).toEqual([20, 20, 10])
  expect(pages.flat()).toEqual(organization.accounts().map(({ id }) => id))
  expect(emulator.calls.countOther({ operation: 'ListAccounts', accountId: OWN, outcome: 'OK' })).toBe(3)
})

test('an account is listed as it is now, with its State and without the retired Status', async () => {
  const { organization, emulator } = await startOrganization()
  organization.account(OTHER).faults.unlisted = true
  const path = 'o-exampleorgid/r-root/ou-root-payments1/444455556666/'
  Object.assign(organization.account(MEMBER), { state: 'PENDING_CLOSURE', name: 'Old', path })
  const { Accounts = [], NextToken } = await listAccounts(emulator)
  expect(Accounts.map(({ Name }) => Name)).toEqual(['Audit', 'Old'])
  expect(Accounts[1]).toEqual({
    Id: MEMBER,
    Arn: `arn:aws:organizations::${OWN}:account/o-exampleorgid/${MEMBER}`,
    Email: `${MEMBER}@example.com`,
    Name: 'Old',
    State: 'PENDING_CLOSURE',
    Paths: [path],
    JoinedMethod: 'CREATED',
    JoinedTimestamp: NOW,
  })
  expect(NextToken).toBeUndefined()
})

test('only the own account may list accounts', async () => {
  const { emulator } = await startOrganization()
  const { credentials } = await assume(emulator)
  const denied = {
    name: 'AccessDeniedException',
    message: expect.stringMatching(/^You don't have permissions/),
  }
  await expect(listAccounts(emulator, {}, { credentials })).rejects.toMatchObject(denied)
})

test('of two ListAccounts requests at once the second is refused', async () => {
  const { organization, emulator } = await startOrganization()
  organization.faults.latencyMs = 300
  const asked = await Promise.allSettled([listAccounts(emulator), listAccounts(emulator)])
  expect(asked.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const reason = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))[0]
  expect(reason).toMatchObject({
    name: 'TooManyRequestsException',
    message: expect.stringContaining('another request is already in progress'),
  })
  organization.faults.latencyMs = 0
  expect((await listAccounts(emulator)).Accounts).toHaveLength(3)
})

test.each<[ListingFault, object]>([
  ['deny', { name: 'AccessDeniedException' }],
  ['throttle', { name: 'TooManyRequestsException' }],
  ['error', { name: 'ServiceException', $metadata: { httpStatusCode: 500 } }],
  ['reset', { message: expect.stringMatching(/ECONNRESET|hang up/) }],
])('the fault %s fails ListAccounts with %j', async (fault, error) => {
  const { organization, emulator } = await startOrganization()
  organization.faults.listAccounts = fault
  await expect(listAccounts(emulator)).rejects.toMatchObject(error)
})

test('a listing can have empty pages, repeat a token, and end early', async () => {
  const { organization, emulator } = await startLarge()
  const faults = ['empty-page', undefined, 'repeat-token', 'end-early'] as const
  organization.faults.listAccounts = (call) => faults[call - 1]
  const empty = await listAccounts(emulator)
  expect(empty).toMatchObject({ Accounts: [], NextToken: expect.any(String) })
  const first = await listAccounts(emulator, { NextToken: empty.NextToken })
  expect(first.Accounts?.[0]?.Id).toBe(OWN)
  const repeated = await listAccounts(emulator, { NextToken: first.NextToken })
  expect(repeated.NextToken).toBe(first.NextToken)
  const last = await listAccounts(emulator, { NextToken: repeated.NextToken })
  expect(last.Accounts).toHaveLength(20)
  expect(last.NextToken).toBeUndefined()
})

test.each([
  [{ MaxResults: 0 }, 'MIN_VALUE_EXCEEDED'],
  [{ MaxResults: 21 }, 'MAX_VALUE_EXCEEDED'],
  [{ NextToken: 'made-up' }, 'INVALID_NEXT_TOKEN'],
])('ListAccounts of %j is invalid', async (input, Reason) => {
  const { emulator } = await startOrganization()
  const refused = { name: 'InvalidInputException', Reason }
  await expect(listAccounts(emulator, input)).rejects.toMatchObject(refused)
})

test("regions are the caller's account's, in pages, by status if asked for", async () => {
  const { organization, emulator } = await startOrganization()
  organization.account(MEMBER).regions['ap-east-1'] = 'DISABLED'
  const { credentials } = await assume(emulator)
  const first = await listRegions(emulator, { MaxResults: 2 }, { credentials })
  const second = await listRegions(emulator, { MaxResults: 2, NextToken: first.NextToken }, { credentials })
  expect([...(first.Regions ?? []), ...(second.Regions ?? [])]).toEqual([
    { RegionName: 'ap-east-1', RegionOptStatus: 'DISABLED' },
    { RegionName: 'eu-south-2', RegionOptStatus: 'ENABLED' },
    { RegionName: 'us-east-1', RegionOptStatus: 'ENABLED_BY_DEFAULT' },
  ])
  expect(second.NextToken).toBeUndefined()
  const some = await listRegions(emulator, { RegionOptStatusContains: ['ENABLED'] }, { credentials })
  expect(some.Regions?.map(({ RegionName }) => RegionName)).toEqual(['eu-south-2'])
  expect((await listRegions(emulator)).Regions).toHaveLength(1)
  const foreign = listRegions(emulator, { NextToken: first.NextToken })
  await expect(foreign).rejects.toMatchObject({
    name: 'ValidationException',
    reason: 'fieldValidationFailed',
  })
  expect(emulator.calls.countOther({ operation: 'ListRegions', accountId: MEMBER })).toBe(3)
})

test.each([
  ['deny', 'AccessDeniedException', 403],
  ['throttle', 'TooManyRequestsException', 429],
  ['error', 'InternalServerException', 500],
] as const)("the fault %s fails one account's ListRegions with %s", async (fault, name, httpStatusCode) => {
  const { organization, emulator } = await startOrganization()
  const { credentials } = await assume(emulator)
  organization.account(MEMBER).faults.listRegions = fault
  const refused = { name, $metadata: { httpStatusCode } }
  await expect(listRegions(emulator, {}, { credentials })).rejects.toMatchObject(refused)
  expect((await listRegions(emulator)).Regions).toHaveLength(1)
})

test('ListRegions can be limited per second and account', async () => {
  const { organization, emulator } = await startOrganization()
  organization.faults.listRegionsPerSecond = 0.001
  const { credentials } = await assume(emulator)
  await listRegions(emulator)
  await expect(listRegions(emulator)).rejects.toMatchObject({ name: 'TooManyRequestsException' })
  expect((await listRegions(emulator, {}, { credentials })).Regions).toHaveLength(2)
})

test.each([{ MaxResults: 51 }, { MaxResults: 0 }, { NextToken: 'made-up' }])(
  'ListRegions of %j is invalid',
  async (input) => {
    const { emulator } = await startOrganization()
    await expect(listRegions(emulator, input)).rejects.toMatchObject({ name: 'ValidationException' })
  },
)
