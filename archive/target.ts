/** What is known of a session's target, frozen when it was asked for. Everything but the last two is untrusted text. */
export interface TargetFacts {
  /** The Name tag of an EC2 instance, the name a hybrid node was activated with, or the computer's; an ECS cluster's. */
  readonly TargetName?: string
  /** Fully qualified. */
  readonly ComputerName?: string
  /** `Linux`, `Windows`, `MacOS` */
  readonly PlatformType?: string
  readonly PlatformName?: string
  readonly PlatformVersion?: string
  readonly IPAddress?: string
  /** One of {@link TARGET_SOURCES}. */
  readonly TargetSource: string
  /** ISO 8601, UTC, milliseconds. */
  readonly TargetAsOf: string
}

/**
 * `SSM`: Systems Manager said so. `Target`: all that is known is in the target's id. `archive`: Systems Manager does not
 * know the target any more, an earlier session's record does. `none`: neither knows it.
 */
export const TARGET_SOURCES = {
  systemsManager: 'SSM',
  id: 'Target',
  archive: 'archive',
  none: 'none',
} as const

/** `ecs:CLUSTER_TASK_RUNTIME`. A cluster's name can hold `_`. */
const CONTAINER = /^ecs:(.+)_[^_]+_[^_]+$/

/** What a target's own id says, without a question to anybody. */
export function factsInId(target: unknown, TargetAsOf: string): TargetFacts | undefined {
  const [, TargetName] = (typeof target === 'string' && CONTAINER.exec(target)) || []
  return TargetName === undefined ? undefined : { TargetName, TargetSource: TARGET_SOURCES.id, TargetAsOf }
}

/** The key of the index by name: of names that look the same, one. */
export function targetKey(name: string): string {
  return name.trim().normalize('NFC').toLowerCase()
}

/** EC2 instances and hybrid nodes: Systems Manager can be asked about them. */
export function isNode(target: unknown): target is string {
  return typeof target === 'string' && /^m?i-[0-9a-f]{8,17}$/.test(target)
}
