import { InvalidArgumentError } from '@commander-js/extra-typings'
import { ownerName } from '../archive/record'
import { nonEmpty } from './parsers'

/** Parsers of flags that name people, roles, targets and documents. */

/** What is asked for. A name that ends in `*` stands for all that begin so. */
export interface AskedName {
  readonly name: string
  /** What its ARN says besides. It does not narrow the question. */
  readonly accountId?: string
  readonly region?: string
}

/** The longest key of an index, in bytes. */
const MAX_BYTES = 2048

/** A role or a person: what its ARN has after `arn:aws:`, or only the end of that. */
const IDENTITY = /^(?:(?:iam|sts):[^:]*:\d*:)?(role|assumed-role|user|federated-user)\/(.*)$/i
const ROOT = /^(?:iam|sts):[^:]*:\d*:root$/i

export function owners(text: string, others: readonly AskedName[] = []): readonly AskedName[] {
  const { asked, isArn, rest, place } = parse(text)
  const { role, person } = identity(rest)
  if (role !== undefined && (person === undefined || person === '*'))
    throw new InvalidArgumentError(`This is a role, not a person: expected '--role ${notAll(role)}'.`)
  if ((isArn && person === undefined) || person === '' || /[/:]$/.test(asked))
    throw new InvalidArgumentError(
      'Expected a name, or the ARN of a user, of a role with its session name, or of root.',
    )
  const name = person ?? ownerName(asked)
  return [...others, { name: checked(asked === '*' ? name : notAll(name)), ...place }]
}

export function roles(text: string, others: readonly AskedName[] = []): readonly AskedName[] {
  const { asked, rest, place } = parse(text)
  const { role } = identity(rest)
  if (role !== undefined) return [...others, { name: checked(notAll(role)), ...place }]
  if (/[/:]/.test(asked))
    throw new InvalidArgumentError(
      "This is not of a role: expected '--owner' for a person, '--target' for a machine, or a role's name or ARN.",
    )
  return [...others, { name: checked(asked) }]
}

/** The names in `role/PATH/ROLE`, `assumed-role/ROLE/PERSON`, `user/PATH/PERSON`, and in root's ARN. */
function identity(text: string): { readonly role?: string; readonly person?: string } {
  if (ROOT.test(text)) return { person: 'root' }
  const [, kind = '', names = ''] = IDENTITY.exec(text) ?? []
  const last = /[^/]*$/.exec(names)?.[0]
  if (/^role$/i.test(kind)) return { role: last }
  if (!/^assumed-role$/i.test(kind)) return kind === '' ? {} : { person: last }
  const [role, ...session] = names.split('/')
  return session.length === 0 ? { role } : { role, person: last }
}

/** An ARN without a name is of everybody whom its account or its path has: a session tells neither. */
function notAll(name: string): string {
  if (/^\*?$/.test(name))
    throw new InvalidArgumentError(
      'Sessions do not record the path of a role or a user: expected a name at the end, or the beginning of one and *.',
    )
  return name
}

/** ARNs of what can be a target, from the service on or only the end, and how the target of a session is called then. */
const TARGETS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^(?:(?:ec2|ssm):[^:]*:\d*:)?(?:managed-)?instance\/(m?i-.*)$/i, instanceOr],
  [/^(?:ecs:[^:]*:\d*:)?cluster\/(.+)$/i, (cluster) => `ecs:${cluster}`],
  [/^(?:ecs:[^:]*:\d*:)?(?:task|container)\/([^/]+)\/\*$/i, (cluster) => `ecs:${cluster}`],
  [/^(?:ecs:[^:]*:\d*:)?(?:task|container)\/([^/]+)\/([^/]+)/i, (cluster, task) => `ecs:${cluster}_${task}`],
  [/^(?:ecs:[^:]*:\d*:)?task\/([^/*]+\*?)$/i, (task) => task],
]

export function targets(text: string, others: readonly AskedName[] = []): readonly AskedName[] {
  const { asked, isArn, rest, place } = parse(text)
  const isPath = isArn || /^((managed-)?instance|cluster|task|container)\//i.test(asked)
  return [...others, { name: checked(isPath ? targetOf(rest) : instanceOr(asked)), ...place }]
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

/** AWS writes the ids of instances in lower case. */
function instanceOr(text: string): string {
  return /^m?i-[0-9a-f]*\*?$/i.test(text) ? text.toLowerCase() : text
}

export function document(text: string): string {
  return checked(parse(text).asked)
}

/** A name, the beginning of one and `*`, or an ARN, with or without `arn:`. */
function parse(text: string) {
  const asked = nonEmpty(text).trim()
  if (/\*./.test(asked)) throw new InvalidArgumentError('Expected * at the end only.')
  const isArn = /^(?:arn|aws[\w-]*):/i.test(asked)
  const rest = asked.replace(/^(?:arn:)?aws[\w-]*:/i, '')
  const [, region, accountId] = (isArn && /^[\w-]+:([\w-]*):(\d*):/.exec(rest)) || []
  return { asked, isArn, rest, place: { ...(accountId && { accountId }), ...(region && { region }) } }
}

function checked(name: string): string {
  if (Buffer.byteLength(name) > MAX_BYTES)
    throw new InvalidArgumentError(`Expected at most ${MAX_BYTES} bytes.`)
  return name
}
