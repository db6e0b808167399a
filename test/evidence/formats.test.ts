import { CanonicalJsonError, canonicalJson, parseCanonicalJson } from '../../evidence/canonical-json'
import { parseCheckpoint } from '../../evidence/checkpoint'
import { canonicalItem, commitment, sessionTag } from '../../evidence/item'
import { formatKey, isSignedBy, NoteError, parseKey, parseNote } from '../../evidence/note'
import { parseEntries, tilePath } from '../../evidence/tiles'

describe('canonical JSON', () => {
  test('is that of RFC 8785: its examples', () => {
    const received = String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`
    expect(canonicalJson(JSON.parse(received))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    )
    const names = ['€', '\r', '\ufb33', '1', '😀', '\u0080', 'ö']
    const sorted = ['\r', '1', '\u0080', 'ö', '€', '😀', '\ufb33']
    const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])))
    expect([...text.matchAll(/("[^"]+"):0/g)].map(([, name = '']) => JSON.parse(name))).toEqual(sorted)
  })

  test('orders names that look like integers as text', () => {
    expect(canonicalJson({ 9: 1, 10: 2, a: 3, '-0': 4 })).toBe('{"-0":4,"10":2,"9":1,"a":3}')
    expect(parseCanonicalJson('{"10":2,"9":1}')).toEqual({ 9: 1, 10: 2 })
  })

  test.each([
    ['half a character', '\ud800'],
    ['half a character in a name', { '\udc00': 1 }],
    ['a number without end', Number.POSITIVE_INFINITY],
    ['a big integer', 1n],
    ['a function', () => 1],
    ['depth', JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`)],
  ])('refuses %s', (_what, value) => {
    expect(() => canonicalJson(value)).toThrow(CanonicalJsonError)
  })

  test.each([
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '{ "a":1}',
    '1.0',
    '"\\u0041"',
    '"\\ud800"',
    '',
    '{"a":1}\n',
    '[1,]',
  ])('the text %j is not in canonical form', (text) => {
    expect(() => parseCanonicalJson(text)).toThrow(CanonicalJsonError)
  })
})

test('a commitment and a tag are those of docs/evidence.md', () => {
  const salt = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')
  const record = {
    SessionId: { S: 'alice-0ab177d470EXAMPLE' },
    Salt: { S: salt.toString('hex') },
    Revision: { N: '1' },
    Tags: { SS: ['b', 'a'] },
    Bytes: { B: Buffer.from('x') },
    Nested: { M: { '10': { N: '12.50' }, '9': { BOOL: true } } },
  }
  expect(canonicalItem(record)).toBe(
    '{"Bytes":{"B":"eA=="},"Nested":{"M":{"10":{"N":"12.50"},"9":{"BOOL":true}}},"Revision":{"N":"1"},"Salt":{"S":"000102030405060708090a0b0c0d0e0f"},"SessionId":{"S":"alice-0ab177d470EXAMPLE"},"Tags":{"SS":["a","b"]}}',
  )
  expect(commitment(record, salt)).toBe(VECTORS.commitment)
  expect(sessionTag('alice-0ab177d470EXAMPLE', salt)).toBe(VECTORS.tag)
})

/** Computed with sha256sum(1). */
const VECTORS = {
  commitment: 'bb44de1906fe78f1f60dd2d6cda11a0620212b6f5a54a6456eedd2699a810bf1',
  tag: '1faa6b9c0c04f2a8581b5aecdbb4dfe0c5254ce144ee1042aa318d8c846f952b',
}

describe('a signed note', () => {
  const KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  const TEXT =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
  const LINE =
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM='

  test('of the specification’s other implementation is verified, and none that is changed', () => {
    const key = parseKey(KEY)
    expect(formatKey(key)).toBe(KEY)
    expect(isSignedBy(parseNote(`${TEXT}\n${LINE}\n`), key)).toBe(true)
    expect(isSignedBy(parseNote(`${TEXT.replace('your', 'my')}\n${LINE}\n`), key)).toBe(false)
    expect(isSignedBy(parseNote(`${TEXT}\n${LINE.replace('PeterNeumann', 'EnochRoot')}\n`), key)).toBe(false)
    expect(
      isSignedBy(parseNote(`${TEXT}\n— other ${Buffer.alloc(68).toString('base64')}\n${LINE}\n`), key),
    ).toBe(true)
  })

  test.each([
    'PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'PeterNeumann+c74f20a3+AR',
    'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW ',
    '',
  ])('the key %j is refused', (line) => {
    expect(() => parseKey(line)).toThrow(NoteError)
  })

  test.each([
    TEXT,
    `${TEXT}\n${LINE}`,
    `${TEXT}\n- PeterNeumann x08g\n`,
    `${TEXT}\n— PeterNeumann !\n`,
    `a\u0001\n\n${LINE}\n`,
    `${TEXT}\n${`${LINE}\n`.repeat(101)}`,
  ])('the note %j is refused', (note) => {
    expect(() => parseNote(note)).toThrow(NoteError)
  })

  test.each(['a\n01\n', 'a\n-1\n', 'a\n1e3\n', 'a\n9007199254740993\n', '\n1\n', 'a\n1\n!\n'])(
    'a note that says %j is no checkpoint',
    (text) => {
      const root = `${Buffer.alloc(32).toString('base64')}\n`
      expect(() => parseCheckpoint(`${text}${text.endsWith('!\n') ? '' : root}\n${LINE}\n`)).toThrow(
        NoteError,
      )
    },
  )
})

test('tiles are named as in C2SP tlog-tiles', () => {
  expect([
    tilePath(0, 0, 256),
    tilePath(1, 5, 12),
    tilePath('entries', 1234067, 256),
    tilePath(0, 1000, 1),
  ]).toEqual(['tile/0/000', 'tile/1/005.p/12', 'tile/entries/x001/x234/067', 'tile/0/x001/000.p/1'])
})

test.each([
  ['too few', Buffer.from([0, 1, 97]), 2],
  ['too many', Buffer.from([0, 1, 97, 0, 1, 98]), 1],
  ['a part of one', Buffer.from([0, 9, 97]), 1],
  ['half of a length', Buffer.from([0]), 1],
])('an entry bundle with %s is none', (_what, bytes, width) => {
  expect(parseEntries(bytes, width)).toBeUndefined()
})
