import { anonymity } from '../../../cli/report/identity'
import { record } from './make-report'

test.each([
  ['arn:aws:iam::111122223333:user/Mary-Major', undefined],
  ['arn:aws:iam::111122223333:user/root', undefined],
  ['arn:aws:sts::111122223333:assumed-role/Ops/jane@example.com', undefined],
  [undefined, 'No owner'],
  ['arn:aws-us-gov:iam::111122223333:root', 'Root user'],
  ['arn:aws:sts::111122223333:assumed-role/Ops/botocore-session-1700000000', 'botocore-session-…'],
  ['arn:aws:sts::111122223333:assumed-role/Ops/AWSCLI-Session', 'AWSCLI-Session'],
  ['arn:aws:sts::111122223333:assumed-role/Ops/aws-sdk-js-session-1700000000000', 'aws-…-sdk-…'],
  ['arn:aws:sts::111122223333:assumed-role/Ops/aws-go-sdk-1700000000000000000', 'aws-…-sdk-…'],
  ['arn:aws:sts::111122223333:assumed-role/Ops/1700000000000000000', 'A time stamp'],
  ['arn:aws:sts::111122223333:assumed-role/Nightly/i-0123456789abcdef0', 'An instance'],
])('the reason that the owner %s names nobody is: %s', (Owner, kind) => {
  expect(anonymity(record({ SessionId: 's', Owner }))?.kind).toBe(kind)
})
