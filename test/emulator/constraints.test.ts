import { DescribeSessionsCommand } from '@aws-sdk/client-ssm'
import { client, post, refusal, start, stopAll } from './builders'

afterEach(stopAll)

const OWNER = { key: 'Owner', value: 'x' }
const FAILED = 'failed to satisfy constraint: Member must'

test.each([
  ['the smallest page', { MaxResults: 1 }],
  ['the largest page', { MaxResults: 200 }],
  ['one filter', { Filters: [OWNER] }],
  ['six filters', { Filters: Array(6).fill(OWNER) }],
  ['a value of one character', { Filters: [{ key: 'Target', value: 'x' }] }],
  ['a value of 400 characters', { Filters: [{ key: 'Target', value: 'x'.repeat(400) }] }],
])('%s is accepted', async (_, request) => {
  expect(await post(await start(), { State: 'History', ...request })).toMatchObject({ status: 200 })
})

test.each([
  [{ State: null }, `Value null at 'state' ${FAILED} not be null`],
  [{ State: 'active' }, `Value 'active' at 'state' ${FAILED} satisfy enum value set: [Active, History]`],
  [{ State: '' }, `Value '' at 'state' ${FAILED} satisfy enum value set: [Active, History]`],
  [{ MaxResults: 0 }, `Value '0' at 'maxResults' ${FAILED} have value greater than or equal to 1`],
  [{ MaxResults: -1 }, `Value '-1' at 'maxResults' ${FAILED} have value greater than or equal to 1`],
  [{ MaxResults: 201 }, `Value '201' at 'maxResults' ${FAILED} have value less than or equal to 200`],
  [{ Filters: [] }, `Value '[]' at 'filters' ${FAILED} have length greater than or equal to 1`],
  [
    { Filters: Array(7).fill(OWNER) },
    `Value '[${Array(7).fill('SessionFilter(key=Owner, value=x)').join(', ')}]' at 'filters' ${FAILED} have length less than or equal to 6`,
  ],
  [{ Filters: [null] }, `Value null at 'filters.1.member' ${FAILED} not be null`],
  [{ Filters: [OWNER, { value: 'x' }] }, `Value null at 'filters.2.member.key' ${FAILED} not be null`],
  [{ Filters: [{ key: 'Owner' }] }, `Value null at 'filters.1.member.value' ${FAILED} not be null`],
  [
    { Filters: [{ key: 'Owner', value: '' }] },
    `Value '' at 'filters.1.member.value' ${FAILED} have length greater than or equal to 1`,
  ],
  [
    { Filters: [{ key: 'Owner', value: 'x'.repeat(401) }] },
    `Value '${'x'.repeat(401)}' at 'filters.1.member.value' ${FAILED} have length less than or equal to 400`,
  ],
  [
    { Filters: [{ key: 'InvokedAfter', value: 'yesterday' }] },
    `Value 'yesterday' at 'filters.1.member.value' ${FAILED} be an ISO 8601 UTC date and time`,
  ],
])('%j is refused', async (request, violation) => {
  const answer = await post(await start(), { State: 'History', ...request })
  expect(answer).toEqual(refusal('ValidationException', `1 validation error detected: ${violation}`))
})

test('every violated constraint is named', async () => {
  const answer = await post(await start(), { MaxResults: 0, Filters: [] })
  expect(answer).toEqual(
    refusal(
      'ValidationException',
      `3 validation errors detected: Value null at 'state' ${FAILED} not be null; ` +
        `Value '0' at 'maxResults' ${FAILED} have value greater than or equal to 1; ` +
        `Value '[]' at 'filters' ${FAILED} have length greater than or equal to 1`,
    ),
  )
})

test('every date that is none is named', async () => {
  const Filters = [
    { key: 'InvokedAfter', value: '2026-02-30T00:00:00Z' },
    { key: 'InvokedBefore', value: '1767225600' },
  ]
  expect((await post(await start(), { State: 'Active', Filters })).body).toMatchObject({
    message: expect.stringMatching(
      /^2 validation errors detected: .*filters\.1\.member\.value.*filters\.2\.member\.value/,
    ),
  })
})

test.each(['Nope', 'owner', '', '__proto__'])('filter key "%s" is unknown', async (key) => {
  const answer = await post(await start(), { State: 'Active', Filters: [{ key, value: 'x' }] })
  expect(answer).toEqual(refusal('InvalidFilterKey', "The specified key isn't valid."))
})

test('the SDK names the error and its message', async () => {
  const refused = client(await start()).send(new DescribeSessionsCommand({ State: 'Active', MaxResults: 0 }))
  await expect(refused).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining("'maxResults'"),
  })
})
