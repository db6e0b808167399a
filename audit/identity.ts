import { roleName, type SessionRecord } from '../archive/record'
import { TOOL_NAMES, type ToolName } from './tool-names'

/** Why a session's owner does not name a person. */
export interface Anonymity {
  readonly kind: string
  readonly why: string
}

type Owned = Pick<SessionRecord, 'OwnerName'> & { readonly Owner?: unknown; readonly ExecutedBy?: unknown }

const NO_OWNER: Anonymity = { kind: 'No owner', why: 'AWS recorded no owner for the session.' }
const ROOT: Anonymity = {
  kind: 'Root user',
  why: 'The root user belongs to the account, not to a person: it was anybody with its credentials.',
}

/** Why the record alone identifies nobody. Undefined proves nothing: whoever assumes a role chooses the name. */
export function anonymity({ Owner, ExecutedBy = Owner, OwnerName = '' }: Owned): Anonymity | undefined {
  const owner = typeof ExecutedBy === 'string' ? ExecutedBy : ''
  if (OwnerName === '') return NO_OWNER
  if (/^(arn:)?[\w-]+:(iam|sts)::\d*:root$/.test(owner)) return ROOT
  const tool = TOOL_NAMES.find(({ pattern }) => pattern.test(OwnerName))
  if (tool !== undefined) return { kind: tool.form, why: explain(tool) }
  const role = roleName(owner)
  if (role?.startsWith('AWSServiceRole'))
    return { kind: role, why: 'The role of an AWS service, which acts for somebody else.' }
  return undefined
}

const NAMES: Readonly<Record<ToolName['names'], string>> = {
  everybody: 'the same for everybody',
  each: 'another one each time',
  machine: 'of a machine, a job or a service',
}

function explain({ isGuess, madeBy, names }: ToolName): string {
  return `${isGuess ? 'Looks like a name' : 'A name'} made by ${madeBy}: ${NAMES[names]}.`
}
