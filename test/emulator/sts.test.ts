import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts'
import { World } from '../../emulator/world'
import { authorization, start, stopAll } from './builders'

afterEach(stopAll)

function client(endpoint: string): STSClient {
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' }
  return new STSClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
}

test("the SDK learns the world's account", async () => {
  const { url } = await start({ world: new World({ accountId: '444455556666' }) })
  const { Account, Arn } = await client(url).send(new GetCallerIdentityCommand({}))
  expect({ Account, Arn }).toEqual({
    Account: '444455556666',
    Arn: 'arn:aws:iam::444455556666:user/emulator',
  })
})

test('other operations do not exist', async () => {
  const { url } = await start()
  await expect(client(url).send(new GetSessionTokenCommand({}))).rejects.toMatchObject({
    name: 'InvalidAction',
  })
})

test.each([
  ['', 'MissingAuthenticationToken'],
  [authorization('ssm'), 'InvalidSignature'],
])('authorization "%s" is refused in XML', async (header, code) => {
  const { url } = await start()
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' }),
    headers: { 'x-amz-date': '20261120T120000Z', ...(header === '' ? {} : { authorization: header }) },
  })
  expect(response.status).toBe(400)
  expect(await response.text()).toContain(`<Code>${code}</Code>`)
})
