import type { SessionMembers } from '../../emulator/session'

/** AWS's members as the archive must hold them. Shares no code with the archive's own mapping. */
export function expectedMembers(session: SessionMembers): Record<string, unknown> {
  const expected: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(session)) {
    if (name === 'StartDate' || name === 'EndDate') {
      if (typeof value === 'number') expected[name] = new Date(Math.round(value * 1000)).toISOString()
    } else if (name === 'OutputUrl') {
      const urls = Object.entries(session.OutputUrl ?? {}).filter(([, url]) => url)
      if (urls.length > 0) expected[name] = Object.fromEntries(urls)
    } else if (value !== '' && value !== undefined) {
      expected[name] = value
    }
  }
  return expected
}

/** Attributes that the archive adds. */
const PROVENANCE = `
  AccountId Region OwnerName OwnerKey RoleName StartDay DurationSeconds State OpenSource LongSource MissingSince LastKnownActiveAt
  TargetName TargetKey ComputerName PlatformType PlatformName PlatformVersion IPAddress TargetSource TargetAsOf
  EndUnknown StartEventId ExecutedBy EcsCluster EcsTask EcsContainer FirstArchivedAt ObservedAt SweepId Revision Salt ContentHash SchemaVersion ExpiresAt
`.split(/\s+/)

/** The members of a record that are AWS's. */
export function membersOf(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !PROVENANCE.includes(name)))
}
