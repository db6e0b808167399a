import { readEvent } from '../../lambda/event'

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:archiver'
const ACCOUNT = '111122223333'

const OWN = { accountId: ACCOUNT, region: 'eu-west-1' }
const OTHER_ACCOUNT = 'expected "111122223333": this version sweeps its own account only'
const AN_OBJECT = 'expected an object such as {"region": "eu-west-1"}'
const A_REGION = 'expected a region such as "eu-west-1"'

test.each([
  ['nothing', {}, OWN, false],
  ['a region', { region: 'us-gov-west-1' }, { ...OWN, region: 'us-gov-west-1' }, false],
  ['its own account', { account: ACCOUNT }, OWN, false],
  ['a full sweep', { sweep: 'full' }, OWN, true],
  ['its own account, as those of EventBridge do', { account: ACCOUNT, source: 'aws.events' }, OWN, false],
])('an event that names %s asks for a source', (_name, event, source, full) => {
  expect(readEvent(event, ARN, 'eu-west-1')).toEqual({ source, full })
})

test.each([
  [null, `event: received null, ${AN_OBJECT}`],
  ['eu-west-1', `event: received "eu-west-1", ${AN_OBJECT}`],
  [['a list'], `event: received ["a list"], ${AN_OBJECT}`],
  [{ account: '444455556666' }, `event.account: received "444455556666", ${OTHER_ACCOUNT}`],
  [{ account: 111122223333 }, `event.account: received 111122223333, ${OTHER_ACCOUNT}`],
  [{ region: 'Frankfurt' }, `event.region: received "Frankfurt", ${A_REGION}`],
  [{ region: 7 }, `event.region: received 7, ${A_REGION}`],
  [{ sweep: 'some' }, 'event.sweep: received "some", expected "full"'],
])('the event %j is refused', (event, message) => {
  expect(() => readEvent(event, ARN, 'eu-west-1')).toThrow(message)
})

test('a function without an account in its ARN is refused', () => {
  const message = 'invokedFunctionArn: received "archiver", expected an ARN'
  expect(() => readEvent({}, 'archiver', 'eu-west-1')).toThrow(message)
})
