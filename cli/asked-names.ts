import { InvalidArgumentError } from '@commander-js/extra-typings'
import { ownerName, roleName } from '../archive/record'
import { nonEmpty } from './parsers'

/** Parsers of flags that name people, roles and targets. Each may be given several times. */

/** The longest key of an index, in bytes. */
const MAX_BYTES = 2048

const ROLE = /^arn:[\w-]+:iam::\d*:role\/(?:.*\/)?([^/]+)$/
const PERSON = /^arn:[\w-]+:(iam|sts)::\d*:(user\/|assumed-role\/[^/]+\/.|federated-user\/|root$)/

export function owners(text: string, others: readonly string[] = []): readonly string[] {
  const asked = pattern(text)
  const role = isArn(asked) && !PERSON.test(asked) ? (ROLE.exec(asked)?.[1] ?? roleName(asked)) : undefined
  if (role !== undefined)
    throw new InvalidArgumentError(`This is a role, not a person: expected '--role ${role}'.`)
  if (isArn(asked) && !PERSON.test(asked))
    throw new InvalidArgumentError(
      'Expected a name, or the ARN of a user, of a role with its session name, or of root.',
    )
  const name = ownerName(asked)
  if (Buffer.byteLength(name) > MAX_BYTES)
    throw new InvalidArgumentError(`Expected at most ${MAX_BYTES} bytes.`)
  return [...others, name]
}

export function roles(text: string, others: readonly string[] = []): readonly string[] {
  const asked = pattern(text)
  const name = isArn(asked) ? (ROLE.exec(asked)?.[1] ?? roleName(asked)) : asked
  if (name === undefined)
    throw new InvalidArgumentError(
      "This ARN is not of a role: expected '--owner' for a person, '--target' for a machine.",
    )
  return [...others, name]
}

/** ARNs of what can be a target, and how the target of a session is called then. */
const TARGETS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/:(?:ec2|ssm):[^:]*:\d*:(?:managed-)?instance\/(.+)$/, (id) => id],
  [/:ecs:[^:]*:\d*:cluster\/(.+)$/, (cluster) => `ecs:${cluster}`],
  [/:ecs:[^:]*:\d*:(?:task|container)\/([^/]+)\/([^/]+)/, (cluster, task) => `ecs:${cluster}_${task}`],
  [/:ecs:[^:]*:\d*:task\/([^/]+)$/, (task) => task],
]

export function targets(text: string, others: readonly string[] = []): readonly string[] {
  const asked = pattern(text)
  return [...others, isArn(asked) ? targetOf(asked) : asked]
}

function targetOf(arn: string): string {
  for (const [form, name] of TARGETS) {
    const [, ...parts] = form.exec(arn) ?? []
    if (parts.length > 0) return name(...parts)
  }
  throw new InvalidArgumentError(
    'Expected an id, or the ARN of an instance, a managed instance, an ECS cluster or an ECS task.',
  )
}

function isArn(text: string): boolean {
  return text.startsWith('arn:')
}

/** A name, or the beginning of one and `*`. */
function pattern(text: string): string {
  if (/\*./.test(nonEmpty(text))) throw new InvalidArgumentError('Expected * at the end only.')
  return text
}
