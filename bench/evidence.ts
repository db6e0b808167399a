import { execFile } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { KMSClient } from '@aws-sdk/client-kms'
import { S3Client } from '@aws-sdk/client-s3'
import { startKms } from '../emulator/kms'
import { LOCAL_CREDENTIALS } from '../emulator/local-credentials'
import { startS3 } from '../emulator/s3'
import { writeBundle } from '../evidence/bundle'
import { checkpointText } from '../evidence/checkpoint'
import { type Change, Log } from '../evidence/log'
import { formatKey, formatNote, logKey, publicKeyOfDer } from '../evidence/note'
import { formatProof, verifyProof } from '../evidence/proof'
import { publish } from '../evidence/publish'
import { S3Bucket } from '../evidence/s3-bucket'
import { toLine } from '../evidence/to-entry'
import { leafHash, Tree } from '../evidence/tree'
import { notarise, openKmsSigner } from '../lambda/kms-signer'
import { buildFunction } from '../lib/function-code'
import { changeOf, dayOf, entriesOf, recordOf } from './evidence-world'
import { CACHE, node24 } from './node24'
import type { Part } from './part'
import { whole } from './statistics'

const SESSIONS = 990_000
const CHANGES = 50_000
/** A session in the middle, and its entry: before it are a roster and a receipt per hundred. */
const PROVEN = 495_000
const PROVEN_INDEX = 1 + PROVEN + PROVEN / 100
/** Dollars per call, us-east-1. */
const PRICE = { list: 5e-6, put: 5e-6, get: 0.4e-6, sign: 15e-6, notarise: 3e-6 }

/** The evidence log: appending through the SDK's clients, verifying offline. */
export async function evidence(): Promise<Part> {
  const appended = [await append(1000), await append(10)]
  const folder = mkdtempSync(join(tmpdir(), 'bench-evidence-'))
  try {
    const { key, proof, size } = await makeBundle(folder)
    const verified = await verifyAlone(join(folder, 'bundle'), key)
    return {
      title: 'Evidence',
      what: `Appending ${whole(CHANGES)} changes of records to the log, in batches, with stand-ins for S3 and KMS in the same process. Verifying a year of ${whole(SESSIONS)} sessions, ${whole(size)} entries, with the records of a month, by a process of its own with one thread on Node.js 24.`,
      columns: ['', 'measured'],
      rows: [
        ...appended.flatMap(({ rows }) => rows),
        ['verifying: time, s', verified.seconds.toFixed(1)],
        ['— processor time, s', verified.cpuSeconds.toFixed(1)],
        ['— memory, MB', whole(verified.peakMb)],
        ['— entries and records', `${whole(size)}, ${whole(verified.records)}`],
        [`proof of one session in ${whole(size)}: made, ms`, proof.madeMs.toFixed(2)],
        ['— verified, ms', proof.verifiedMs.toFixed(2)],
        ['— bytes', whole(proof.bytes)],
      ],
      goals: [
        { name: 'verifying a million entries, s', value: verified.seconds, atMost: 60 },
        { name: '— memory, MB', value: verified.peakMb, atMost: 300 },
      ],
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function append(batch: number) {
  console.error(`appending in batches of ${batch} …`)
  const [s3, kms] = [await startS3(), await startKms()]
  const clients = [
    new S3Client({ ...LOCAL_CREDENTIALS, endpoint: s3.url }),
    new KMSClient({ ...LOCAL_CREDENTIALS, endpoint: kms.url }),
  ] as const
  const bucket = new S3Bucket(clients[0], 'log')
  const signer = await openKmsSigner(clients[1], 'key', 'ssm-session-archive/111122223333/eu-west-1/log')
  const log = new Log(bucket)
  const count = batch === 1000 ? CHANGES : CHANGES / 50
  const before = kms.calls.length
  const began = performance.now()
  for (let n = 0; n < count; n += batch) {
    const changes: Change[] = Array.from({ length: batch }, (_, i) => {
      const change = changeOf(n + i, CHANGES)
      return { id: `Sessions/l/${n + i}`, at: change.at, entry: toLine(change)?.line ?? '' }
    })
    await notarise(clients[1], 'key', await publish(bucket, await log.append(changes), signer))
  }
  const seconds = (performance.now() - began) / 1000
  for (const client of clients) client.destroy()
  await s3.close()
  await kms.close()
  const of = (name: string) => s3.calls.filter(({ operation }) => operation === name).length
  const calls = { list: of('ListObjectVersions'), put: of('PutObject'), get: of('GetObject') }
  const ofKms = (kms.calls.length - before) / 2
  const dollars =
    calls.list * PRICE.list +
    calls.put * PRICE.put +
    calls.get * PRICE.get +
    ofKms * (PRICE.sign + PRICE.notarise)
  const perMillion = 1_000_000 / count
  return {
    rows: [
      [`appending in batches of ${whole(batch)}: changes per second`, whole(count / seconds)],
      [
        '— per batch: ListObjectVersions, PutObject, GetObject',
        [calls.list, calls.put, calls.get].map((n) => ((n * batch) / count).toFixed(2)).join(', '),
      ],
      ['— per batch: Sign, GenerateDataKeyWithoutPlaintext', `${((ofKms * batch) / count).toFixed(2)} each`],
      ['— dollars per million changes, for these calls', `$${(dollars * perMillion).toFixed(2)}`],
    ],
  }
}

async function makeBundle(folder: string) {
  console.error('a bundle of a million entries …')
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const der = publicKey.export({ format: 'der', type: 'spki' })
  const key = logKey('ssm-session-archive/111122223333/eu-west-1/log', publicKeyOfDer(der))
  const tree = new Tree()
  let proven = { index: 0, entry: '' }
  for (const entry of entriesOf(SESSIONS)) {
    if (tree.size === PROVEN_INDEX) proven = { index: tree.size, entry }
    tree.append(leafHash(Buffer.from(entry)))
  }
  const text = checkpointText({ origin: key.name, size: tree.size, root: tree.root() })
  const checkpoint = formatNote(text, key, sign(undefined, Buffer.from(text), privateKey))
  await writeBundle(join(folder, 'bundle'), {
    period: { from: dayOf(100), to: dayOf(130) },
    checkpoint,
    key: formatKey(key),
    entries: each(entriesOf(SESSIONS)),
    records: month(),
  })
  let began = performance.now()
  const proof = formatProof(
    recordOf(PROVEN, SESSIONS),
    proven.entry,
    proven.index,
    tree,
    checkpoint,
    formatKey(key),
  )
  const madeMs = performance.now() - began
  began = performance.now()
  const { unaltered } = verifyProof(proof, { key: formatKey(key) })
  const verifiedMs = performance.now() - began
  if (unaltered.verdict !== 'proven') throw new Error(`the proof is ${JSON.stringify(unaltered)}`)
  return {
    key: formatKey(key),
    size: tree.size,
    proof: { madeMs, verifiedMs, bytes: Buffer.byteLength(proof) },
  }
}

function* month() {
  for (let n = 0; n < SESSIONS; n++) {
    const day = Math.floor((n / SESSIONS) * 365)
    if (day >= 100 && day < 130) yield recordOf(n, SESSIONS)
  }
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

async function verifyAlone(bundle: string, key: string) {
  console.error('verifying …')
  buildFunction(CACHE, join(__dirname, 'contenders/verify.ts'))
  const { stdout } = await promisify(execFile)(node24(), [join(CACHE, 'verify.js'), bundle, key])
  return JSON.parse(stdout)
}
