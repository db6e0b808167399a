import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { asArray } from '../../emulator/json'
import { session, sessions, start, world } from './builders'
import { MEMBER, OWN, startOrganization } from './organization-clients'

const isInstalled = spawnSync('aws', ['--version']).status === 0
const testWithCli = isInstalled ? test : test.skip
const note = isInstalled ? '' : ' (skipped: the AWS CLI is not installed)'
const ANYONE = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_DEFAULT_REGION: 'us-east-1' }

async function awsAs(environment: Record<string, string>, url: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)('aws', [...args, '--output', 'json', '--endpoint-url', url], {
    env: { ...process.env, ...ANYONE, ...environment, AWS_PAGER: '' },
  })
  return JSON.parse(stdout)
}

const aws = (url: string, ...args: string[]) => awsAs({}, url, ...args)

testWithCli(`the AWS CLI pages, filters and learns its account${note}`, async () => {
  const { url } = await start({ world: world(sessions(120)) })
  const describe = ['ssm', 'describe-sessions', '--state', 'History']
  expect(await aws(url, ...describe, '--query', 'length(Sessions)')).toBe(120)
  expect(await aws(url, ...describe, '--filters', 'key=SessionId,value=s-7')).toMatchObject({
    Sessions: [{ SessionId: 's-7' }],
  })
  expect(await aws(url, 'sts', 'get-caller-identity')).toMatchObject({ Account: '111122223333' })
  await expect(aws(url, ...describe, '--filters', 'key=Nope,value=x')).rejects.toThrow('InvalidFilterKey')
})

testWithCli(`the AWS CLI looks up every event of a name${note}`, async () => {
  const { url } = await start({ world: world(sessions(120)) })
  const lookUp = ['cloudtrail', 'lookup-events', '--query', 'length(Events)']
  const named = (name: string) => ['--lookup-attributes', `AttributeKey=EventName,AttributeValue=${name}`]
  expect(await aws(url, ...lookUp, ...named('StartSession'))).toBe(120)
  expect(await aws(url, ...lookUp, ...named('ConsoleLogin'))).toBe(0)
})

testWithCli(`the AWS CLI lists accounts and regions, and assumes a member's role${note}`, async () => {
  const { organization, emulator } = await startOrganization()
  const { url } = emulator
  for (let n = 1; n <= 30; n += 1) organization.add({ id: String(n).padStart(12, '0') })
  organization.world(MEMBER, 'eu-south-2').add([session({ SessionId: 'abroad' })])
  expect(await aws(url, 'organizations', 'list-accounts', '--query', 'length(Accounts)')).toBe(33)
  const role = [
    '--role-arn',
    `arn:aws:iam::${MEMBER}:role/session-archive-reader`,
    '--role-session-name',
    'me',
  ]
  const keys = 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]'
  const issued = await aws(url, 'sts', 'assume-role', ...role, '--query', keys)
  const [AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = ''] = asArray(
    issued,
    'keys',
    'keys',
  ).map(String)
  const member = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN }
  expect(await awsAs(member, url, 'account', 'list-regions', '--query', 'Regions[].RegionName')).toEqual([
    'eu-south-2',
    'us-east-1',
  ])
  const history = ['ssm', 'describe-sessions', '--state', 'History', '--query', 'Sessions[].SessionId']
  expect(await awsAs(member, url, ...history, '--region', 'eu-south-2')).toEqual(['abroad'])
  expect(await awsAs(member, url, 'sts', 'get-caller-identity')).toMatchObject({ Account: MEMBER })
  await expect(awsAs(member, url, 'organizations', 'list-accounts')).rejects.toThrow('AccessDeniedException')
  organization.account(OWN).faults.listRegions = 'deny'
  await expect(aws(url, 'account', 'list-regions')).rejects.toThrow('AccessDeniedException')
})
