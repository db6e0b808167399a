import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { LOCAL_CREDENTIALS } from '../../emulator/local-credentials'
import { World } from '../../emulator/world'
import { authorization, start } from './builders'

async function client() {
  const { url } = await start({ world: new World({ accountId: '444455556666' }) })
  return new STSClient({ ...LOCAL_CREDENTIALS, endpoint: url, maxAttempts: 1 })
}

test("STS's client learns the account of the world", async () => {
  expect(await (await client()).send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: '444455556666',
    Arn: 'arn:aws:iam::444455556666:user/emulator',
  })
})

test("STS's client assumes any role, and an MFA code is good for one call", async () => {
  const sts = await client()
  const role = {
    RoleArn: 'arn:aws:iam::444455556666:role/a/Audit',
    RoleSessionName: 'jane',
    DurationSeconds: 900,
  }
  const assume = (TokenCode: string) =>
    sts.send(
      new AssumeRoleCommand({ ...role, SerialNumber: 'arn:aws:iam::444455556666:mfa/jane', TokenCode }),
    )
  const Arn = 'arn:aws:sts::444455556666:assumed-role/Audit/jane'
  expect(await sts.send(new AssumeRoleCommand(role))).toMatchObject({ AssumedRoleUser: { Arn } })
  const { Credentials } = await assume('123456')
  const late = Number(Credentials?.Expiration) - Date.now() - 900_000
  expect(Math.abs(late)).toBeLessThan(60_000)
  for (const code of ['123456', '12345', 'abcdef'])
    await expect(assume(code)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('one time'),
    })
})

test('operations of STS other than GetCallerIdentity and AssumeRole do not exist', async () => {
  const asked = (await client()).send(new GetSessionTokenCommand({}))
  await expect(asked).rejects.toMatchObject({ name: 'InvalidAction' })
})

test.each([
  ['', 'MissingAuthenticationToken'],
  [authorization('ssm'), 'InvalidSignature'],
])('STS refuses the authorization "%s" in XML', async (header, code) => {
  const { url } = await start()
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' }),
    headers: header === '' ? {} : { authorization: header },
  })
  expect(response.status).toBe(400)
  expect(await response.text()).toContain(`<Code>${code}</Code>`)
})
