/**
 * The two tables of an archive, defined once: the CDK constructs deploy these definitions and the embedded
 * database creates them, so the deployed and the local archive have the same shape.
 */

/** Every key attribute is a string. */
export interface Key {
  readonly partitionKey: string
  readonly sortKey?: string
}

export interface TableDefinition extends Key {
  /** Secondary indexes by name, each projecting every attribute. An item without an index's keys is not in it. */
  readonly indexes: Readonly<Record<string, Required<Key>>>
  /** Attribute with the time, in epoch seconds, after which DynamoDB may delete the item. */
  readonly timeToLiveAttribute?: string
}

/** One item per session: SessionRecord. */
export const SESSIONS = {
  partitionKey: 'SessionId',
  indexes: {
    ByOwnerKey: { partitionKey: 'OwnerKey', sortKey: 'StartDate' },
    ByTarget: { partitionKey: 'Target', sortKey: 'StartDate' },
    ByTargetKey: { partitionKey: 'TargetKey', sortKey: 'StartDate' },
    ByDay: { partitionKey: 'StartDay', sortKey: 'StartDate' },
    OpenSessions: { partitionKey: 'OpenSource', sortKey: 'SessionId' },
    LongSessions: { partitionKey: 'LongSource', sortKey: 'StartDate' },
  },
  timeToLiveAttribute: 'ExpiresAt',
} as const satisfies TableDefinition

/** A receipt per sweep, the sessions that could not be stored, and what is known of each source between sweeps. */
export const SWEEPS = {
  partitionKey: 'Source',
  sortKey: 'ItemId',
  indexes: {},
} as const satisfies TableDefinition
