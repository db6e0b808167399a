import { type Access, isAllowed, type Statement } from './iam'

const ALLOW: Statement = { Effect: 'Allow', Action: '*', Resource: '*' }
const ADMIN = 'arn:aws:iam::111122223333:role/Admin'

/** The rules of IAM's documentation on conditions, which the tests of policies rely on. */
describe('the model of IAM', () => {
  const may = (statements: Statement[], context: Access['context'] = {}) =>
    isAllowed(statements, { action: 'dynamodb:PutItem', resource: 'table', context })

  test('nothing is allowed unless a statement does, and a denial wins', () => {
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
  ])('%s %j, given %j: %s', (operator, pattern, given, holds) => {
    const statement = { ...ALLOW, Condition: { [operator]: { key: pattern } } }
    expect(may([statement], given === undefined ? {} : { key: given })).toBe(holds)
  })

  test('an unknown operator is no guess', () => {
    expect(() => may([{ ...ALLOW, Condition: { NumericLessThan: { key: '1' } } }])).toThrow('NumericLessThan')
  })

  test('principals: an ARN, the account for each of its principals, a service', () => {
    const of = (Principal: NonNullable<Statement['Principal']>) => [{ ...ALLOW, Principal }]
    const admin = { 'aws:PrincipalArn': ADMIN }
    expect(may(of('*'))).toBe(true)
    expect(may(of({ AWS: '*' }))).toBe(true)
    expect(may(of({ AWS: ADMIN }), admin)).toBe(true)
    expect(may(of({ AWS: 'arn:aws:iam::111122223333:root' }), admin)).toBe(true)
    expect(may(of({ AWS: 'arn:aws:iam::444455556666:root' }), admin)).toBe(false)
    expect(may(of({ Service: 'a.amazonaws.com' }), { 'aws:PrincipalServiceName': 'a.amazonaws.com' })).toBe(
      true,
    )
    expect(may(of({ Service: 'a.amazonaws.com' }), admin)).toBe(false)
  })
})
