import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { type AssumedRole, Assumption } from './assume-role'
import { type CallLog, recorded } from './calls'
import { ServiceError } from './errors'
import type { HttpAnswer } from './http-answer'
import type { Organization } from './organization'
import { type Signer, signerOf } from './signature'

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/'

/** GetCallerIdentity, by which a client learns its account, and AssumeRole, in the Query protocol. */
export class StsEndpoint {
  private readonly assumption: Assumption

  /** @param accountId the account without an organization, or the organization's own */
  constructor(
    private readonly accountId: string,
    private readonly organization: Organization | undefined,
    private readonly calls: CallLog,
  ) {
    this.assumption = new Assumption(accountId, organization)
  }

  /**
   * @param form `Action=GetCallerIdentity&Version=2011-06-15`
   * @returns undefined if the connection is to be reset
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
   */
  async answer(headers: IncomingHttpHeaders, form: string): Promise<HttpAnswer | undefined> {
    try {
      const signer = signerOf(headers, 'sts')
      const parameters = new URLSearchParams(form)
      if (parameters.get('Version') !== '2011-06-15') throw invalidAction()
      const action = parameters.get('Action')
      if (action === 'GetCallerIdentity') return xml(200, this.callerIdentity(signer))
      if (action === 'AssumeRole') return await this.assumeRole(signer, parameters)
      throw invalidAction()
    } catch (error) {
      if (error instanceof ServiceError) return xml(error.status, errorResponse(error))
      throw error
    }
  }

  private callerIdentity(signer: Signer): string {
    const accountId = this.organization?.accountOf(signer) ?? this.accountId
    const record = (outcome: string) =>
      this.calls.recordOther({ operation: 'GetCallerIdentity', accountId, region: signer.region, outcome })
    if (this.organization !== undefined && this.organization.usable(accountId) === undefined) {
      record('InvalidClientTokenId')
      const message = 'The security token included in the request is invalid'
      throw new ServiceError('InvalidClientTokenId', message, 403)
    }
    record('OK')
    return result(
      'GetCallerIdentity',
      `<Arn>${this.assumption.callerArn(accountId)}</Arn>
    <UserId>AIDAEMULATOREXAMPLE</UserId>
    <Account>${accountId}</Account>`,
    )
  }

  private async assumeRole(signer: Signer, parameters: URLSearchParams): Promise<HttpAnswer | undefined> {
    const RoleArn = parameters.get('RoleArn') ?? ''
    const accountId = RoleArn.split(':')[4] ?? ''
    const record = (outcome: string) =>
      this.calls.recordOther({ operation: 'AssumeRole', accountId, region: signer.region, outcome })
    const role = await recorded(record, () => this.assumption.assume(signer, parameters))
    return role && xml(200, assumedRole(role))
  }
}

function assumedRole({ arn, sessionName, accessKeyId, seconds }: AssumedRole): string {
  // Real time, not the world's: clients compare it with their own clock.
  const expiration = new Date(Date.now() + seconds * 1000).toISOString()
  return result(
    'AssumeRole',
    `<AssumedRoleUser>
      <Arn>${escapeXml(arn)}</Arn>
      <AssumedRoleId>${escapeXml(`AROAEMULATOREXAMPLE:${sessionName}`)}</AssumedRoleId>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>${accessKeyId}</AccessKeyId>
      <SecretAccessKey>emulated</SecretAccessKey>
      <SessionToken>emulated</SessionToken>
      <Expiration>${expiration}</Expiration>
    </Credentials>`,
  )
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

/** The Query protocol's codes of errors that all services have lack the ending `Exception`. */
function errorResponse({ code, message }: ServiceError): string {
  const shown = /^(MissingAuth|Incomplete|InvalidSig)/.test(code) ? code.replace(/Exception$/, '') : code
  return `<ErrorResponse xmlns="${NAMESPACE}">
  <Error><Type>Sender</Type><Code>${shown}</Code><Message>${escapeXml(message)}</Message></Error>
  <RequestId>${randomUUID()}</RequestId>
</ErrorResponse>`
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function xml(status: number, body: string): HttpAnswer {
  return { status, contentType: 'text/xml', body }
}
