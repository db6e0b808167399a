import type { Names, Receipt, RoundReceipt, Witness } from '../../archive/receipt'
import { ATTRIBUTES } from '../../archive/record'
import type { StoredRefusal } from '../../archive/refusal'
import type { ShownSession } from '../../audit/last-seen'
import type { Unarchived } from '../reconcile'
import { duration, time } from './format'
import { targetLabel } from './labels'
import type { Kind } from './print'
import type { Column } from './table'

/** How long a session lasted, or why that is not known. */
export function lasted({ OpenSource, DurationSeconds, Stale }: ShownSession): string {
  if (typeof DurationSeconds === 'number') return duration(DurationSeconds)
  if (OpenSource === undefined) return 'end unknown'
  return Stale ? 'open, stale' : 'open'
}

/** AWS gave a recovered session no status that is known. */
function statusOf({ Status, State }: ShownSession): unknown {
  return State === 'Recovered' ? State : Status
}

export const SESSIONS: Kind<ShownSession> = {
  noun: 'session',
  columns: [
    { name: 'StartDate (UTC)', width: 19, text: ({ StartDate }) => time(StartDate) },
    { name: 'Duration', width: 11, fromWidth: 55, text: lasted },
    { name: 'OwnerName', fromWidth: 41, text: ({ OwnerName }) => OwnerName },
    { name: 'Target', text: targetLabel },
    { name: 'TargetId', width: 20, fromWidth: 175, text: ({ Target }) => Target },
    { name: 'DocumentName', fromWidth: 128, text: ({ DocumentName }) => DocumentName },
    { name: 'Reason', fromWidth: 64, text: ({ Reason }) => Reason },
    { name: 'Status', width: 12, fromWidth: 98, text: statusOf },
    { name: 'Source', width: 27, fromWidth: 158, text: ({ AccountId, Region }) => `${AccountId}/${Region}` },
    { name: 'Account', width: 20, fromWidth: 190, text: ({ AccountName }) => AccountName },
    { name: 'SessionId', whole: true, text: ({ SessionId }) => SessionId },
  ],
  members: [
    ...Object.keys(ATTRIBUTES).flatMap((name) =>
      name === 'OutputUrl' ? ['OutputUrl.S3OutputUrl', 'OutputUrl.CloudWatchOutputUrl'] : [name],
    ),
    'LastSeenAt',
    'Stale',
  ],
}

const LAST_SEEN = {
  name: 'LastSeen (UTC)',
  width: 19,
  text: ({ LastSeenAt }: ShownSession) => time(LastSeenAt),
}

/** For sessions that are all open. */
export const OPEN_SESSIONS: Kind<ShownSession> = {
  ...SESSIONS,
  columns: SESSIONS.columns
    .map(
      (column): Column<ShownSession> => ({
        ...column,
        fromWidth: column.fromWidth && column.fromWidth + LAST_SEEN.width + 2,
      }),
    )
    .toSpliced(2, 0, LAST_SEEN),
}

/** With the name that the account has now. */
export interface ShownReceipt extends Receipt {
  readonly AccountName?: string
}

const WITNESS: readonly (keyof Witness)[] = [
  'From',
  'Until',
  'Calls',
  'Events',
  'Matched',
  'Found',
  'Recovered',
  'Uncorroborated',
  'Named',
  'Refused',
  'Unreadable',
  'Problem',
]

const NAMES: readonly (keyof Names)[] = ['Calls', 'Found', 'Remembered', 'Unknown', 'Problem']

export const RECEIPTS: Kind<ShownReceipt> = {
  noun: 'receipt',
  columns: [
    { name: 'StartedAt (UTC)', width: 19, text: ({ StartedAt }) => time(StartedAt) },
    { name: 'Source', width: 27, text: ({ Source }) => Source },
    { name: 'Kind', width: 6, fromWidth: 107, text: ({ Kind }) => Kind },
    { name: 'Outcome', width: 11, text: ({ Outcome }) => Outcome },
    { name: 'Seen', width: 7, text: ({ Seen }) => Seen },
    { name: 'Archived', width: 8, fromWidth: 90, text: ({ Archived }) => Archived },
    { name: 'Updated', width: 7, fromWidth: 107, text: ({ Updated }) => Updated },
    { name: 'Rejected', width: 8, text: ({ Rejected }) => Rejected },
    { name: 'Open', width: 6, fromWidth: 121, text: ({ Open }) => Open },
    { name: 'Error', fromWidth: 140, text: ({ Error: message }) => message },
  ],
  members: [
    'Source',
    'AccountName',
    'ItemId',
    'Kind',
    'Sliced',
    'StartedAt',
    'FinishedAt',
    'Outcome',
    'Error',
    'CoversFrom',
    'CoversUntil',
    'RetentionDays',
    'InvokedAfter',
    'Pages',
    'Seen',
    'Archived',
    'Updated',
    'Unchanged',
    'Rejected',
    'Open',
    'MissedByRecent',
    'Restarts',
    ...WITNESS.map((name) => `Witness.${name}`),
    ...NAMES.map((name) => `Names.${name}`),
    'Version',
  ],
}

