import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { ServiceError } from './errors'
import type { HttpAnswer } from './http-answer'
import { assertSigned } from './signature'

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/'

/**
 * GetCallerIdentity in the Query protocol, by which a client learns its account.
 *
 * @param form `Action=GetCallerIdentity&Version=2011-06-15`
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export function answerSts(headers: IncomingHttpHeaders, form: string, accountId: string): HttpAnswer {
  try {
    assertSigned(headers, 'sts')
    assertGetCallerIdentity(new URLSearchParams(form))
    return xml(200, callerIdentity(accountId))
  } catch (error) {
    if (error instanceof ServiceError) return xml(error.status, errorResponse(error))
    throw error
  }
}

function assertGetCallerIdentity(form: URLSearchParams): void {
  if (form.get('Action') !== 'GetCallerIdentity' || form.get('Version') !== '2011-06-15') {
    throw new ServiceError(
      'InvalidAction',
      'Could not find operation: expected GetCallerIdentity of 2011-06-15',
    )
  }
}

function callerIdentity(accountId: string): string {
  return `<GetCallerIdentityResponse xmlns="${NAMESPACE}">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::${accountId}:user/emulator</Arn>
    <UserId>AIDAEMULATOREXAMPLE</UserId>
    <Account>${accountId}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>`
}

/** The Query protocol's error codes lack the ending `Exception`. */
function errorResponse({ code, message }: ServiceError): string {
  return `<ErrorResponse xmlns="${NAMESPACE}">
  <Error><Type>Sender</Type><Code>${code.replace(/Exception$/, '')}</Code><Message>${escapeXml(message)}</Message></Error>
  <RequestId>${randomUUID()}</RequestId>
</ErrorResponse>`
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function xml(status: number, body: string): HttpAnswer {
  return { status, contentType: 'text/xml', body }
}
