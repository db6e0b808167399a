import type { Duration } from 'aws-cdk-lib'
import { ENVIRONMENT } from '../../archive/names'
import type { ArchiveTables } from '../storage/tables'
import type { Organization } from './organization'

/** What is swept, and how often. */
export interface SweepSettings {
  /** How often sources are swept. */
  readonly schedule: Duration
  /** How often quiet ones are. */
  readonly quietSchedule: Duration
  /** `all` that are enabled, or those to sweep. */
  readonly regions: 'all' | readonly string[]
  /** Left out of `all`. */
  readonly excludeRegions: readonly string[]
  /** Days from a session's end until its record expires. @default - never */
  readonly retentionDays?: number
  /** @default - the stack's account is swept alone */
  readonly organization?: Organization
}

export interface EnvironmentProps extends SweepSettings {
  readonly tables: ArchiveTables
  /** Only with an organization. */
  readonly queueUrl: string | undefined
}

/** What the function reads of its environment. A list that is empty has no variable. */
export function environmentOf(props: EnvironmentProps): Record<string, string> {
  const { tables, regions, organization } = props
  const variables: Record<keyof typeof ENVIRONMENT, string | undefined> = {
    sessionsTable: tables.sessions.tableName,
    sweepsTable: tables.sweeps.tableName,
    retentionDays: props.retentionDays?.toString(),
    schedule: String(props.schedule.toMinutes()),
    quietSchedule: String(props.quietSchedule.toMinutes()),
    regions: regions === 'all' ? regions : list(regions),
    excludeRegions: list(props.excludeRegions),
    organizationId: organization?.organizationId,
    includeAccounts: list(organization?.includeAccounts),
    excludeAccounts: list(organization?.excludeAccounts),
    excludeOrganizationalUnits: list(organization?.excludeOrganizationalUnits),
    memberRoleName: organization?.memberRoleName,
    queueUrl: props.queueUrl,
  }
  const given = (Object.keys(ENVIRONMENT) as (keyof typeof ENVIRONMENT)[]).flatMap((key) => {
    const value = variables[key]
    return value === undefined ? [] : [[ENVIRONMENT[key], value] as const]
  })
  return Object.fromEntries(given)
}

function list(values: readonly string[] = []): string | undefined {
  return values.length === 0 ? undefined : values.join(',')
}
