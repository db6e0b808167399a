import type { IncomingHttpHeaders } from 'node:http'
import { ServiceError } from './errors'

/** In the order in which every client of AWS writes it; between its parts is a comma with any white space. */
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=[^,\s]+,\s*Signature=\w+$/

export type Service = 'ssm' | 'sts' | 'organizations' | 'account' | 'cloudtrail'

/** Who signed a request, and for which region. */
export interface Signer {
  readonly accessKeyId: string
  readonly region: string
}

/**
 * Refuses a request that is not signed for this service with Signature Version 4. The signature is not verified: any
 * credentials will do.
 *
 * @throws ServiceError MissingAuthenticationTokenException, IncompleteSignatureException or InvalidSignatureException
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export function signerOf({ authorization }: IncomingHttpHeaders, service: Service): Signer {
  if (authorization === undefined)
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token')
  const [, accessKeyId, region, signedFor] = AUTHORIZATION.exec(authorization) ?? []
  if (accessKeyId === undefined || region === undefined) {
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
  return { accessKeyId, region }
}
