import { parseJson, stringifyJson } from '../../archive/json'

test.each([
  ['9007199254740991', 9007199254740991],
  ['9007199254740992', 9007199254740992n],
  ['-9007199254740992', -9007199254740992n],
  ['12345678901234567890.5', 12345678901234567000],
  ['1234567890123456e3', 1234567890123456000],
  ['"9007199254740993"', '9007199254740993'],
  ['"\\"9007199254740993,\\\\"', '"9007199254740993,\\'],
  ['"\\"a 9007199254740993 b\\""', '"a 9007199254740993 b"'],
  ['{"9007199254740993":[9007199254740993]}', { '9007199254740993': [9007199254740993n] }],
])('the JSON %s is read with all the digits of its integers', (text, value) => {
  expect(parseJson(text)).toEqual(value)
})

test.each(['09007199254740993', '{"a":9007199254740993', ''])('the text %j is no JSON', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError)
})

test('integers are written with all their digits', () => {
  const text = '{"a":[-9007199254740993,"9007199254740993",9007199254740993],"b":null}'
  expect(stringifyJson(parseJson(text))).toBe(text)
  expect(stringifyJson([9007199254740993n], 1)).toBe('[\n 9007199254740993\n]')
})
