/** In front of the key of each refusal in the Sweeps table: its time and its event follow. */
export const REFUSED = 'REFUSED#'

/** An attempt to start a session that AWS refused, as CloudTrail tells it. Texts are untrusted. */
export interface Refusal {
  /** ISO 8601, UTC, whole seconds. */
  readonly RefusedAt: string
  readonly EventId: string
  /** ECS Exec: `ExecuteCommand`. */
  readonly EventName: 'StartSession' | 'ExecuteCommand'
  /** ARN of who tried. */
  readonly Owner?: string
  readonly OwnerName?: string
  readonly OwnerKey?: string
  readonly RoleName?: string
  /** The machine, or the ECS task. */
  readonly Target?: string
  readonly DocumentName?: string
  readonly Reason?: string
  /** `AccessDenied`, `TargetNotConnected` … */
  readonly ErrorCode: string
  readonly ErrorMessage?: string
  readonly SourceIPAddress?: string
  readonly UserAgent?: string
}

/** As the Sweeps table has it. */
export interface StoredRefusal extends Refusal {
  /** `111122223333/eu-west-1` */
  readonly Source: string
  readonly ItemId: string
  /** The sweep that learnt of it. */
  readonly FirstSweepId: string
}
