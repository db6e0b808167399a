import type { SessionRecord } from '../../archive/record'

/** Why a session's owner does not name a person. */
export interface Anonymity {
  readonly kind: string
  readonly why: string
}

type Owned = Pick<SessionRecord, 'OwnerName'> & { readonly Owner?: unknown }

interface Rule extends Anonymity {
  readonly matches: (owner: string, name: string) => boolean
}

const RULES: readonly Rule[] = [
  {
    kind: 'No owner',
    why: 'AWS recorded no owner for the session.',
    matches: (_owner, name) => name === '',
  },
  {
    kind: 'Root user',
    why: 'The root user belongs to the account, not to a person: it was anybody with its credentials.',
    matches: (owner) => /^arn:[\w-]+:(iam|sts)::\d*:root$/.test(owner),
  },
  {
    kind: 'An instance',
    why: 'The role of a machine: it was anybody who could run a command there.',
    matches: (_owner, name) => /^m?i-[0-9a-f]{8,17}$/.test(name),
  },
  {
    kind: 'botocore-session-…',
    why: 'The AWS CLI or boto3 made the name up, because the role was assumed without one.',
    matches: (_owner, name) => /^botocore-session-/i.test(name),
  },
  {
    kind: 'AWSCLI-Session',
    why: 'The AWS CLI uses this name for everybody.',
    matches: (_owner, name) => /^AWSCLI-Session/i.test(name),
  },
  {
    kind: 'aws-…-sdk-…',
    why: 'An AWS SDK made the name up, because the role was assumed without one.',
    matches: (_owner, name) => /^aws-([a-z]+-)?sdk-/i.test(name),
  },
  {
    kind: 'A time stamp',
    why: 'A tool used the time in milliseconds or nanoseconds as the name.',
    matches: (_owner, name) => /^1(\d{12}|\d{18})$/.test(name),
  },
]

/** Why the record alone identifies nobody, or undefined if the owner names somebody. */
export function anonymity({ Owner, OwnerName = '' }: Owned): Anonymity | undefined {
  return RULES.find(({ matches }) => matches(typeof Owner === 'string' ? Owner : '', OwnerName))
}
