import { mkdir, rename, writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { TrailDigest, TrailLogFile } from '../../emulator/trail'
import { gunzip } from '../../evidence/trail/gunzip'
import {
  at,
  EVENTS,
  forDigest,
  IN_DIGEST,
  idsOf,
  LOG,
  nth,
  replaceIn,
  span,
  useTrail,
  without,
} from '../support/trail-stage'

const { path, write, verify, found, edit } = useTrail()

describe('what disproves, though CloudTrail signed it', () => {
  const BEFORE = [span('07:01:31', '08:01:31')]
  const OTHER = 'it is not the one that'
  const CHANGED = 'it is not as it was when'

  test.each<[what: string, change: object, why: string, uncorroborated?: object[]]>([
    ['names another before it', { previousDigestS3Object: 'AWSLogs/other' }, OTHER, BEFORE],
    ['names another bucket before it', { previousDigestS3Bucket: 'other' }, CHANGED, BEFORE],
    ['has another hash of that before it', { previousDigestHashValue: 'a'.repeat(64) }, CHANGED, BEFORE],
    ['has another signature before it', { previousDigestSignature: 'ab'.repeat(128) }, CHANGED, BEFORE],
    ['has text for the signature before it', { previousDigestSignature: 'null' }, CHANGED, BEFORE],
    [
      'begins before the one before it ends',
      { digestStartTime: '2026-03-01T08:01:30Z' },
      'it ends after',
      [span('07:01:31', '08:01:30')],
    ],
    ['ends before it begins', { digestStartTime: '2026-03-01T09:01:31Z' }, 'received a digest of'],
    [
      'ends at another time than its name says',
      { digestEndTime: '2026-03-01T09:01:30Z' },
      'received a digest of',
    ],
    ['has a time that is none', { digestStartTime: '2026-02-31T08:01:31Z' }, 'digestStartTime: received'],
    ['is of another account', { awsAccountId: '444455556666' }, 'awsAccountId: received'],
    ['has a path that leads out', { digestS3Object: '../../../etc/passwd' }, 'digestS3Object: received'],
    ['is signed differently', { digestSignatureAlgorithm: 'MD5withRSA' }, 'SignatureAlgorithm: received'],
    ['hashes differently', { previousDigestHashAlgorithm: 'MD5' }, 'DigestHashAlgorithm: received'],
    ['has no list', { logFiles: undefined }, 'logFiles: received nothing'],
    ['has a list of nothing', { logFiles: [null] }, 'logFiles: received null'],
  ])('a digest that %s', async (_what, change, why, uncorroborated = [IN_DIGEST]) => {
    await write({ editDigest: forDigest(() => change) })
    const trail = await found()
    expect(trail.against.join('\n')).toContain(why)
    expect(trail).toMatchObject({ uncorroborated, ids: EVENTS.filter((id) => trail.ids.includes(id)) })
  })

  test.each<[what: string, change: (log: TrailLogFile) => object, why: string]>([
    ['a path that leads out', ({ s3Object }) => ({ s3Object: `../../${s3Object}` }), 's3Object: received'],
    ['what is no log file', () => ({ s3Object: 'public-keys.json' }), 's3Object: received'],
    [
      'a log file of another account',
      ({ s3Object }) => ({ s3Object: s3Object.replaceAll('111122223333', '444455556666') }),
      's3Object: received',
    ],
    ['a hash of another kind', () => ({ hashAlgorithm: 'MD5' }), 'hashAlgorithm: received'],
    ['no hash', () => ({ hashValue: undefined }), 'hashValue: received nothing'],
  ])('a digest that lists %s', async (_what, change, why) => {
    const editDigest = forDigest(({ logFiles }) => ({
      logFiles: logFiles.map((log) => ({ ...log, ...change(log) })),
    }))
    await write({ editDigest })
    const trail = await found()
    expect(trail.against).toEqual([expect.stringContaining(why)])
    expect(trail).toMatchObject({ uncorroborated: [IN_DIGEST], ids: without('eight') })
  })

  test('a digest that lists a log file twice', async () => {
    await write({
      editDigest: forDigest(({ logFiles }) => ({ logFiles: [...logFiles, ...logFiles] })),
    })
    const trail = await found()
    expect(trail.against).toEqual([expect.stringContaining('it is listed twice')])
    expect(trail).toMatchObject({ uncorroborated: [IN_DIGEST], ids: EVENTS })
  })

  test('a log file that two digests list is told once', async () => {
    let first: TrailDigest['logFiles'] = []
    await write({
      editDigest: (digest) => {
        if (digest.digestStartTime === '2026-03-01T07:01:31Z') first = digest.logFiles
        return forDigest(({ logFiles }) => ({ logFiles: [...first, ...logFiles] }))(digest)
      },
    })
    const trail = await found()
    expect(trail.against).toEqual([expect.stringContaining('it is listed twice, also in')])
    expect(trail).toMatchObject({ uncorroborated: [IN_DIGEST], ids: EVENTS })
  })

  test.each<[string, string | Buffer, RegExp]>([
    ['a number', '{"Records":[5]}', /received "5]}", expected { or ]/],
    ['a list', '{"Records":[[{}]]}', /expected { or ]/],
    ['nothing', '{"Records":[{"eventID":"x"},]}', /received "]}", expected {/],
    [
      'too deep',
      `{"Records":[{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`,
      /nested deeper than 100/,
    ],
    ['too long', `{"Records":[{"a":"${'x'.repeat(256 * 1024)}"}]}`, /a record of more than 262144 bytes/],
    ['no UTF-8', Buffer.from('{"Records":[{"eventID":"\xff"}]}', 'latin1'), /expected JSON in UTF-8/],
    ['no JSON', '{"Records":[{"eventID":x}]}', /expected JSON in UTF-8/],
    ['closed by the wrong bracket', '{"Records":[{"a":[}]]}', /expected JSON in UTF-8/],
    ['followed by another', '{"Records":[{"a":1}{"a":2}]}', /expected , or ]/],
    ['without an end', '{"Records":[{"a":1}', /whole: its end is missing/],
    ['in a document without an end', '{"Records":[{"a":1}]', /whole: its end is missing/],
    [
      'in a document with more',
      '{"Records":[{"a":1}],"Records":[]}',
      /received ",\\"Records\\":\[]}", expected }/,
    ],
    ['followed by another document', '{"Records":[]}{"Records":[]}', /expected the end/],
    ['in another document', '{"records":[]}', /expected {"Records":\[…\]}/],
    ['in no document', ' '.repeat(1000), /expected {"Records":\[…\]}/],
    ['behind a byte-order mark', '\ufeff{"Records":[]}', /expected {"Records":\[…\]}/],
    ['in an empty file', '', /whole: its end is missing/],
  ])('a signed log file with a record that is %s', async (_what, content, why) => {
    await write({ editLog: (log) => (log.includes('eight') ? Buffer.from(content) : log) })
    const trail = await found()
    expect(trail.against).toEqual([expect.stringMatching(why)])
    expect(trail).toMatchObject({ uncorroborated: [IN_DIGEST], ids: without('eight') })
  })
})

