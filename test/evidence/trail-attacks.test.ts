import { appendFile, copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { TrailFiles } from '../../emulator/trail'
import {
  ALL,
  at,
  DIGEST,
  EVENTS,
  event,
  IN_DIGEST,
  LOG,
  nth,
  OTHER_KEY,
  replaceIn,
  SOURCE,
  span,
  useTrail,
} from '../support/trail-stage'

const { path, write, found, edit, cut } = useTrail()

describe('what disproves', () => {
  /** Each is named, and takes the hours of the digest away, unless others are given. */
  test.each<[string, (files: TrailFiles) => Promise<unknown>, RegExp, object[]?]>([
    [
      'a log file is forged',
      ({ logs }) => edit(nth(logs, LOG), replaceIn('eight', 'eighT')),
      /^LOG: .* hash/,
    ],
    [
      'a log file has another event more',
      ({ logs }) => edit(nth(logs, LOG), replaceIn(']}', `,${JSON.stringify(event('x', '08:31:00'))}]}`)),
      /^LOG: .* hash/,
    ],
    [
      'a log file is replaced by another',
      ({ logs }) => copyFile(path(nth(logs, 0)), path(nth(logs, LOG))),
      /^LOG: .* hash/,
    ],
    [
      'a second member is appended to a log file',
      ({ logs }) => appendFile(path(nth(logs, LOG)), gzipSync('{"Records":[{"eventID":"x"}]}')),
      /^LOG: received \d+ bytes after the gzip's end/,
    ],
    [
      'an empty member is appended to a log file',
      ({ logs }) => appendFile(path(nth(logs, LOG)), gzipSync('')),
      /^LOG: received 20 bytes after the gzip's end/,
    ],
    [
      'zeros are appended to a log file',
      ({ logs }) => appendFile(path(nth(logs, LOG)), Buffer.alloc(200_000)),
      /^LOG: received 200000 bytes after the gzip's end/,
    ],
    ['a log file ends in its middle', ({ logs }) => cut(nth(logs, LOG), -30), /^LOG: expected gzip, whole$/],
    ['a log file lacks the last byte', ({ logs }) => cut(nth(logs, LOG), -1), /^LOG: expected gzip, whole/],
    ['a log file is empty', ({ logs }) => writeFile(path(nth(logs, LOG)), ''), /^LOG: expected gzip/],
    [
      'a log file is not gzip',
      ({ logs }) => writeFile(path(nth(logs, LOG)), '{"Records":[]}'),
      /^LOG: expected gzip/,
    ],
    [
      'a checksum is another',
      async ({ logs }) => {
        const bytes = await readFile(path(nth(logs, LOG)))
        bytes.writeUInt32LE(bytes.readUInt32LE(bytes.length - 8) ^ 1, bytes.length - 8)
        await writeFile(path(nth(logs, LOG)), bytes)
      },
      /^LOG: the checksum of the gzip/,
    ],
    [
      'a log file is a bomb',
      ({ logs }) => edit(nth(logs, LOG), () => `{"Records":[{"a":"${'x'.repeat(30_000_000)}`),
      /^LOG: received a record of more than 262144 bytes/,
    ],
    [
      'a log file is a digest',
      ({ digests, logs }) => copyFile(path(nth(digests, DIGEST)), path(nth(logs, LOG))),
      /^LOG: received/,
    ],
    [
      'a log file is added',
      ({ logs }) => copyFile(path(nth(logs, LOG)), path(nth(logs, LOG).replace('T0835Z', 'T0855Z'))),
      /T0855Z_.{16}.json.gz: no digest lists it/,
      [],
    ],
    [
      'a log file is added in the last minute that is asked about',
      ({ logs }) => copyFile(path(nth(logs, LOG)), path(nth(logs, LOG).replace('T0835Z', 'T1159Z'))),
      /T1159Z_.{16}.json.gz: no digest lists it/,
      [],
    ],
    [
      'a digest is forged',
      ({ digests, logs }) =>
        edit(nth(digests, DIGEST), replaceIn(nth(logs, LOG).slice(-24), 'AAAAAAAAAAAAAAAA.json.gz')),
      /^DIGEST: its signature is not that of CloudTrail/,
      [span('08:01:31', '09:01:31')],
    ],
    [
      'a digest is forged, to say that the one before it was another',
      ({ digests }) => edit(nth(digests, DIGEST), replaceIn('HashValue":"', 'HashValue":"0')),
      /^DIGEST: its signature is not that of CloudTrail/,
      [IN_DIGEST],
    ],
    [
      'a digest is replaced by that of another hour',
      ({ digests }) => copyFile(path(nth(digests, DIGEST + 1)), path(nth(digests, DIGEST))),
      /^DIGEST: digestS3Object: received/,
    ],
    [
      'a digest is copied to another hour, and says so',
      async ({ digests }) => {
        await copyFile(path(nth(digests, DIGEST + 1)), path(nth(digests, DIGEST)))
        await edit(nth(digests, DIGEST), replaceIn(nth(digests, DIGEST + 1), nth(digests, DIGEST)))
      },
      /^DIGEST: received a digest of .*, expected 2026-03-01T09:01:31.000Z/,
    ],
    [
      'a digest has a second member',
      ({ digests }) => appendFile(path(nth(digests, DIGEST)), gzipSync('{}')),
      /^DIGEST: received \d+ bytes after/,
    ],
    [
      'a digest ends in its middle',
      ({ digests }) => cut(nth(digests, DIGEST), -30),
      /^DIGEST: expected gzip, whole/,
    ],
    [
      'a digest is no JSON',
      ({ digests }) => edit(nth(digests, DIGEST), () => '{"awsAccountId"'),
      /^DIGEST: expected JSON/,
    ],
    [
      'a digest is no object',
      ({ digests }) => edit(nth(digests, DIGEST), () => '[]'),
      /^DIGEST: received a list, expected a digest/,
    ],
    [
      'a digest is too deep',
      ({ digests }) => edit(nth(digests, DIGEST), () => `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`),
      /^DIGEST: received a list/,
    ],
    [
      'a digest is a bomb',
      ({ digests }) => edit(nth(digests, DIGEST), () => ' '.repeat(2 ** 26 + 1)),
      /^DIGEST: received more than/,
    ],
    [
      'the last digest is forged, and its signature is that of before',
      ({ digests }) => edit(nth(digests, 6), replaceIn('"oldestEventTime":"2', '"oldestEventTime":"1')),
      /_20260301T130131Z.json.gz: its signature is not that of CloudTrail/,
      [],
    ],
    [
      'a log file and its digest are forged, and another key signs',
      async ({ digests, logs }) => {
        const text = (await readFile(path('public-keys.json'), 'utf8')).match(/[0-9a-f]{32}/)?.[0] ?? ''
        await rm(path('AWSLogs'), { recursive: true })
        await write({
          key: OTHER_KEY,
          editDigest: (digest) => ({ ...digest, digestPublicKeyFingerprint: text }),
        })
        expect(await readFile(path(nth(digests, 0)))).toBeDefined()
        expect(await readFile(path(nth(logs, 0)))).toBeDefined()
      },
      /^DIGEST: its signature is not that of CloudTrail/,
      ALL,
    ],
  ])('%s', async (_what, attack, why, uncorroborated = [IN_DIGEST]) => {
    const files = await write()
    await attack(files)
    const trail = await found()
    const names = [nth(files.logs, LOG), nth(files.digests, DIGEST)]
    const against = trail.against
      .join('\n')
      .replaceAll(nth(names, 0), 'LOG')
      .replaceAll(nth(names, 1), 'DIGEST')
    expect(against).toMatch(new RegExp(why, 'm'))
    expect(trail.uncorroborated).toEqual(uncorroborated)
    expect(EVENTS).toEqual(expect.arrayContaining(trail.ids)) // and no other
    if (uncorroborated[0] === IN_DIGEST) expect(trail.ids).not.toContain(`${SOURCE} eight`)
  })
})

test.each([
  ['before', '05:01:31'],
  ['that are asked about', '08:01:31'],
])(
  'a log file that was added is named, though a forged digest of the hours %s lists it',
  async (_when, from) => {
    const { logs } = await write()
    const added = nth(logs, LOG).replace('T0835Z', 'T0855Z')
    await copyFile(path(nth(logs, LOG)), path(added))
    const keys = await readFile(path('public-keys.json'))
    await write({
      trailName: 'forged',
      key: OTHER_KEY,
      from: new Date(at(from)),
      until: new Date(new Date(at(from)).getTime() + 1),
      editDigest: (digest) => ({ ...digest, logFiles: [listed(added)] }),
    })
    await writeFile(path('public-keys.json'), keys)
    expect(await found()).toMatchObject({ against: [`${added}: no digest lists it`], ids: EVENTS })
  },
)

test('a log file that the digest of the next hour may have listed, which is gone, disproves nothing', async () => {
  const { digests, logs } = await write()
  const late = nth(logs, 1).replace('T0715Z', 'T0759Z')
  await copyFile(path(nth(logs, 1)), path(late))
  await rm(path(nth(digests, DIGEST)))
  const { against, missing } = await found()
  expect(against).toEqual([])
  expect(missing).toContain(`a digest that lists ${late}`)
})

const listed = (s3Object: string) => ({
  s3Bucket: 'amzn-s3-demo-bucket',
  s3Object,
  hashValue: 'a'.repeat(64),
  hashAlgorithm: 'SHA-256',
  newestEventTime: '2026-03-01T05:30:00Z',
  oldestEventTime: '2026-03-01T05:30:00Z',
})

test('whatever byte of a trail is changed, it is no crash, and no other event', async () => {
  const { digests, logs } = await write()
  const files = [...digests, ...digests.map((digest) => `${digest}.sig`), ...logs, 'public-keys.json']
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (file, place, mask) => {
        const bytes = await readFile(path(file))
        const changed = Buffer.from(bytes)
        const index = place % bytes.length
        changed[index] = (bytes[index] ?? 0) ^ mask
        await writeFile(path(file), changed)
        const { ids } = await found()
        await writeFile(path(file), bytes)
        expect(EVENTS).toEqual(expect.arrayContaining(ids))
      },
    ),
    { numRuns: 30 },
  )
})
