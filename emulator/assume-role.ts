import { setTimeout as delay } from 'node:timers/promises'
import { ServiceError, validationError, violation } from './errors'
import type { Account, Organization } from './organization'
import { CallNumber, type RoleFault } from './organization-faults'
import type { Signer } from './signature'

/** What AssumeRole answers. */
export interface AssumedRole {
  /** `arn:aws:sts::444455556666:assumed-role/session-archive-reader/session-archive` */
  readonly arn: string
  readonly sessionName: string
  readonly accessKeyId: string
  /** How long the credentials last. */
  readonly seconds: number
}

interface Request {
  /** As asked for. */
  readonly roleArn: string
  readonly accountId: string
  readonly roleName: string
  readonly sessionName: string
  readonly seconds: number
}

/** Who may assume which role. Without an organization, anyone may assume any role. */
export class Assumption {
  /** A code of an MFA device is good for one call. */
  private readonly usedCodes = new Set<string>()
  private readonly callNumbers = new Map<string, CallNumber>()

  constructor(
    private readonly accountId: string,
    private readonly organization: Organization | undefined,
  ) {}

  /**
   * @returns undefined if the connection is to be reset
   * @throws ServiceError ValidationError, AccessDenied or RegionDisabledException, or by a fault
   */
  async assume(signer: Signer, parameters: URLSearchParams): Promise<AssumedRole | undefined> {
    const request = parse(parameters)
    if (parameters.has('SerialNumber')) this.useCode(parameters.get('TokenCode') ?? '')
    if (this.organization === undefined) return assumed(request, this.accountId, 'ASIAEMULATOREXAMPLE')
    return await this.assumeIn(this.organization, signer, request)
  }

  /** Whom a key of the account stands for. */
  callerArn(accountId: string): string {
    const { organization } = this
    return organization === undefined || accountId === organization.ownAccountId
      ? `arn:aws:iam::${accountId}:user/emulator`
      : `arn:aws:sts::${accountId}:assumed-role/${organization.roleName}/session-archive`
  }

  private async assumeIn(
    organization: Organization,
    signer: Signer,
    request: Request,
  ): Promise<AssumedRole | undefined> {
    const { accountId, roleName, roleArn } = request
    const callerId = organization.accountOf(signer)
    const account = organization.usable(accountId)
    const fault = account && this.numbersOf(account).next(account.faults.assumeRole)
    await delay(account?.faults.latencyMs ?? 0, undefined, { ref: false })
    if (fault === 'reset') return undefined
    if (fault === 'throttle') throw new ServiceError('Throttling', 'Rate exceeded')
    if (fault === 'error') throw new ServiceError('InternalFailure', 'An internal error has occurred', 500)
    const hasRole = account !== undefined && fault !== 'no role' && roleName === organization.roleName
    if (!hasRole || callerId !== organization.ownAccountId)
      throw new ServiceError(
        'AccessDenied',
        `User: ${this.callerArn(callerId)} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
        403,
      )
    if (account.faults.stsDisabledIn?.includes(signer.region))
      throw new ServiceError(
        'RegionDisabledException',
        `STS is not activated in the requested region for account:${accountId}. Your account administrator can activate STS in this region using the IAM Console.`,
        403,
      )
    const answered = answeredAccount(organization, account, fault)
    return assumed(request, answered, `ASIA${answered}`)
  }

  private numbersOf({ id }: Account): CallNumber {
    const numbers = this.callNumbers.get(id) ?? new CallNumber()
    this.callNumbers.set(id, numbers)
    return numbers
  }

  private useCode(code: string): void {
    const isGood = /^\d{6}$/.test(code) && !this.usedCodes.has(code)
    this.usedCodes.add(code)
    const refusal = 'MultiFactorAuthentication failed with invalid MFA one time pass code. '
    if (!isGood) throw new ServiceError('AccessDenied', refusal, 403)
  }
}

/** Another member if there is one, for the fault that answers a wrong account. */
function answeredAccount(organization: Organization, { id }: Account, fault: RoleFault | undefined): string {
  if (fault !== 'wrong account') return id
  const others = organization.accounts().filter((other) => other.id !== id)
  const member = others.find((other) => other.id !== organization.ownAccountId)
  return (member ?? others[0])?.id ?? organization.ownAccountId
}

function assumed(request: Request, accountId: string, accessKeyId: string): AssumedRole {
  const { roleName, sessionName, seconds } = request
  return {
    arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
    sessionName,
    accessKeyId,
    seconds,
  }
}

const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]{1,64})$/

function parse(parameters: URLSearchParams): Request {
  const roleArn = parameters.get('RoleArn') ?? ''
  const sessionName = parameters.get('RoleSessionName') ?? ''
  const duration = parameters.get('DurationSeconds') ?? '3600'
  const violations = [...sessionNameViolations(sessionName), ...durationViolations(duration)]
  if (violations.length > 0) throw new ServiceError('ValidationError', validationError(violations).message)
  const [, accountId, roleName] = ROLE_ARN.exec(roleArn) ?? []
  if (accountId === undefined || roleName === undefined)
    throw new ServiceError('ValidationError', `${roleArn} is invalid`)
  return { roleArn, accountId, roleName, sessionName, seconds: Number(duration) }
}

function sessionNameViolations(name: string): string[] {
  const violates = (constraint: string) => violation(`'${name}'`, 'roleSessionName', constraint)
  return [
    ...(name.length < 2 ? [violates('have length greater than or equal to 2')] : []),
    ...(name.length > 64 ? [violates('have length less than or equal to 64')] : []),
    ...(/^[\w+=,.@-]*$/.test(name) ? [] : [violates('satisfy regular expression pattern: [\\w+=,.@-]*')]),
  ]
}

function durationViolations(duration: string): string[] {
  const violates = (constraint: string) => violation(`'${duration}'`, 'durationSeconds', constraint)
  if (!/^\d+$/.test(duration) || Number(duration) < 900)
    return [violates('have value greater than or equal to 900')]
  return Number(duration) > 43200 ? [violates('have value less than or equal to 43200')] : []
}
