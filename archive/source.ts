/** What one sweep covers: the sessions of one account in one region. */
export interface Source {
  /** Twelve digits. */
  readonly accountId: string
  /** For example `eu-west-1`. */
  readonly region: string
}

/** `111122223333/eu-west-1`, the partition key of the source's receipts. */
export const sourceKey = ({ accountId, region }: Source) => `${accountId}/${region}`

/** AWS shows a session for 30 days after its end. */
export const AWS_KEEPS_MS = 30 * 24 * 60 * 60 * 1000