export const ATTEMPTS: Kind<StoredRefusal> = {
  noun: 'attempt',
  columns: [
    { name: 'RefusedAt (UTC)', width: 19, text: ({ RefusedAt }) => time(RefusedAt) },
    { name: 'OwnerName', text: ({ OwnerName }) => OwnerName },
    { name: 'Target', text: ({ Target }) => Target },
    { name: 'ErrorCode', width: 20, text: ({ ErrorCode }) => ErrorCode },
    { name: 'Reason', fromWidth: 110, text: ({ Reason }) => Reason },
    { name: 'EventName', width: 14, fromWidth: 130, text: ({ EventName }) => EventName },
    { name: 'SourceIPAddress', width: 15, fromWidth: 145, text: ({ SourceIPAddress }) => SourceIPAddress },
    { name: 'Source', width: 27, fromWidth: 158, text: ({ Source }) => Source },
  ],
  members: [
    'RefusedAt',
    'Source',
    'EventName',
    'ErrorCode',
    'ErrorMessage',
    'Owner',
    'OwnerName',
    'OwnerKey',
    'RoleName',
    'Target',
    'DocumentName',
    'Reason',
    'SourceIPAddress',
    'UserAgent',
    'EventId',
    'ItemId',
    'FirstSweepId',
  ],
}

export const UNARCHIVED: Kind<Unarchived> = {
  noun: 'missing session',
  columns: [
    { name: 'StartedAt (UTC)', width: 19, text: ({ StartedAt }) => time(StartedAt) },
    { name: 'OwnerName', text: ({ OwnerName }) => OwnerName },
    { name: 'Target', text: ({ Target }) => Target },
    { name: 'Reason', fromWidth: 120, text: ({ Reason }) => Reason },
    { name: 'Source', width: 27, text: ({ Source }) => Source },
    { name: 'SessionId', whole: true, text: ({ SessionId }) => SessionId },
  ],
  members: [
    'SessionId',
    'StartedAt',
    'Source',
    'Owner',
    'OwnerName',
    'Target',
    'DocumentName',
    'Reason',
    'EventName',
    'EventId',
  ],
}

/** For an organization, whose accounts have names. */
export const NAMED_RECEIPTS: Kind<ShownReceipt> = {
  ...RECEIPTS,
  columns: RECEIPTS.columns.toSpliced(2, 0, {
    name: 'Account',
    width: 20,
    fromWidth: 135,
    text: ({ AccountName }) => AccountName,
  }),
}

export const ROUND_RECEIPTS: Kind<RoundReceipt> = {
  noun: 'receipt',
  columns: [
    { name: 'StartedAt (UTC)', width: 19, text: ({ StartedAt }) => time(StartedAt) },
    { name: 'Sources', width: 7, text: ({ Sources }) => Sources },
    { name: 'Due', width: 6, text: ({ Due }) => Due },
    { name: 'Sent', width: 6, fromWidth: 90, text: ({ Sent }) => Sent },
    { name: 'Left', width: 6, text: ({ Left }) => Left },
    { name: 'Late', width: 6, text: ({ SourcesLate }) => SourcesLate },
    { name: 'Unreachable', width: 11, fromWidth: 100, text: ({ SourcesUnreachable }) => SourcesUnreachable },
    { name: 'Denied', width: 6, fromWidth: 110, text: ({ SourcesDenied }) => SourcesDenied },
    { name: 'DaysUntilLoss', width: 13, text: ({ DaysUntilLoss }) => DaysUntilLoss.toFixed(1) },
    { name: 'RosterProblem', fromWidth: 130, text: ({ RosterProblem }) => RosterProblem },
  ],
  members: [
    'ItemId',
    'StartedAt',
    'FinishedAt',
    'Accounts',
    'Sources',
    'Due',
    'Sent',
    'Left',
    'DaysUntilLoss',
    'SourcesLate',
    'SourcesUnreachable',
    'SourcesDenied',
    'RosterAge',
    'RosterProblem',
    'Outcomes',
    'Worst',
    'Version',
  ],
}
