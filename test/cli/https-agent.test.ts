import { createHash } from 'node:crypto'
import dns from 'node:dns'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isException } from '../../cli/https-agent'
import { start } from '../emulator/builders'
import {
  DESERTED,
  type Environment,
  expectFailure,
  NO_CREDENTIALS,
  printedBy,
  retryAtOnce,
  runCli,
} from '../support/cli'
import { startCloudFormation } from '../support/cloudformation'
import { openFilledArchive } from '../support/filled-archive'
import { AUTHORITY, startProxy, startSecure } from '../support/secure'
import { temporaryFolder } from '../support/temporary-folder'
import { worldOf } from './worlds'

retryAtOnce()
const folder = temporaryFolder()

/** Services that are not the emulator. */
const plain: Record<string, string> = {}
let secure: Awaited<ReturnType<typeof startSecure>>
let proxy: Awaited<ReturnType<typeof startProxy>>
beforeEach(async () => {
  const { url } = await start({ world: worldOf(3) })
  secure = await startSecure((service) => plain[service] ?? url)
  proxy = await startProxy(secure.port)
})
afterEach(async () => {
  await proxy.close()
  await secure.close()
})

/** AWS is a server on this machine. A test's authority signed its certificate, and its names lead nowhere. */
const archive = (environment: Environment, ...flags: string[]) =>
  runCli(['archive', '--region', 'xx-none-1', '--local', 'kept', ...flags], {
    cwd: folder(),
    environment: { AWS_CA_BUNDLE: AUTHORITY, ...environment },
  })

const ARCHIVED = {
  stderr: '',
  status: 0,
  stdout: expect.stringMatching(/^Archived 111122223333\/xx-none-1: 3 seen: 3 arch/),
}
const expectAsked = (services: string, authorization = '') =>
  expect(new Set(proxy.asked)).toEqual(
    new Set(services.split(' ').map((name) => `${name}.xx-none-1.amazonaws.com:443 ${authorization}`)),
  )

test.each<[string, () => Environment, string | undefined]>([
  ['$HTTPS_PROXY', () => ({ HTTPS_PROXY: `http://${proxy.host}` }), undefined],
  [
    '$https_proxy without a scheme',
    () => ({ https_proxy: proxy.host, HTTPS_PROXY: 'http://127.0.0.1:1' }),
    undefined,
  ],
  [
    '$HTTPS_PROXY with a password',
    () => ({ HTTPS_PROXY: `http://me:p%40ss@${proxy.host}` }),
    'Basic bWU6cEBzcw==',
  ],
])(
  'AWS is reached through the proxy of %s, and this machine without',
  async (_, environment, authorization) => {
    expect(await archive(environment())).toMatchObject(ARCHIVED)
    expectAsked('sts ssm cloudtrail', authorization)
  },
)

test('a stack and its tables are read through the proxy as well', async () => {
  const cloudFormation = await startCloudFormation({
    Archive: { SessionsTable: 'Sessions', SweepsTable: 'Sweeps' },
  })
  const archive = await openFilledArchive()
  await archive.keep([{ SessionId: 's' }])
  Object.assign(plain, { cloudformation: cloudFormation.url, dynamodb: archive.proxy.endpoint })
  const environment = { HTTPS_PROXY: proxy.host, AWS_CA_BUNDLE: AUTHORITY }
  const args = ['session', 's', '--region', 'xx-none-1', '--stack', 'Archive', '--output', 'json']
  expect(JSON.parse(printedBy(await runCli(args, { environment })))).toMatchObject([{ SessionId: 's' }])
  expectAsked('cloudformation dynamodb')
  await archive.close()
  await cloudFormation.close()
})

test('credentials of IAM Identity Center come through the proxy as well', async () => {
  const url = 'https://none.awsapps.com/start'
  const cache = join(folder(), '.aws/sso/cache')
  mkdirSync(cache, { recursive: true })
  const token = { accessToken: 'x', expiresAt: '2999-01-01T00:00:00Z' }
  writeFileSync(join(cache, `${createHash('sha1').update(url).digest('hex')}.json`), JSON.stringify(token))
  const sso = { start_url: url, region: 'xx-none-1', account_id: '111122223333', role_name: 'Audit' }
  const lines = Object.entries(sso).map(([name, value]) => `sso_${name} = ${value}\n`)
  writeFileSync(join(folder(), 'config'), `[profile audit]\nca_bundle = ${AUTHORITY}\n${lines.join('')}`)
  const environment = {
    ...{ ...NO_CREDENTIALS, HOME: folder(), AWS_CONFIG_FILE: join(folder(), 'config') },
    ...{ HTTPS_PROXY: proxy.host, AWS_CA_BUNDLE: undefined },
  }
  expect(await archive(environment, '--profile', 'audit')).toMatchObject(ARCHIVED)
  expectAsked('portal.sso sts ssm cloudtrail')
})

