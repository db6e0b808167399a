import { post, refusal, start } from './builders'

const OWNER = { key: 'Owner', value: 'x' }
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

const MEMBER = 'filters.1.member'
const VALUE = `${MEMBER}.value`
const DATE = 'be an ISO 8601 UTC date and time'
const filter = (key: string, value?: string) => ({ Filters: [{ key, value }] })

test.each<[request: object, received: string | null, path: string, constraint: string]>([
  [{ State: null }, null, 'state', 'not be null'],
  [{ State: 'active' }, "'active'", 'state', 'satisfy enum value set: [Active, History]'],
  [{ State: '' }, "''", 'state', 'satisfy enum value set: [Active, History]'],
  [{ MaxResults: 0 }, "'0'", 'maxResults', 'have value greater than or equal to 1'],
  [{ MaxResults: 201 }, "'201'", 'maxResults', 'have value less than or equal to 200'],
  [{ Filters: [] }, "'[]'", 'filters', 'have length greater than or equal to 1'],
  [{ Filters: Array(7).fill(OWNER) }, `'${SEVEN}'`, 'filters', 'have length less than or equal to 6'],
  [{ Filters: [null] }, null, MEMBER, 'not be null'],
  [{ Filters: [OWNER, { value: 'x' }] }, null, 'filters.2.member.key', 'not be null'],
  [filter('Owner'), null, VALUE, 'not be null'],
  [filter('Owner', ''), "''", VALUE, 'have length greater than or equal to 1'],
  [filter('Owner', LONG), `'${LONG}'`, VALUE, 'have length less than or equal to 400'],
  [filter('InvokedAfter', 'yesterday'), "'yesterday'", VALUE, DATE],
  [filter('InvokedAfter', '2026-02-30T00:00:00Z'), "'2026-02-30T00:00:00Z'", VALUE, DATE],
  [filter('InvokedBefore', '1767225600'), "'1767225600'", VALUE, DATE],
])(
  "a request beyond its limits is refused in AWS's words: %j",
  async (request, received, path, constraint) => {
    const violation = `Value ${received} at '${path}' failed to satisfy constraint: Member must ${constraint}`
    const answer = await post(await start(), { State: 'History', ...request })
    expect(answer).toEqual(refusal('ValidationException', `1 validation error detected: ${violation}`))
  },
)

const NO_DATES = ['InvokedAfter', 'InvokedBefore'].map((key) => ({ key, value: 'x' }))

test.each([
  ['constraint that is violated', { MaxResults: 0, Filters: [] }, ['state', 'maxResults', 'filters']],
  ['filter whose date is none', { State: 'Active', Filters: NO_DATES }, [VALUE, 'filters.2.member.value']],
])('one message names every %s', async (_, request, paths) => {
  const violations = paths.map((path) => `Value [^;]+ at '${path}' failed [^;]+`)
  const message = `^${paths.length} validation errors detected: ${violations.join('; ')}$`
  const answer = await post(await start(), request)
  expect(answer).toEqual(refusal('ValidationException', expect.stringMatching(message)))
})

test.each(['Nope', 'owner', '', '__proto__'])('the unknown filter key "%s" is refused', async (key) => {
  const answer = await post(await start(), { State: 'Active', Filters: [{ key, value: 'x' }] })
  expect(answer).toEqual(refusal('InvalidFilterKey', "The specified key isn't valid."))
})
