import { InvalidArgumentError } from 'commander'
import { positiveNumber, probability, region, seed, time, url, wholeNumber } from '../../cli/parsers'

const PARSERS = {
  oneToTen: wholeNumber(1, 10),
  natural: wholeNumber(0),
  seed,
  positiveNumber,
  probability,
  url,
  region,
  time,
}

test.each<[keyof typeof PARSERS, string, unknown]>([
  ['oneToTen', '1', 1],
  ['oneToTen', '10', 10],
  ['oneToTen', '007', 7],
  ['natural', '0', 0],
  ['natural', '9007199254740991', Number.MAX_SAFE_INTEGER],
  ['seed', '4294967295', 4294967295],
  ['positiveNumber', '0.001', 0.001],
  ['positiveNumber', '1e6', 1e6],
  ['probability', '0', 0],
  ['probability', '0.5', 0.5],
  ['probability', '1', 1],
  ['url', 'http://127.0.0.1:8000', 'http://127.0.0.1:8000'],
  ['url', 'https://ssm.eu-west-1.amazonaws.com/', 'https://ssm.eu-west-1.amazonaws.com/'],
  ['url', 'http://[::1]:65535', 'http://[::1]:65535'],
  ['region', 'eu-west-1', 'eu-west-1'],
  ['region', 'us-gov-east-1', 'us-gov-east-1'],
  ['region', 'us-isob-east-1', 'us-isob-east-1'],
  ['region', 'ap-southeast-12', 'ap-southeast-12'],
  ['time', '2026-11-24', new Date('2026-11-24T00:00:00.000Z')],
  ['time', '2024-02-29', new Date('2024-02-29T00:00:00.000Z')],
  ['time', '2026-11-24T09:30Z', new Date('2026-11-24T09:30:00.000Z')],
  ['time', '2026-11-24T09:30:01+02:00', new Date('2026-11-24T07:30:01.000Z')],
  ['time', '2026-11-24T00:30:00.125-05:30', new Date('2026-11-24T06:00:00.125Z')],
])('%s takes %j', (parser, text, value) => {
  expect(PARSERS[parser](text)).toStrictEqual(value)
})

const URL_EXPECTED = 'Expected a URL such as http://127.0.0.1:8000.'
const REGION = 'Expected a region such as eu-west-1.'
const TIME = 'Expected a date or a time with its zone, such as 2026-11-24T09:30:00Z.'

/** Texts are separated by bars. */
const REFUSED: readonly [keyof typeof PARSERS, string, string][] = [
  ['oneToTen', 'Expected a whole number from 1 to 10.', '| |0|11|-1|+1|1.0|1e0|0x1|1 |one|NaN|٣'],
  ['natural', 'Expected a whole number of 0 or more.', '-1|9007199254740992|1e400|Infinity'],
  ['seed', 'Expected a whole number from 0 to 4294967295.', '-1|4294967296|0.5'],
  ['positiveNumber', 'Expected a number above 0.', '| |0|-0|-1|1e-400|Infinity|1e400|NaN|1,5|5%'],
  ['probability', 'Expected a probability from 0 to 1.', '| |-0.001|1.001|NaN|Infinity|50%|0,5'],
  ['url', URL_EXPECTED, '|http://|ftp://x|localhost:8000|127.0.0.1|//x|http://x:65536'],
  ['region', REGION, '|eu|eu-west|EU-WEST-1|eu_west_1|eu-west-1 |eu-west-1a|eu-west-1\n|a.b/c-d-1'],
  ['time', TIME, '|now|yesterday|2026|2026-11|24.11.2026|1795512600|2026-11-24T09:30|2026-11-24T09:30:00'],
  ['time', TIME, '2026-02-29|2026-02-30T00:00:00Z|2026-04-31T23:00:00-05:00|2026-13-01'],
  ['time', TIME, '2026-11-24T25:00:00Z|2026-11-24T09:60:00Z|2026-11-24T09:30:00+9|2026-11-24 09:30:00Z'],
  ['time', TIME, '2026-11-24T09:30:00.1234Z|2026-11-24T09:30:00Z '],
]

test.each(
  REFUSED.flatMap(([parser, message, texts]) => texts.split('|').map((text) => ({ parser, text, message }))),
)('$parser refuses $text', ({ parser, text, message }) => {
  const parse = () => PARSERS[parser](text)
  expect(parse).toThrow(InvalidArgumentError)
  expect(parse).toThrow(new Error(message))
})