describe('the proxy is not asked for', () => {
  test('this machine', async () => {
    const environment = { HTTPS_PROXY: DESERTED }
    expect(await archive(environment, '--endpoint-url', `https://localhost:${secure.port}`)).toMatchObject(
      ARCHIVED,
    )
  })

  test('what $NO_PROXY names', async () => {
    const lookup = dns.lookup as (...all: unknown[]) => void
    const leadHere = (name: string, ...others: unknown[]) =>
      lookup(name.startsWith('vpce.') ? 'localhost' : name, ...others)
    jest.spyOn(dns, 'lookup').mockImplementation(leadHere as typeof dns.lookup)
    const environment = { HTTPS_PROXY: proxy.host, NO_PROXY: 'example.com,amazonaws.com' }
    const url = `https://vpce.xx-none-1.amazonaws.com:${secure.port}`
    const run = await archive(environment, '--endpoint-url', url)
    jest.mocked(dns.lookup).mockRestore()
    expect(run).toMatchObject(ARCHIVED)
    expect(proxy.asked).toEqual([])
  })

  test.each([
    ['example.com', 'example.com,other.org', true],
    ['a.b.example.com', 'other.org, example.com', true],
    ['A.Example.Com', '.EXAMPLE.com', true],
    ['a.example.com', '*.example.com', true],
    ['anything', '*', true],
    ['example.com', 'example.com:443', true],
    ['example.com', 'example.com:8443', false],
    ['badexample.com', 'example.com', false],
    ['example.com', 'a.example.com', false],
    ['example.com', '', false],
    ['example.com', ' , ', false],
    ['127.0.0.1', '', true],
    ['127.0.0.1.example.com', '', false],
  ])('%s if $NO_PROXY is "%s": %s', (host, exceptions, isOne) => {
    expect(isException(host, 443, exceptions)).toBe(isOne)
  })
})

test.each<[string, Environment, string | RegExp]>([
  [
    'a certificate of an unknown authority',
    { AWS_CA_BUNDLE: undefined },
    /unable to verify|self-signed|local issuer/,
  ],
  [
    'a bundle that does not exist',
    { AWS_CA_BUNDLE: '/none.pem' },
    /\$AWS_CA_BUNDLE: .*ENOENT.*'\/none\.pem', expected a file of certificates in PEM format$/,
  ],
  [
    'a bundle without a certificate',
    { AWS_CA_BUNDLE: __filename },
    'https-agent.test.ts" without a certificate, expected',
  ],
  [
    'another kind of proxy',
    { HTTPS_PROXY: 'socks5://me:sec/r@et@x:1' },
    '$HTTPS_PROXY: received "socks5://…@x:1", expected a URL such as http://proxy',
  ],
  [
    'a password with a bad %',
    { HTTPS_PROXY: 'http://user:sec%ret@127.0.0.1:9' },
    /: \$HTTPS_PROXY: received "http:\/\/…@127\.0\.0\.1:9", expected %25 for each % of its user name and password$/,
  ],
  [
    'a user whose % is no UTF-8',
    { HTTPS_PROXY: 'us%E9r:secret@127.0.0.1:9' },
    'received "…@127.0.0.1:9", expected %25 for each %',
  ],
  [
    'a proxy that cannot be reached',
    { HTTPS_PROXY: DESERTED.replace('//', '//me:secret@') },
    /: the proxy 127\.0\.0\.1:\d+ of \$HTTPS_PROXY cannot be reached: (Error: )?connect ECONNREFUSED [\d.:]+$/,
  ],
  ['a proxy without a host', { HTTPS_PROXY: 'http://' }, '$HTTPS_PROXY: received "http://", expected a URL'],
])('%s is refused', async (_, environment, message) => {
  expectFailure(await archive({ HTTPS_PROXY: proxy.host, ...environment }), message)
})

test('a proxy that refuses is named, with what it says', async () => {
  proxy.refusal = '407 Proxy Authentication Required'
  expectFailure(
    await archive({ HTTPS_PROXY: `me:secret@${proxy.host}` }),
    `the proxy ${proxy.host} answered 407 Proxy Authentication Required for sts.xx-none-1.amazonaws.com: $NO_PROXY`,
  )
})
