import type { IncomingHttpHeaders } from 'node:http'
import { ServiceError } from './errors'

/** In the order in which every client of AWS writes it; between its parts is a comma with any white space. */
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256\s+Credential=[^/,\s]+\/\d{8}\/[^/,\s]+\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=[^,\s]+,\s*Signature=\w+$/

/**
 * Refuses a request that is not signed for this service with Signature Version 4. The signature is not verified: any
 * credentials will do.
 *
 * @throws ServiceError MissingAuthenticationTokenException, IncompleteSignatureException or InvalidSignatureException
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export function assertSigned({ authorization }: IncomingHttpHeaders, service: 'ssm' | 'sts'): void {
  if (authorization === undefined)
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token')
  const [, signedFor] = AUTHORIZATION.exec(authorization) ?? []
  if (signedFor === undefined) {
    const expected =
      'AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=…, Signature=…'
    throw new ServiceError(
      'IncompleteSignatureException',
      `got Authorization ${authorization}, expected ${expected}`,
    )
  }
  if (signedFor !== service)
    throw new ServiceError(
      'InvalidSignatureException',
      `Credential should be scoped to correct service: '${service}'.`,
    )
}
