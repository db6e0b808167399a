import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Clock } from '../../emulator/clock'
import { loadOrganization } from '../../emulator/organization-file'
import { temporaryFolder } from '../support/temporary-folder'
import { NOW, start } from './builders'
import { assume, historyOf, listAccounts, listRegions } from './organization-clients'

const HISTORY = join(__dirname, 'fixtures/reference-history.json')
const folder = temporaryFolder()

/** @param content JSON, or what can be written as JSON */
function load(content: unknown, now = NOW) {
  const path = join(folder(), 'organization.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return loadOrganization(path, { clock: Clock.frozenAt(now), seed: 1 })
}

test('the example of docs/command-line.md is served as the document says', async () => {
  const document = readFileSync(join(__dirname, '../../docs/command-line.md'), 'utf8')
  const [, example = ''] = /```json\n(.*?)```/s.exec(document) ?? []
  const emulator = await start({ organization: await load(example, new Date('2020-02-19T12:00:00Z')) })
  const { Accounts = [] } = await listAccounts(emulator)
  expect(Accounts.map(({ Name, State }) => `${Name} ${State}`)).toEqual([
    'Audit ACTIVE',
    'Payments ACTIVE',
    'Sandbox ACTIVE',
    'Old SUSPENDED',
  ])
  const [path] = Accounts[1]?.Paths ?? []
  expect(path).toBe('o-exampleorgid/r-root/ou-ab12-production/ou-ab12-payments/444455556666/')
  const { credentials } = await assume(emulator)
  expect((await listRegions(emulator, {}, { credentials })).Regions).toEqual([
    { RegionName: 'ap-east-1', RegionOptStatus: 'DISABLED' },
    { RegionName: 'eu-south-2', RegionOptStatus: 'ENABLED' },
    { RegionName: 'us-east-1', RegionOptStatus: 'ENABLED_BY_DEFAULT' },
  ])
  const spain = { region: 'eu-south-2', credentials }
  expect(await historyOf(emulator, spain)).toHaveLength(20)
  expect(await historyOf(emulator, { credentials })).toHaveLength(50)
  await historyOf(emulator, { credentials })
  const throttled = { name: 'ThrottlingException' }
  await expect(historyOf(emulator, { credentials })).rejects.toMatchObject(throttled)
  const RoleArn = 'arn:aws:iam::777788889999:role/session-archive-reader'
  await expect(assume(emulator, { RoleArn })).rejects.toMatchObject({ name: 'AccessDenied' })
})

test('a source shows the sessions of a file beside it', async () => {
  writeFileSync(join(folder(), 'history.json'), readFileSync(HISTORY))
  const regions = { 'eu-south-2': { status: 'ENABLED', sessions: 'history.json' } }
  const accounts = [{ id: '111122223333' }, { id: '444455556666', regions }]
  const organization = await load({ accounts }, new Date('2020-02-19T12:00:00Z'))
  const shown = organization.world('444455556666', 'eu-south-2').list('History')
  expect(shown.map(({ SessionId }) => SessionId)).toEqual(['Mary-Major-0ab177d470EXAMPLE'])
})

test('every member of a file arrives', async () => {
  const faults = { latency: 7, listRegions: 'deny', stsDisabledIn: ['eu-west-1'], unlisted: true } as const
  const source = { latency: 8, throttle: 9, 'deny-by-policy': 1 }
  const organization = await load({
    organizationId: 'o-another0org',
    ownAccount: '222233334444',
    ownRegion: 'eu-west-1',
    roleName: 'reader',
    accounts: [{ id: '1'.repeat(12), faults, regions: { 'eu-west-1': { faults: source } } }],
    faults: { latency: 1, listAccounts: 'end-early', listRegionsPerSecond: 5 },
  })
  expect(organization).toMatchObject({ id: 'o-another0org', ownRegion: 'eu-west-1', roleName: 'reader' })
  expect(organization.accounts().map(({ id }) => id)).toEqual(['222233334444', '111111111111'])
  const listing = { latencyMs: 1, listAccounts: 'end-early', listRegionsPerSecond: 5 }
  expect(organization.faults).toEqual(listing)
  const { latency, ...others } = faults
  expect(organization.account('111111111111').faults).toEqual({ latencyMs: latency, ...others })
  const sourceFaults = organization.sourceFaults('111111111111', 'eu-west-1')
  expect(sourceFaults).toMatchObject({ latencyMs: 8, requestsPerSecond: 9 })
  expect(sourceFaults.script?.(1, {})).toBe('deny-by-policy')
})

test('made-up sessions are the same with the same seed, and others in each source', async () => {
  const regions = { 'us-east-1': { sessions: 20 }, 'eu-west-1': { sessions: 20 } }
  const made = async () => {
    const organization = await load({ accounts: [{ id: '111122223333', regions }] })
    return ['us-east-1', 'eu-west-1'].map((region) =>
      organization.world('111122223333', region).list('History'),
    )
  }
  const [one = [], other = []] = await made()
  expect(await made()).toEqual([one, other])
  const ids = (list: typeof one) => list.map(({ SessionId }) => SessionId)
  expect(ids(one).filter((id) => ids(other).includes(id))).toEqual([])
})

const account = (members: object) => ({ accounts: [{ id: '111122223333', ...members }] })
const region = (members: object) => account({ regions: { 'eu-west-1': members } })

test.each([
  ['accounts:', 'the file: got "accounts:", expected JSON'],
  [{}, 'accounts: got nothing, expected an array of accounts'],
  [{ acounts: [] }, 'the file: got "acounts", expected members named organizationId, ownAccount'],
  [{ accounts: [], roleName: 'a/b' }, 'roleName: got "a/b", expected the name of a role, without a path'],
  [{ accounts: [{ id: 1 }] }, 'accounts[0].id: got 1, expected a string of 12 digits'],
  [
    { accounts: [{ id: '111122223333' }, { id: '111122223333' }] },
    'accounts[1].id: got "111122223333", expected each account only once',
  ],
  [
    account({ state: 'active' }),
    'accounts[0].state: got "active", expected one of PENDING_ACTIVATION, ACTIVE',
  ],
  [account({ ou: 'Payments' }), 'accounts[0].ou: got "Payments", expected organizational units such as ou-'],
  [account({ role: 'no' }), 'accounts[0].role: got "no", expected true or false'],
  [account({ regions: ['us-east-1'] }), 'accounts[0].regions: got ["us-east-1"], expected an object'],
  [account({ regions: { Ireland: {} } }), 'accounts[0].regions: got "Ireland", expected a region such as'],
  [
    account({ faults: { stsDisabledIn: ['eu'] } }),
    'accounts[0].faults.stsDisabledIn[0]: got "eu", expected a region',
  ],
  [
    account({ faults: { assumeRole: 'deny' } }),
    'accounts[0].faults.assumeRole: got "deny", expected one of no role, throttle',
  ],
  [
    region({ status: 'ON' }),
    'accounts[0].regions.eu-west-1.status: got "ON", expected one of ENABLED, ENABLED_BY',
  ],
  [
    region({ sessions: 1.5 }),
    'accounts[0].regions.eu-west-1.sessions: got 1.5, expected a whole number from 0 to',
  ],
  [
    region({ faults: { error: 2 } }),
    'accounts[0].regions.eu-west-1.faults.error: got 2, expected a number from 0 to 1',
  ],
])('the organization %j fails with its place, the value and the expectation', async (content, message) => {
  await expect(load(content)).rejects.toThrow(`organization.json: ${message}`)
})

test('a file of sessions that is missing fails by its name', async () => {
  await expect(load(region({ sessions: 'nowhere.json' }))).rejects.toThrow(join(folder(), 'nowhere.json'))
})