const NOTHING_BEFORE = {
  previousDigestS3Bucket: null,
  previousDigestS3Object: null,
  previousDigestHashValue: null,
  previousDigestHashAlgorithm: null,
  previousDigestSignature: null,
}

test('a digest that follows none, though one ended as it began, proves nothing about that one', async () => {
  await write({ editDigest: forDigest(() => NOTHING_BEFORE) })
  const { uncorroborated, against, missing } = await found()
  expect({ uncorroborated, against }).toEqual({
    uncorroborated: [span('07:01:31', '08:01:31')],
    against: [],
  })
  expect(missing.join()).toContain('follows no digest')
})

test('events of any form and size are read as they are, space between them too', async () => {
  const big = { eventID: 'big', text: `${'ä\\"]}'.repeat(30_000)}\\` }
  const records = [
    big,
    ...Array.from({ length: 500 }, (_, n) => ({ eventID: `${n}`, text: '😀'.repeat(n) })),
    {},
  ]
  const content = `\n{ "Records" : [ ${records.map((one) => JSON.stringify(one, null, 1)).join(' ,\r\n')}\t] }\n`
  await write({ editLog: (log) => (log.includes('eight') ? Buffer.from(content) : log) })
  const trail = await verify({ from: new Date(at('08:01:31')), until: new Date(at('08:02:00')) })
  const events: unknown[] = []
  for await (const { event } of trail.events()) events.push(event)
  expect(events.slice(0, -1)).toEqual(records)
  expect(trail.against).toEqual([])
})

test('a file that is changed after it was verified stops the events', async () => {
  const { logs } = await write()
  const trail = await verify()
  await edit(nth(logs, LOG), replaceIn('eight', 'eighT'))
  await expect(idsOf(trail)).rejects.toThrow('its content has the hash')
})

test('a digest elsewhere than where it says is none', async () => {
  await write({ bucket: 'the-bucket' })
  await mkdir(path('in'))
  await rename(path('AWSLogs'), path('in/AWSLogs'))
  expect((await found()).against[0]).toContain('digestS3Object: received "AWSLogs/')
})

test('the content of a gzip file has a limit', async () => {
  await writeFile(path('zeros'), gzipSync(Buffer.alloc(1_000_000)))
  const read = async (most: number) => {
    let length = 0
    for await (const part of gunzip(path('zeros'), most)) length += part.length
    return length
  }
  expect(await read(1_000_000)).toBe(1_000_000)
  await expect(read(999_999)).rejects.toThrow('received more than 999999 bytes')
})
