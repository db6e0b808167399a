import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { ServiceError } from './errors'
import type { HttpAnswer } from './http-answer'
import { assertSigned } from './signature'

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/'

/** GetCallerIdentity, by which a client learns its account, and AssumeRole, in the Query protocol. */
export class StsEndpoint {
  /** A code of an MFA device is good for one call. */
  private readonly usedCodes = new Set<string>()

  constructor(private readonly accountId: string) {}

  /**
   * @param form `Action=GetCallerIdentity&Version=2011-06-15`
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
   */
  answer(headers: IncomingHttpHeaders, form: string): HttpAnswer {
    try {
      assertSigned(headers, 'sts')
      const parameters = new URLSearchParams(form)
      if (parameters.get('Version') !== '2011-06-15') throw invalidAction()
      const action = parameters.get('Action')
      if (action === 'GetCallerIdentity') return xml(200, this.callerIdentity())
      if (action === 'AssumeRole') return xml(200, this.assumedRole(parameters))
      throw invalidAction()
    } catch (error) {
      if (error instanceof ServiceError) return xml(error.status, errorResponse(error))
      throw error
    }
  }

  private callerIdentity(): string {
    return result(
      'GetCallerIdentity',
      `<Arn>arn:aws:iam::${this.accountId}:user/emulator</Arn>
    <UserId>AIDAEMULATOREXAMPLE</UserId>
    <Account>${this.accountId}</Account>`,
    )
  }

  /** Anyone may assume any role; a code must be new. */
  private assumedRole(parameters: URLSearchParams): string {
    if (parameters.has('SerialNumber')) this.useCode(parameters.get('TokenCode') ?? '')
    const [role = '', session = ''] = ['RoleArn', 'RoleSessionName'].map((name) => parameters.get(name) ?? '')
    const name = `${role.split('/').at(-1)}/${session}`
    const seconds = Number(parameters.get('DurationSeconds') ?? 3600)
    // Real time, not the world's: clients compare it with their own clock.
    const expiration = new Date(Date.now() + seconds * 1000).toISOString()
    return result(
      'AssumeRole',
      `<AssumedRoleUser>
      <Arn>${escapeXml(`arn:aws:sts::${this.accountId}:assumed-role/${name}`)}</Arn>
      <AssumedRoleId>${escapeXml(`AROAEMULATOREXAMPLE:${session}`)}</AssumedRoleId>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAEMULATOREXAMPLE</AccessKeyId>
      <SecretAccessKey>emulated</SecretAccessKey>
      <SessionToken>emulated</SessionToken>
      <Expiration>${expiration}</Expiration>
    </Credentials>`,
    )
  }

  private useCode(code: string): void {
    const isGood = /^\d{6}$/.test(code) && !this.usedCodes.has(code)
    this.usedCodes.add(code)
    const refusal = 'MultiFactorAuthentication failed with invalid MFA one time pass code. '
    if (!isGood) throw new ServiceError('AccessDenied', refusal, 403)
  }
}

function invalidAction(): ServiceError {
  const expected = 'expected GetCallerIdentity or AssumeRole of 2011-06-15'
  return new ServiceError('InvalidAction', `Could not find operation: ${expected}`)
}

function result(action: string, members: string): string {
  return `<${action}Response xmlns="${NAMESPACE}">
  <${action}Result>
    ${members}
  </${action}Result>
  <ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>
</${action}Response>`
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
