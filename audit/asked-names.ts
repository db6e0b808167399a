import { targetKey } from '../archive/target'

/** `ecs:CLUSTER_TASK_RUNTIME`. A cluster's name can hold `_`. */
const CONTAINER = /^ecs:(.+)_([^_]+)_[^_]+$/

/** An ECS cluster can be called `mi-cluster`. */
const INSTANCE = /^m?i-[0-9a-f]+$/
/** A container's target in full: the id of a task has 32 digits. */
const WHOLE_CONTAINER = /^ecs:.+_[0-9a-f]{32}_[^_]+$/

/** An id, the beginning of one, or a container: no name, whatever a machine is called. */
const ID = /^(?:m?i-[0-9a-f]*\*?$|ecs:)/
/** Of a task, whose older form has dashes. */
const TASK_ID = /^[0-9a-f]{32}$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether a name is the one asked for: `jane`, or `jane*` for every name that begins so. */
export function isName(name: string, asked: string): boolean {
  return asked.endsWith('*') ? name.startsWith(asked.slice(0, -1)) : name === asked
}

/** As {@link isName}, in upper or lower case. */
export function isNameInAnyCase(name: string, asked: string): boolean {
  return isName(name.toLowerCase(), asked.toLowerCase())
}

/** As {@link isName}. A container's target is also known by its cluster and its task, with or without `ecs:`. */
export function isTarget(target: string, asked: string): boolean {
  const [, cluster, task] = (!INSTANCE.test(asked) && CONTAINER.exec(target)) || []
  const names = [
    target,
    ...(cluster && task ? [cluster, `ecs:${cluster}`, task, `ecs:${cluster}_${task}`] : []),
  ]
  return names.some((name) => isName(name, asked))
}

/** As {@link isName}, of names that look the same. Nobody can call a machine by another one's id. */
export function isTargetName(name: string, asked: string): boolean {
  return !ID.test(asked) && isName(targetKey(name), targetKey(asked))
}

/** Whether no other name is meant. */
export function isWholeName(asked: string): boolean {
  return !asked.endsWith('*')
}

/** Whether no other target is meant. */
export function isWholeTarget(asked: string): boolean {
  return isWholeName(asked) && (INSTANCE.test(asked) || WHOLE_CONTAINER.test(asked))
}

/** Whether only a target of this name, or a container of the cluster that is called so, is meant. */
export function isWholeTargetName(asked: string): boolean {
  return isWholeName(asked) && !ID.test(asked) && !TASK_ID.test(asked)
}
