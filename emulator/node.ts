/** An EC2 instance (`i-…`) or a hybrid node (`mi-…`) that Systems Manager manages. */
export interface Node {
  readonly InstanceId: string
  /** The Name tag of an instance; of a hybrid node, what its activation called it. */
  readonly Name?: string
  readonly ComputerName?: string
  readonly PlatformType?: string
  readonly PlatformName?: string
  readonly PlatformVersion?: string
  readonly IPAddress?: string
  /** From this time Systems Manager does not know it any more. @default - never */
  readonly goneAt?: Date
}
