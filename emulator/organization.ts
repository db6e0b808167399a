import { Clock } from './clock'
import { ServiceError } from './errors'
import type { Faults } from './faults'
import type { AccountFaults, ListingFaults } from './organization-faults'
import type { Signer } from './signature'
import { World } from './world'

export const ACCOUNT_STATES = [
  'PENDING_ACTIVATION',
  'ACTIVE',
  'SUSPENDED',
  'PENDING_CLOSURE',
  'CLOSED',
] as const
export type AccountState = (typeof ACCOUNT_STATES)[number]

export const REGION_STATUSES = ['ENABLED', 'ENABLED_BY_DEFAULT', 'ENABLING', 'DISABLING', 'DISABLED'] as const
export type RegionStatus = (typeof REGION_STATUSES)[number]

export interface OrganizationOptions {
  /** Of every world. @default - flowing with real time */
  readonly clock?: Clock
  /** @default 'o-exampleorgid' */
  readonly organizationId?: string
  /** The account whose keys may list accounts and assume roles. @default '111122223333' */
  readonly ownAccountId?: string
  /** @default 'us-east-1' */
  readonly ownRegion?: string
  /** The only role that accounts have, without a path. @default 'session-archive-reader' */
  readonly roleName?: string
}

/** An account of an organization. What is not readonly may be changed at any time. */
export interface Account {
  /** Twelve digits. */
  readonly id: string
  /** Its place among the accounts that were ever added, from 1. */
  readonly sequence: number
  readonly joinedAt: Date
  name: string
  state: AccountState
  /** `o-…/r-…/ou-…/111122223333/` */
  path: string
  /** By name. One that is not here is as one that is disabled. */
  regions: Record<string, RegionStatus>
  faults: AccountFaults
}

export type AddedAccount = Pick<Account, 'id'> & Partial<Pick<Account, 'name' | 'state' | 'path' | 'regions'>>

/** The accounts of an organization, with a world for every account and region. */
export class Organization {
  readonly clock: Clock
  readonly id: string
  readonly ownAccountId: string
  readonly ownRegion: string
  readonly roleName: string
  /** What goes wrong with ListAccounts. */
  readonly faults: ListingFaults = {}

  /** In the order in which they were added. */
  private readonly byId = new Map<string, Account>()
  private added = 0
  /** By account and region. They outlive their accounts. */
  private readonly sources = new Map<string, { readonly world: World; readonly faults: Faults }>()

  /** With the own account, named Audit, as the first. */
  constructor(options: OrganizationOptions = {}) {
    this.clock = options.clock ?? Clock.flowingFrom()
    this.id = options.organizationId ?? 'o-exampleorgid'
    this.ownAccountId = options.ownAccountId ?? '111122223333'
    this.ownRegion = options.ownRegion ?? 'us-east-1'
    this.roleName = options.roleName ?? 'session-archive-reader'
    this.add({ id: this.ownAccountId, name: 'Audit' })
  }

  /** An account that is there already is replaced: it becomes the last of the listing. Its sessions stay. */
  add({ id, name = `Account ${id}`, state = 'ACTIVE', path, regions }: AddedAccount): Account {
    this.added += 1
    this.byId.delete(id)
    const account: Account = {
      id,
      sequence: this.added,
      joinedAt: this.clock.now(),
      name,
      state,
      path: path ?? `${this.id}/r-root/${id}/`,
      regions: { ...(regions ?? { [this.ownRegion]: 'ENABLED_BY_DEFAULT' }) },
      faults: {},
    }
    this.byId.set(id, account)
    return account
  }

  /** It is listed no longer, and has no role. Its sessions come back if it is added again. */
  remove(id: string): void {
    this.byId.delete(id)
  }

  /** @throws Error if it is not in the organization */
  account(id: string): Account {
    const account = this.byId.get(id)
    if (account === undefined) throw new Error(`got account "${id}", expected one of this organization`)
    return account
  }

  accounts(): Account[] {
    return [...this.byId.values()]
  }

  /** The account, if it can be used at all. */
  usable(id: string): Account | undefined {
    const account = this.byId.get(id)
    return account?.state === 'SUSPENDED' || account?.state === 'CLOSED' ? undefined : account
  }

  /** The sessions of an account in a region. */
  world(accountId: string, region: string): World {
    return this.source(accountId, region).world
  }

  /** What goes wrong with DescribeSessions of an account in a region. */
  sourceFaults(accountId: string, region: string): Faults {
    return this.source(accountId, region).faults
  }

  /** @throws ServiceError UnrecognizedClientException if the account cannot be used, or not in the region */
  sourceFor(accountId: string, region: string): { readonly world: World; readonly faults: Faults } {
    const status = this.usable(accountId)?.regions[region]
    // "You cannot use the Region until this process is complete": EnableRegion in AWS's reference
    if (status === undefined || status === 'DISABLED' || status === 'ENABLING') throw unrecognizedClient()
    return this.source(accountId, region)
  }

  /** Whose key it is: AssumeRole issues `ASIA` and the account's digits; any other is the own account's. */
  accountOf({ accessKeyId }: Signer): string {
    return /^ASIA(\d{12})$/.exec(accessKeyId)?.[1] ?? this.ownAccountId
  }

  private source(accountId: string, region: string) {
    const key = `${accountId}/${region}`
    const source = this.sources.get(key) ?? {
      world: new World({ accountId, region, clock: this.clock }),
      faults: {},
    }
    this.sources.set(key, source)
    return source
  }
}

export function unrecognizedClient(): ServiceError {
  return new ServiceError(
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  )
}
