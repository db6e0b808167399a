import type { Emulator } from '../../emulator/server'

/** Elements of Sessions that no record can be made of, as the service might write them. */
export const UNSTORABLE = [
  'null',
  '7',
  '"text"',
  '[]',
  '{}',
  '{"SessionId":null}',
  '{"SessionId":5}',
  '{"SessionId":"\\ud800"}',
  `{"SessionId":"${'x'.repeat(3000)}"}`,
  '{"SessionId":"odd","StartDate":"2020-02-18T15:30:33Z"}',
  '{"SessionId":"odd","EndDate":1e300}',
  '{"SessionId":"odd","constructor":"x"}',
  '{"SessionId":"odd","OutputUrl":{"constructor":"x"}}',
  '{"SessionId":"odd","__proto__":{"a":1}}',
  '{"SessionId":"odd","Tags":[{"__proto__":"x"}]}',
  '{"SessionId":"odd","Size":1e40}',
  '{"SessionId":"odd","Size":1e400}',
  `{"SessionId":"odd","Size":${'9'.repeat(39)}}`,
  '{"SessionId":"odd","Reason":"half of \\ud83d"}',
  '{"SessionId":"odd","\\udc00":1}',
  '{"SessionId":"odd","Owner":"o","Target":7}',
  `{"SessionId":"odd","Deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  `{"SessionId":"odd","Details":"${'x'.repeat(420_000)}"}`,
].map((text, n) => text.replace('"odd"', `"odd-${n}"`))

/** Every page of a list that has sessions begins with these elements. */
export function addToPages({ faults }: Emulator, elements: (state?: string) => string[]): void {
  faults.rewrite = (body, { State }) =>
    body.replace(
      /"Sessions":\[(?!\])/,
      (start) =>
        start +
        elements(State)
          .map((text) => `${text},`)
          .join(''),
    )
}
