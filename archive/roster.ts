import { PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb'
import { batchGet, type Table } from './batch-get'
import { type Source, sourceKey } from './source'
import { type Written, writeIf } from './write-if'

/** Partition key of the roster in the Sweeps table: one item per account, and one about the listing. */
export const ROSTER = 'ROSTER'
const LISTING = 'LISTING'

/** `swept`: due again and again. `excluded`: left out by the configuration. `retired`: closed, suspended, gone or disabled. */
export type RosterState = 'swept' | 'excluded' | 'retired'

/** Times are ISO 8601, UTC, the archiver's clock. */
interface Entry {
  readonly State: RosterState
  /** Since when it is known. */
  readonly Since: string
  /** When it was excluded or retired. */
  readonly Until?: string
  /** Why it was excluded or retired. */
  readonly Reason?: string
}

export interface RosterRegion extends Entry {
  /** Of a retired region, or one of a retired account: when its last complete sweep began. Absent: there was none. */
  readonly LastCompleteAt?: string
}

/** An account that is to be swept, or was. */
export interface RosterAccount extends Entry {
  readonly Source: typeof ROSTER
  /** The account, twelve digits. */
  readonly ItemId: string
  /** As in AWS Organizations. Untrusted text. */
  readonly AccountName?: string
  /** Where it is in the organization, `o-…/r-…/ou-…/111122223333/`. */
  readonly OrganizationPath?: string
  /** By name. What is not here is not swept: if the regions were listed, it is disabled. */
  readonly Regions: Readonly<Record<string, RosterRegion>>
  /** When AWS last listed its regions. Absent: never, so there may be others. */
  readonly RegionsListedAt?: string
  /** Why the last listing of its regions failed. */
  readonly RegionsProblem?: string
  /** Since when, and in how many complete listings, an account was missing. */
  readonly MissingSince?: string
  readonly MissingListings?: number
  readonly UpdatedAt: string
}

/** About the listing of accounts: what the roster was made of. */
export interface RosterListing {
  readonly Source: typeof ROSTER
  readonly ItemId: typeof LISTING
  /** When the last listing was complete and believed. Absent: none was. */
  readonly ListedAt?: string
  /** Why the latest listing was not. */
  readonly Problem?: string
  readonly OrganizationId?: string
  /** `all`, or the regions that are swept. */
  readonly Regions: string
  readonly UpdatedAt: string
}

export interface Roster {
  /** By account. */
  readonly accounts: ReadonlyMap<string, RosterAccount>
  readonly listing?: RosterListing
}

/** The whole roster. */
export async function readRoster({ client, tableName }: Table): Promise<Roster> {
  const accounts = new Map<string, RosterAccount>()
  let listing: RosterListing | undefined
  const pages = paginateQuery(
    { client },
    {
      TableName: tableName,
      KeyConditionExpression: '#source = :roster',
      ExpressionAttributeNames: { '#source': 'Source' },
      ExpressionAttributeValues: { ':roster': ROSTER },
    },
  )
  for await (const { Items = [] } of pages)
    for (const item of Items as (RosterAccount | RosterListing)[]) {
      if (isListing(item)) listing = item
      else accounts.set(item.ItemId, item)
    }
  return { accounts, listing }
}

function isListing(item: RosterAccount | RosterListing): item is RosterListing {
  return item.ItemId === LISTING
}

/** Those of these accounts that are in the roster. */
export async function readRosterAccounts(
  table: Table,
  accountIds: readonly string[],
  consistent = false,
): Promise<Map<string, RosterAccount>> {
  const items = await batchGet<RosterAccount>({
    ...table,
    keys: [...new Set(accountIds)].map((ItemId) => ({ Source: ROSTER, ItemId })),
    consistent,
  })
  return new Map(items.map((item) => [item.ItemId, item]))
}

/**
 * Writes an account, unless somebody else has written it since it was read.
 *
 * @param readAt UpdatedAt of what was read; undefined: nothing
 */
export async function putRosterAccount(
  { client, tableName }: Table,
  account: RosterAccount,
  readAt: string | undefined,
): Promise<Written> {
  const command = new PutCommand({
    TableName: tableName,
    Item: account,
    ConditionExpression: readAt === undefined ? 'attribute_not_exists(ItemId)' : 'UpdatedAt = :readAt',
    ExpressionAttributeValues: readAt === undefined ? undefined : { ':readAt': readAt },
  })
  return writeIf(client.send(command))
}

export async function putRosterListing(
  { client, tableName }: Table,
  listing: Omit<RosterListing, 'Source' | 'ItemId'>,
): Promise<void> {
  const Item: RosterListing = { Source: ROSTER, ItemId: LISTING, ...listing }
  await client.send(new PutCommand({ TableName: tableName, Item }))
}

const ENROL_ATTEMPTS = 10

/**
 * Puts a source into the roster that is swept by hand, so that questions know of it.
 *
 * @throws Error if others write the account all the time
 */
export async function enrol(table: Table, { accountId, region }: Source, now: Date): Promise<void> {
  const entry = { State: 'swept', Since: now.toISOString() } as const
  for (let attempt = 0; attempt < ENROL_ATTEMPTS; attempt++) {
    const stored = (await readRosterAccounts(table, [accountId])).get(accountId)
    if (stored?.Regions[region] !== undefined) return
    const account = stored ?? { Source: ROSTER, ItemId: accountId, ...entry, Regions: {} }
    const Regions = { ...account.Regions, [region]: entry }
    const changed = { ...account, Regions, UpdatedAt: now.toISOString() }
    const written = await putRosterAccount(table, changed, stored?.UpdatedAt)
    if (written === 'written') return
  }
  throw new Error(
    `${accountId}: ${ENROL_ATTEMPTS} times, others wrote this account of the roster at the same time`,
  )
}

/** The sources of an account that are swept now. */
export function sweptSources({ ItemId, State, Regions }: RosterAccount): Source[] {
  if (State !== 'swept') return []
  return Object.entries(Regions).flatMap(([region, { State: state }]) =>
    state === 'swept' ? [{ accountId: ItemId, region }] : [],
  )
}

/** Every source that is swept, or was. Sorted. */
export function everSwept({ accounts }: Roster): string[] {
  return [...accounts.values()]
    .flatMap(({ ItemId, Regions }) =>
      Object.entries(Regions).flatMap(([region, { State, LastCompleteAt }]) =>
        State === 'excluded' && LastCompleteAt === undefined
          ? []
          : [sourceKey({ accountId: ItemId, region })],
      ),
    )
    .sort()
}
