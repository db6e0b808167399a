import { readEvent } from '../../lambda/event'

const HOME = { accountId: '111122223333', region: 'eu-west-1' }
const AN_OBJECT = 'expected an object such as {"region": "eu-west-1"}'
const A_REGION = 'expected a region such as "eu-west-1"'
const TIME = '2026-11-24T09:30:00.000Z'
const asMessage = (body: unknown) => ({ Records: [{ body: JSON.stringify(body) }] })

test.each([{}, { 'detail-type': 'Scheduled Event', source: 'aws.events', region: 'us-east-1' }])(
  'the event %j asks for a round',
  (event) => expect(readEvent(event, HOME)).toEqual({ kind: 'round' }),
)

test.each([
  ['a region', { region: 'us-gov-west-1' }, { ...HOME, region: 'us-gov-west-1' }, false],
  ['an account', { account: '444455556666' }, { ...HOME, accountId: '444455556666' }, false],
  ['a full sweep', { sweep: 'full' }, HOME, true],
])('an event that names %s asks for a source', (_name, event, source, full) => {
  expect(readEvent(event, HOME)).toEqual({ kind: 'sweep', source, full })
})

test('a message asks for the sources that a round has planned', () => {
  const event = asMessage({ plannedAt: TIME, sources: ['111122223333/eu-west-1', '444455556666/us-east-1'] })
  const sources = [HOME, { accountId: '444455556666', region: 'us-east-1' }]
  expect(readEvent(event, HOME)).toEqual({ kind: 'planned', planned: { plannedAt: TIME, sources } })
})

test.each([
  [null, `event: received null, ${AN_OBJECT}`],
  ['eu-west-1', `event: received "eu-west-1", ${AN_OBJECT}`],
  [['a list'], `event: received ["a list"], ${AN_OBJECT}`],
  [{ account: '4444' }, 'event.account: received "4444", expected an account of 12 digits'],
  [{ account: 111122223333 }, 'event.account: received 111122223333, expected an account of 12 digits'],
  [{ region: 'Frankfurt' }, `event.region: received "Frankfurt", ${A_REGION}`],
  [{ region: 7 }, `event.region: received 7, ${A_REGION}`],
  [{ acount: '444455556666' }, 'event: received the member "acount", expected account, region, sweep'],
  [{ sweep: 'some' }, 'event.sweep: received "some", expected "full"'],
  [{ Records: [] }, 'event.Records: received no single message, expected one with a body'],
  [{ Records: [{ body: '{}' }, { body: '{}' }] }, 'event.Records: received no single message'],
  [{ Records: [{ body: '{' }] }, 'message: received {, expected {"plannedAt": '],
  [
    asMessage({ plannedAt: 'noon', sources: [] }),
    'message: received {"plannedAt":"noon","sources":[]}, expected',
  ],
  [asMessage({ plannedAt: TIME, sources: ['x/y'] }), 'message: received the source "x/y", expected'],
  [asMessage({ plannedAt: TIME, sources: [7] }), 'message: received the source 7, expected'],
])('the event %j is refused', (event, message) => {
  expect(() => readEvent(event, HOME)).toThrow(message)
})
