import { DescribeSessionsCommand } from '@aws-sdk/client-ssm'
import { client, post, refusal, start, stopAll } from './builders'

afterEach(stopAll)

const OWNER = { key: 'Owner', value: 'x' }
const FAILED = 'failed to satisfy constraint: Member must'
const SEVEN = `[${Array(7).fill('SessionFilter(key=Owner, value=x)').join(', ')}]`
const LONG = 'x'.repeat(401)

test.each([
  ['the smallest page', { MaxResults: 1 }],
  ['the largest page', { MaxResults: 200 }],
  ['one filter of one character', { Filters: [OWNER] }],
  ['six filters', { Filters: Array(6).fill(OWNER) }],
  ['a filter of 400 characters', { Filters: [{ key: 'Target', value: LONG.slice(1) }] }],
])('a request for %s is accepted', async (_, request) => {
  expect(await post(await start(), { State: 'History', ...request })).toMatchObject({ status: 200 })
})

test.each([
  [{ State: null }, `Value null at 'state' ${FAILED} not be null`],
  [{ State: 'active' }, `Value 'active' at 'state' ${FAILED} satisfy enum value set: [Active, History]`],
  [{ State: '' }, `Value '' at 'state' ${FAILED} satisfy enum value set: [Active, History]`],
  [{ MaxResults: 0 }, `Value '0' at 'maxResults' ${FAILED} have value greater than or equal to 1`],
  [{ MaxResults: 201 }, `Value '201' at 'maxResults' ${FAILED} have value less than or equal to 200`],
  [{ Filters: [] }, `Value '[]' at 'filters' ${FAILED} have length greater than or equal to 1`],
  [
    { Filters: Array(7).fill(OWNER) },
    `Value '${SEVEN}' at 'filters' ${FAILED} have length less than or equal to 6`,
  ],
  [{ Filters: [null] }, `Value null at 'filters.1.member' ${FAILED} not be null`],
  [{ Filters: [OWNER, { value: 'x' }] }, `Value null at 'filters.2.member.key' ${FAILED} not be null`],
  [{ Filters: [{ key: 'Owner' }] }, `Value null at 'filters.1.member.value' ${FAILED} not be null`],
  [
    { Filters: [{ key: 'Owner', value: '' }] },
    `Value '' at 'filters.1.member.value' ${FAILED} have length greater than or equal to 1`,
  ],
  [
    { Filters: [{ key: 'Owner', value: LONG }] },
    `Value '${LONG}' at 'filters.1.member.value' ${FAILED} have length less than or equal to 400`,
  ],
  [
    { Filters: [{ key: 'InvokedAfter', value: 'yesterday' }] },
    `Value 'yesterday' at 'filters.1.member.value' ${FAILED} be an ISO 8601 UTC date and time`,
  ],
])("a request beyond its limits is refused in AWS's words: %j", async (request, violation) => {
  const answer = await post(await start(), { State: 'History', ...request })
  expect(answer).toEqual(refusal('ValidationException', `1 validation error detected: ${violation}`))
})

test('one message names every violated constraint', async () => {
  const violations = [
    `Value null at 'state' ${FAILED} not be null`,
    `Value '0' at 'maxResults' ${FAILED} have value greater than or equal to 1`,
    `Value '[]' at 'filters' ${FAILED} have length greater than or equal to 1`,
  ]
  const answer = await post(await start(), { MaxResults: 0, Filters: [] })
  expect(answer).toEqual(
    refusal('ValidationException', `3 validation errors detected: ${violations.join('; ')}`),
  )
})

test('one message names every filter whose date is none', async () => {
  const Filters = [
    { key: 'InvokedAfter', value: '2026-02-30T00:00:00Z' },
    { key: 'InvokedBefore', value: '1767225600' },
  ]
  const message = expect.stringMatching(
    /^2 validation errors detected: .*filters\.1\.member\.value.*filters\.2\.member\.value/,
  )
  expect(await post(await start(), { State: 'Active', Filters })).toEqual(
    refusal('ValidationException', message),
  )
})

test.each(['Nope', 'owner', '', '__proto__'])('the unknown filter key "%s" is refused', async (key) => {
  const answer = await post(await start(), { State: 'Active', Filters: [{ key, value: 'x' }] })
  expect(answer).toEqual(refusal('InvalidFilterKey', "The specified key isn't valid."))
})

test("the SDK reads a refusal's name and message", async () => {
  const refused = client(await start()).send(new DescribeSessionsCommand({ State: 'Active', MaxResults: 0 }))
  await expect(refused).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining("'maxResults'"),
  })
})
