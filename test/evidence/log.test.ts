import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bucket } from '../../evidence/bucket'
import { Folder } from '../../evidence/folder'
import { type Change, Log, LogError, readLog } from '../../evidence/log'
import { publish, readCheckpoint } from '../../evidence/publish'
import { makeSigner } from '../support/evidence-stage'
import { temporaryFolder } from '../support/temporary-folder'
import { DAY, HOUR, MINUTE } from '../support/times'

const folder = temporaryFolder()
const BEGIN = Date.parse('2026-11-24T00:00:00Z')
let now: number
beforeEach(() => {
  now = BEGIN
})
const open = (bucket: Bucket = new Folder(folder())) => new Log(bucket, () => new Date(now))
const change = (n: number, at = now): Change => ({ id: `c${n}`, at: new Date(at), entry: `{"n":${n}}` })
const changes = (...numbers: number[]) => numbers.map((n) => change(n))
async function entries(): Promise<number[]> {
  const all: number[] = []
  for await (const segment of readLog(new Folder(folder())))
    all.push(...segment.entries.map((line) => JSON.parse(line).n))
  return all
}
const segments = () => readdirSync(join(folder(), 'segments')).sort()

test('changes are appended in their order, in a segment for each batch', async () => {
  const log = open()
  await log.append(changes(1, 2, 3))
  await log.append(changes(4))
  expect(await entries()).toEqual([1, 2, 3, 4])
  expect(segments()).toEqual(['999999999999996', '999999999999999']) // the newest is listed first
})

test('what is delivered again, in part or with others, is not appended again', async () => {
  const log = open()
  await log.append(changes(1, 2, 3))
  await log.append(changes(2, 3, 4))
  await open().append(changes(1, 2, 3, 4, 5)) // another instance, which has read nothing yet
  await open().append(changes(5, 5, 5))
  expect(await entries()).toEqual([1, 2, 3, 4, 5])
})

test('a batch that comes again after hours is found, however much was appended since', async () => {
  const [writer, late] = [open(), changes(1, 2)]
  await writer.append(late)
  for (let n = 10; n < 40; n++) {
    now += HOUR
    await writer.append(changes(n))
  }
  await open().append([...late, change(99)])
  await writer.append([...late, change(99)])
  expect((await entries()).filter((n) => n < 10 || n === 99)).toEqual([1, 2, 99])
})

test('clocks that differ by minutes double nothing', async () => {
  await open().append([change(1, now + 10 * MINUTE)])
  now -= 5 * MINUTE
  await open().append([change(1, now + 15 * MINUTE), change(2)])
  expect(await entries()).toEqual([1, 2])
})

test('many writers at once append everything once, and each change in its writer’s order', async () => {
  const writers = Array.from({ length: 8 }, () => open())
  await Promise.all(
    writers.map(async (log, w) => {
      for (let n = 0; n < 10; n++) await log.append(changes(w * 100 + n))
    }),
  )
  const all = await entries()
  expect(all.toSorted((a, b) => a - b)).toEqual(
    writers.flatMap((_log, w) => Array.from({ length: 10 }, (_, n) => w * 100 + n)),
  )
  for (const w of writers.keys())
    expect(all.filter((n) => Math.floor(n / 100) === w)).toEqual(
      all.filter((n) => Math.floor(n / 100) === w).toSorted((a, b) => a - b),
    )
})

test('an append whose answer is lost is done once', async () => {
  const bucket = new Folder(folder())
  let isLost = true
  const lossy: Bucket = {
    read: (name) => bucket.read(name),
    list: (name) => bucket.list(name),
    create: async (name, bytes) => {
      const created = await bucket.create(name, bytes)
      if (!isLost) return created
      isLost = false
      throw new Error('lost')
    },
  }
  const log = open(lossy)
  await expect(log.append(changes(1))).rejects.toThrow('lost')
  await log.append(changes(1, 2))
  expect(await entries()).toEqual([1, 2])
})

test('an instance reads no more than what is new', async () => {
  const bucket: Bucket = new Folder(folder())
  let reads = 0
  const counting: Bucket = {
    ...bucket,
    list: (...args) => bucket.list(...args),
    create: (...args) => bucket.create(...args),
    read: (name) => {
      reads += 1
      return bucket.read(name)
    },
  }
  const log = open(counting)
  for (let n = 0; n < 50; n++) {
    now += 10_000
    await log.append(changes(n))
  }
  expect(reads).toBe(0) // it wrote them all
  await open().append(changes(100))
  await log.append(changes(101))
  expect(reads).toBe(1)
})

test.each([
  ['gone', async (path: string) => rename(path, `${path}x`)],
  ['cut off', async (path: string) => writeFileSync(path, readFileSync(path).subarray(0, -20))],
  [
    'changed',
    async (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('"n":2', '"n":7')),
  ],
  ['no segment', async (path: string) => writeFileSync(path, 'hello')],
])('a segment that is %s is named', async (_what, damage) => {
  const log = open()
  for (const n of [1, 2, 3]) await log.append(changes(n))
  await damage(join(folder(), 'segments', segments()[1] ?? ''))
  await expect(entries()).rejects.toThrow(LogError)
})

test('checkpoints extend each other, and each is signed once', async () => {
  const [bucket, log, signer] = [new Folder(folder()), open(), makeSigner()]
  let signed = 0
  const counting = {
    key: signer.key,
    sign: (text: Uint8Array) => {
      signed += 1
      return signer.sign(text)
    },
  }
  expect(await readCheckpoint(bucket)).toBeUndefined()
  for (const n of [1, 2, 2, 3]) await publish(bucket, await log.append(changes(n)), counting)
  expect(signed).toBe(3)
  expect((await readCheckpoint(bucket))?.split('\n')[1]).toBe('3')
  now += DAY
  expect((await publish(bucket, await open().append(changes(3)), counting)).size).toBe(3)
})
