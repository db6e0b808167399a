import { readFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { connect } from 'node:tls'
import { loadSharedConfigFiles } from '@smithy/core/config'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { messageOf } from './output/message-of'

type Environment = Readonly<Record<string, string | undefined>>

/** As the SDK's own. */
const CONNECTIONS = { keepAlive: true, maxSockets: 50 }

/**
 * What connects to AWS as the AWS CLI does, by $HTTPS_PROXY, $NO_PROXY, and $AWS_CA_BUNDLE or the profile's ca_bundle.
 * Node.js and the SDK know none of them.
 *
 * @returns undefined if none is set
 * @throws Error if one cannot be used
 */
export async function httpsAgent(profile: string, env: Environment): Promise<Agent | undefined> {
  const ca = await certificates(profile, env)
  const proxy = env.https_proxy || env.HTTPS_PROXY
  if (proxy) return new ProxyAgent(proxyUrl(proxy), ca, env.no_proxy || env.NO_PROXY || '')
  return ca === undefined ? undefined : new Agent({ ...CONNECTIONS, ca })
}

class ProxyAgent extends HttpsProxyAgent<string> {
  constructor(
    proxy: string,
    private readonly ca: string | undefined,
    private readonly exceptions: string,
  ) {
    super(proxy, { ...CONNECTIONS, ca })
  }

  override async connect(...[request, options]: Parameters<HttpsProxyAgent<string>['connect']>) {
    const { host = '', port } = options
    const trusting = { ...options, ca: this.ca }
    if (isException(host, port, this.exceptions)) return connect(trusting)
    let status = ''
    request.once('proxyConnect', ({ statusCode, statusText }) => {
      if (statusCode !== 200) status = `${statusCode} ${statusText}`
    })
    const socket = await super.connect(request, trusting).catch((cause) => {
      const message = `the proxy ${this.proxy.host} of $HTTPS_PROXY cannot be reached: ${messageOf(cause)}`
      throw Object.assign(new Error(message, { cause }), { code: cause.code }) // the SDK tries again by its code
    })
    if (status !== '')
      throw new Error(
        `the proxy ${this.proxy.host} answered ${status} for ${host}: $NO_PROXY names exceptions`,
      )
    return socket
  }
}

/**
 * Whether a host is reached without the proxy. Each exception is a domain with everything below it, or `*`; a port may
 * follow. This machine is always one.
 */
export function isException(host: string, port: number, exceptions: string): boolean {
  if (/^(localhost|127\.[\d.]+|\[?::1\]?)$/i.test(host)) return true
  return exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .some((exception) => {
      const [, domain = '', only] = /^(?:\*?\.)?([^:]*)(?::(\d+))?$/.exec(exception) ?? []
      const isBelow = `.${host.toLowerCase()}`.endsWith(`.${domain}`)
      return domain === '*' || (domain !== '' && isBelow && (only === undefined || Number(only) === port))
    })
}

/** As in the AWS CLI, the address may lack `http://`. */
function proxyUrl(text: string): string {
  const url = text.includes('://') ? text : `http://${text}`
  const received = `$HTTPS_PROXY: received ${JSON.stringify(text.replace(/^(.*:\/\/)?.*@/, '$1…@'))}`
  if (!URL.canParse(url) || !/^https?:/i.test(url))
    throw new Error(`${received}, expected a URL such as http://proxy.example.com:3128`)
  const { username, password } = new URL(url)
  if (!isDecodable(username) || !isDecodable(password))
    throw new Error(`${received}, expected %25 for each % of its user name and password`)
  return url
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** The certificates to trust, instead of those that Node.js trusts. */
async function certificates(profile: string, { AWS_CA_BUNDLE }: Environment): Promise<string | undefined> {
  const { configFile } = await loadSharedConfigFiles()
  const file = AWS_CA_BUNDLE || configFile[profile]?.ca_bundle
  if (!file) return undefined
  const name = AWS_CA_BUNDLE ? '$AWS_CA_BUNDLE' : `ca_bundle of the profile ${JSON.stringify(profile)}`
  const expected = 'expected a file of certificates in PEM format'
  const pem = await readFile(file, 'utf8').catch((cause) => {
    throw new Error(`${name}: ${messageOf(cause)}, ${expected}`, { cause })
  })
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error(`${name}: received ${JSON.stringify(file)} without a certificate, ${expected}`)
  return pem
}
