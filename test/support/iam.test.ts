import { type Access, isAllowed, isAllowedAcross, type Statement } from './iam'

const ALLOW: Statement = { Effect: 'Allow', Action: '*', Resource: '*' }
const ADMIN = 'arn:aws:iam::111122223333:role/Admin'

/** The rules of IAM's documentation on conditions, which the tests of policies rely on. */
const may = (statements: Statement[], context: Access['context'] = {}) =>
  isAllowed(statements, { action: 'dynamodb:PutItem', resource: 'table', context })

test('IAM allows nothing unless a statement does, and a denial wins', () => {
  expect(may([])).toBe(false)
  expect(may([ALLOW])).toBe(true)
  expect(may([ALLOW, { ...ALLOW, Effect: 'Deny' }])).toBe(false)
  expect(may([{ ...ALLOW, Action: 'dynamodb:put*' }])).toBe(true)
  expect(may([{ ...ALLOW, Action: 'dynamodb:Delete*' }])).toBe(false)
  expect(may([{ ...ALLOW, Resource: 'other' }])).toBe(false)
})

test.each<[string, string, string | string[] | undefined, boolean]>([
  ['StringEquals', 'a', 'a', true],
  ['StringEquals', 'a*', 'ab', false],
  ['StringEquals', 'a', undefined, false],
  ['StringNotEquals', 'a', 'a', false],
  ['StringNotEquals', 'a', undefined, true],
  ['StringLike', 'a*', 'ab', true],
  ['ArnLike', 'arn:a:*', 'arn:a:b', true],
  ['ArnLike', 'arn:aws:iam::*:role/a', 'arn:aws:iam::1:role/a', true],
  ['ArnLike', 'arn:aws:iam::*:role/a', 'arn:aws:iam::1:x:role/a', false],
  ['ArnEquals', 'arn:aws:iam::1:role/a', 'arn:aws:iam::1:role/path/a', false],
  ['ArnLike', '*', 'arn:aws:iam::1:role/a', true],
  ['ArnEquals', 'arn:aws:iam::1:role/a', undefined, false],
  ['StringLike', 'a?c', 'abc', true],
  ['StringLike', 'a?c', 'ac', false],
  ['ArnNotLike', 'arn:a:*', 'arn:a:b', false],
  ['ArnNotLike', 'arn:a:*', undefined, true],
  ['Bool', 'false', 'false', true],
  ['Bool', 'false', undefined, false],
  ['BoolIfExists', 'false', undefined, true],
  ['BoolIfExists', 'false', 'true', false],
  ['ForAnyValue:StringEquals', 'a', ['b', 'a'], true],
  ['ForAnyValue:StringEquals', 'a', undefined, false],
  ['ForAllValues:StringNotEquals', 'a', ['b', 'a'], false],
  ['ForAllValues:StringNotEquals', 'a', ['b'], true],
  ['ForAllValues:StringNotEquals', 'a', undefined, true],
])('the condition %s %j holds for %j: %s', (operator, pattern, given, holds) => {
  const statement = { ...ALLOW, Condition: { [operator]: { key: pattern } } }
  expect(may([statement], given === undefined ? {} : { key: given })).toBe(holds)
})

test('an unknown operator of a condition is no guess', () => {
  expect(() => may([{ ...ALLOW, Condition: { NumericLessThan: { key: '1' } } }])).toThrow('NumericLessThan')
})

const BY_ADMIN = { 'aws:PrincipalArn': ADMIN }
const BY_SERVICE = { 'aws:PrincipalServiceName': 'a.amazonaws.com' }

test.each<[Statement['Principal'], Access['context'], boolean]>([
  ['*', {}, true],
  [{ AWS: '*' }, {}, true],
  [{ AWS: ADMIN }, BY_ADMIN, true],
  [{ AWS: 'arn:aws:iam::111122223333:root' }, BY_ADMIN, true],
  [{ AWS: '111122223333' }, BY_ADMIN, true],
  [{ AWS: 'arn:aws:iam::444455556666:root' }, BY_ADMIN, false],
  [{ Service: 'a.amazonaws.com' }, BY_SERVICE, true],
  [{ Service: 'a.amazonaws.com' }, BY_ADMIN, false],
])('the principal %j is the caller %j: %s', (Principal, context, isPrincipal) => {
  expect(may([{ ...ALLOW, Principal }], context)).toBe(isPrincipal)
})

test('another account’s resource takes both: the caller’s own policy, and that of the resource', () => {
  const access = { action: 'sts:AssumeRole', resource: 'role', context: BY_ADMIN }
  expect(isAllowedAcross([ALLOW], [ALLOW], access)).toBe(true)
  expect(isAllowedAcross([ALLOW], [], access)).toBe(false)
  expect(isAllowedAcross([], [ALLOW], access)).toBe(false)
  expect(isAllowedAcross([ALLOW], [ALLOW, { ...ALLOW, Effect: 'Deny' }], access)).toBe(false)
})
