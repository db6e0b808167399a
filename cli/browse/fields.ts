import { accounts } from '../asked-accounts'
import { document, owners, roles, targets } from '../asked-names'
import { day, duration, moment, nonEmpty, region } from '../parsers'
import { ACCESS_TYPES, STATES, STATUSES } from '../question-flags'

/** A field of the form that asks for sessions. */
export interface Field {
  readonly label: string
  /** Said below it. */
  readonly hint?: string
  /** @throws InvalidArgumentError that says what is expected */
  readonly parse: (text: string) => unknown
  /** What can be chosen. @default - a text */
  readonly choices?: readonly string[]
  /** @default text */
  readonly type?: 'text' | 'date' | 'checkbox'
}

/** Those that most questions need. */
export const FIELDS = {
  owner: { label: 'Person', hint: 'a name, jane*, or an ARN', parse: owners },
  target: { label: 'Target', hint: 'the name it had, its id, or an ECS cluster', parse: targets },
  account: { label: 'Account', hint: 'its name, shop*, or its id', parse: accounts },
  reason: { label: 'Reason contains', parse: nonEmpty },
  day: { label: 'Started on', parse: day, type: 'date' },
  from: { label: 'Started from', hint: '2026-11-24T09:30Z, or 36h, 7d, 2w ago', parse: moment },
  to: { label: 'Started before', hint: 'the same', parse: moment },
} as const satisfies Readonly<Record<string, Field>>

/** Those that are folded away. */
export const MORE_FIELDS = {
  at: { label: 'Connected at', hint: 'a time', parse: moment },
  longer: { label: 'Lasted at least', hint: '90m, 36h, 2d', parse: duration },
  role: { label: 'Role', hint: 'a name, or an ARN', parse: roles },
  document: { label: 'Document', hint: 'a name, or AWS-Start*', parse: document },
  region: { label: 'Region', hint: 'eu-west-1', parse: region },
  status: { label: 'Status', parse: nonEmpty, choices: STATUSES },
  state: { label: 'List', parse: nonEmpty, choices: STATES },
  access: { label: 'Access type', parse: nonEmpty, choices: ACCESS_TYPES },
  open: {
    label: 'Not ended, as far as the archive knows',
    parse: () => true,
    choices: ['yes'],
    type: 'checkbox',
  },
} as const satisfies Readonly<Record<string, Field>>

export const ALL_FIELDS: Readonly<Record<FieldName, Field>> = { ...FIELDS, ...MORE_FIELDS }
export type FieldName = keyof typeof FIELDS | keyof typeof MORE_FIELDS
export const FIELD_NAMES = Object.keys(ALL_FIELDS) as FieldName[]

/** What the form holds: texts that are not empty. */
export type Values = Readonly<Partial<Record<FieldName, string>>>
