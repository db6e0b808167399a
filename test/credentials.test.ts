import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { invoke } from './support/invoke'
import { type DeployedTemplate, synthesise } from './support/template'
import { temporaryFolder } from './support/temporary-folder'

const FROM_ENVIRONMENT = { key: 'ASIAENVIRONMENT', secret: 'environment+/secret', token: 'environment==' }
const FROM_ADDRESS = { key: 'ASIAADDRESS', secret: 'address+/secret', token: 'address==' }
type Keys = typeof FROM_ENVIRONMENT

const NO_KEYS = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' }
const KEYS = {
  AWS_ACCESS_KEY_ID: FROM_ENVIRONMENT.key,
  AWS_SECRET_ACCESS_KEY: FROM_ENVIRONMENT.secret,
  AWS_SESSION_TOKEN: FROM_ENVIRONMENT.token,
}

/** The bundle leaves out of the SDK the ways to find keys that no function has. What is left must sign. */
describe('the deployed function signs its requests', () => {
  let template: DeployedTemplate
  const folder = temporaryFolder()
  const tokenFile = () => {
    const file = join(folder(), 'token')
    writeFileSync(file, 'ours')
    return file
  }
  beforeAll(() => {
    template = synthesise()
  })

  test.each<[string, (address: string) => Record<string, string>, Keys]>([
    ['keys in the environment', () => KEYS, FROM_ENVIRONMENT],
    [
      'keys at an address',
      (address) => ({
        ...NO_KEYS,
        AWS_CONTAINER_CREDENTIALS_FULL_URI: address,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'ours',
      }),
      FROM_ADDRESS,
    ],
    [
      'keys at an address, with the token in a file',
      (address) => ({
        ...NO_KEYS,
        AWS_CONTAINER_CREDENTIALS_FULL_URI: address,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile(),
      }),
      FROM_ADDRESS,
    ],
    [
      'both: those in the environment',
      (address) => ({ ...KEYS, AWS_CONTAINER_CREDENTIALS_FULL_URI: address }),
      FROM_ENVIRONMENT,
    ],
  ])('with %s', async (_name, environmentFor, keys) => {
    const signed = new Set<string>()
    const aws = await listen(async (request, response) => {
      const body = await text(request)
      const service = requireSignature(request, body, keys)
      signed.add(service)
      response.end(service === 'ssm' ? '{"Sessions":[]}' : '{"Items":[]}')
    })
    const address = await listen(({ headers }, response) => {
      response.writeHead(headers.authorization === 'ours' ? 200 : 403)
      const { key: AccessKeyId, secret: SecretAccessKey, token: Token } = FROM_ADDRESS
      response.end(
        JSON.stringify({ AccessKeyId, SecretAccessKey, Token, Expiration: '2099-01-01T00:00:00Z' }),
      )
    })

    const { result, error } = await invoke(template, {
      event: {},
      environment: {
        ...environmentFor(address.url),
        AWS_ENDPOINT_URL_SSM: aws.url,
        AWS_ENDPOINT_URL_DYNAMODB: aws.url,
      },
    })
    aws.close()
    address.close()

    expect({ outcome: result?.Outcome, error }).toEqual({ outcome: 'complete' })
    expect(signed).toEqual(new Set(['ssm', 'dynamodb']))
  })

  test('and says so where it has no keys', async () => {
    const { error } = await invoke(template, { event: {}, environment: NO_KEYS })
    expect(error?.message).toContain('CredentialsProviderError')
  })
})

/**
 * Computes the signature anew.
 *
 * @returns the service that it is for
 * @throws Error where it is another one
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
function requireSignature({ method, url, headers }: IncomingMessage, body: string, keys: Keys): string {
  const [, scope = '', names = '', signature] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)/.exec(headers.authorization ?? '') ??
    []
  const lines = names.split(';').map((name) => `${name}:${headers[name]}`)
  const canonical = [method, url, '', ...lines, '', names, sha256(body)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n')
  const key = scope.split('/').reduce<string | Buffer>((k, part) => hmac(k, part), `AWS4${keys.secret}`)
  if (hmac(key, toSign).toString('hex') !== signature) throw new Error(`wrong signature of ${canonical}`)
  if (headers['x-amz-security-token'] !== keys.token) throw new Error('wrong session token')
  return scope.split('/')[2] ?? ''
}

const sha256 = (data: string) => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()

/** Where the listener throws, the answer is an error that is not tried again. */
async function listen(listener: (...args: Parameters<RequestListener>) => unknown) {
  const server = createServer((request, response) => {
    Promise.resolve(listener(request, response)).catch((error: unknown) => {
      response.writeHead(400)
      response.end(JSON.stringify({ __type: 'WrongSignature', message: String(error) }))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
