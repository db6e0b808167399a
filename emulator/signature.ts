import type { IncomingHttpHeaders } from 'node:http'
import { ServiceError } from './errors'

const PARAMETERS = ['Credential', 'SignedHeaders', 'Signature']

/**
 * Refuses a request that is not signed for this service with Signature Version 4. The signature itself is not
 * verified: any credentials will do.
 *
 * @throws ServiceError MissingAuthenticationTokenException, IncompleteSignatureException or InvalidSignatureException
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export function assertSigned(headers: IncomingHttpHeaders, service: 'ssm' | 'sts'): void {
  const { authorization } = headers
  if (authorization === undefined) {
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token')
  }
  const scope = credentialScope(authorization, headers)
  if (scope[3] !== service) {
    const message = `Credential should be scoped to correct service: '${service}'.`
    throw new ServiceError('InvalidSignatureException', message)
  }
}

/** Access key id, date, region, service and `aws4_request`. */
function credentialScope(authorization: string, headers: IncomingHttpHeaders): string[] {
  const parameters = parseParameters(authorization)
  const missing = PARAMETERS.filter((name) => !parameters.get(name))
  if (!authorization.startsWith('AWS4-HMAC-SHA256 ') || missing.length > 0) {
    const requirements = missing.map((name) => `Authorization header requires '${name}' parameter.`)
    throw incomplete(`${requirements.join(' ')} Authorization=${authorization}`.trimStart())
  }
  if (headers['x-amz-date'] === undefined && headers.date === undefined) {
    throw incomplete(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header." +
        ` Authorization=${authorization}`,
    )
  }
  const credential = parameters.get('Credential') ?? ''
  const scope = credential.split('/')
  if (scope.length !== 5 || scope[4] !== 'aws4_request') {
    throw incomplete(
      'Credential must have exactly 5 slash-delimited elements, ' +
        `e.g. keyid/date/region/service/aws4_request, got '${credential}'`,
    )
  }
  return scope
}

/** What stands between the parameters is a comma with any white space, a line break in the reference's sample. */
function parseParameters(authorization: string): ReadonlyMap<string, string> {
  const pairs = authorization.replace(/^\S+\s+/, '').split(/[\s,]+/)
  return new Map(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return [name, value.join('=')]
    }),
  )
}

function incomplete(message: string): ServiceError {
  return new ServiceError('IncompleteSignatureException', message)
}
