import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { sessions, start, world } from './builders'

const isInstalled = spawnSync('aws', ['--version']).status === 0
const testWithCli = isInstalled ? test : test.skip
const note = isInstalled ? '' : ' (skipped: the AWS CLI is not installed)'

async function aws(url: string, ...args: string[]): Promise<unknown> {
  const credentials = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_DEFAULT_REGION: 'us-east-1' }
  const { stdout } = await promisify(execFile)('aws', [...args, '--output', 'json', '--endpoint-url', url], {
    env: { ...process.env, ...credentials, AWS_PAGER: '' },
  })
  return JSON.parse(stdout)
}

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
