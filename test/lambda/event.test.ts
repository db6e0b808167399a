import { readEvent } from '../../lambda/event'

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:archiver'
const ACCOUNT = '111122223333'

test.each([
  ['nothing', {}, { accountId: ACCOUNT, region: 'eu-west-1' }, false],
  ['a region', { region: 'us-gov-west-1' }, { accountId: ACCOUNT, region: 'us-gov-west-1' }, false],
  ['its own account', { account: ACCOUNT }, { accountId: ACCOUNT, region: 'eu-west-1' }, false],
  ['a full sweep', { sweep: 'full' }, { accountId: ACCOUNT, region: 'eu-west-1' }, true],
  [
    'an event of EventBridge',
    { account: ACCOUNT, source: 'aws.events' },
    { accountId: ACCOUNT, region: 'eu-west-1' },
    false,
  ],
])('an event that names %s asks for a source', (_name, event, source, full) => {
  expect(readEvent(event, ARN, 'eu-west-1')).toEqual({ source, full })
})

test.each([
  [null, 'event: received null, expected an object such as {"region": "eu-west-1"}'],
  ['eu-west-1', 'event: received "eu-west-1", expected an object such as {"region": "eu-west-1"}'],
  [['a list'], 'event: received ["a list"], expected an object such as {"region": "eu-west-1"}'],
  [
    { account: '444455556666' },
    'event.account: received "444455556666", expected "111122223333": this version sweeps its own account only',
  ],
  [{ account: 111122223333 }, 'event.account: received 111122223333, expected "111122223333"'],
  [{ region: 'Frankfurt' }, 'event.region: received "Frankfurt", expected a region such as "eu-west-1"'],
  [{ region: 7 }, 'event.region: received 7, expected a region such as "eu-west-1"'],
  [{ sweep: 'some' }, 'event.sweep: received "some", expected "full"'],
])('the event %j is refused', (event, message) => {
  expect(() => readEvent(event, ARN, 'eu-west-1')).toThrow(message)
})

test('a function without an account in its ARN is refused', () => {
  expect(() => readEvent({}, 'archiver', 'eu-west-1')).toThrow(
    'invokedFunctionArn: received "archiver", expected an ARN',
  )
})
