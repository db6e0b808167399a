import type { SessionMembers } from '../../emulator/session'

const LONGEST_DATE = 253_402_300_799.999

/** Sessions as a live answer may hold them, whatever the API's model says. Each has another id. */
export const ODD_SESSIONS: readonly SessionMembers[] = [
  { SessionId: 'only-an-id' },
  {
    SessionId: 'no-dates',
    Owner: 'arn:aws:iam::111122223333:user/Mary-Major',
    Target: 'i-07782c72faEXAMPLE',
  },
  { SessionId: 'no-owner', StartDate: 1582068633.188, EndDate: 1582069847.807, Status: 'Terminated' },
  { SessionId: 'no-end', StartDate: 1582068633.188, Status: 'Failed', Details: 'Target is not connected' },
  { SessionId: 'no-start', EndDate: 1582069847.807 },
  { SessionId: 'epoch', StartDate: 0, EndDate: 0.001 },
  { SessionId: 'far-future', StartDate: LONGEST_DATE, EndDate: LONGEST_DATE },
  { SessionId: 'ends-before-it-starts', StartDate: 1582069847.807, EndDate: 1582068633.188 },
  {
    SessionId: 'empty-strings',
    Target: '',
    Status: '',
    DocumentName: '',
    Owner: '',
    Reason: '',
    Details: '',
    MaxSessionDuration: '',
    AccessType: '',
    OutputUrl: { S3OutputUrl: '', CloudWatchOutputUrl: '' },
  },
  {
    SessionId: 'half-an-output',
    OutputUrl: { S3OutputUrl: 'https://example.com/log', CloudWatchOutputUrl: '' },
  },
  { SessionId: 'no-output', OutputUrl: {} },
  { SessionId: 'root', StartDate: 1582068633.188, Owner: 'arn:aws:iam::111122223333:root' },
  {
    SessionId: 'user-with-a-path',
    StartDate: 1582068633.188,
    Owner: 'arn:aws:iam::111122223333:user/a/b/Mary',
  },
  { SessionId: 'owner-without-a-name', StartDate: 1582068633.188, Owner: '/:/' },
  { SessionId: 'owner-of-another-form', StartDate: 1582068633.188, Owner: 'Mary Major' },
  { SessionId: 'ünïcödé-会话-🔑', Reason: 'деплой 🚀 \u202egnp.exe', Target: 'mi-01234567890abcdef' },
  { SessionId: 'hostile', Reason: '=HYPERLINK("http://evil.example","x")\u001b[31m\u0000\r\n</script>' },
  { SessionId: 'legal-but-not-by-the-pattern', MaxSessionDuration: '1050' },
  { SessionId: '__proto__', Reason: 'constructor' },
  {
    SessionId: 's'.repeat(96),
    Target: '🎯'.repeat(200),
    Status: 'Disconnected',
    StartDate: 1582068633.188,
    EndDate: 1582069847.807,
    DocumentName: 'd'.repeat(128),
    Owner: `arn:aws:iam::111122223333:user/${'ö'.repeat(225)}`,
    Reason: '🚀'.repeat(128),
    Details: '漢'.repeat(1024),
    OutputUrl: { S3OutputUrl: 'u'.repeat(2083), CloudWatchOutputUrl: 'v'.repeat(2083) },
    MaxSessionDuration: '1440',
    AccessType: 'JustInTime',
  },
]
