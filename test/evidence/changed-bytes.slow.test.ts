import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from '../../emulator/random'
import { randomSeed } from '../model/live'
import { useEvidence } from '../support/evidence-stage'
import { endedSession } from '../support/sessions'
import { DAY, daysAgo, HOUR } from '../support/times'

const stage = useEvidence()
const seed = randomSeed()

type Change = (bytes: Buffer, from: number, to: number, random: Random) => Buffer
const CHANGES: Change[] = [
  (bytes, from, _to, random) => {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(random.integer(0, 255), from)
    return changed
  },
  (bytes, from) => bytes.subarray(0, from),
  (bytes, from, to) => Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]),
  (bytes, from, to) => Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]),
]

test(`a bundle of which bytes are changed, cut, taken out or repeated is never proven, in 500 tries of seed ${seed}`, async () => {
  stage.world.add(
    Array.from({ length: 300 }, (_, n) => {
      const startedAt = daysAgo(6 + n / 20)
      const endedAt = new Date(startedAt.getTime() + HOUR)
      return endedSession({ SessionId: `s-${n}`, Reason: 'é😀"\\' }, { startedAt, endedAt })
    }),
  )
  await stage.sweep()
  stage.world.clock.advance(DAY)
  await stage.sweep()
  await stage.logChanges()
  const bundle = await stage.bundle()
  const honest = await stage.verify(bundle)
  expect([honest.unaltered.verdict, honest.complete.verdict]).toEqual(['proven', 'proven'])
  const entries = await readdir(bundle, { recursive: true, withFileTypes: true })
  const files = entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []))

  const random = new Random(seed)
  for (let tries = 0; tries < 500; tries += 1) {
    const file = random.pick(files)
    const bytes = await readFile(file)
    const [from, to] = [random.integer(0, bytes.length - 1), random.integer(0, bytes.length)].sort(
      (a, b) => a - b,
    )
    const changed = random.pick(CHANGES)(bytes, from ?? 0, to ?? 0, random)
    if (changed.equals(bytes)) continue
    const folder = await mkdtemp(join(tmpdir(), 'changed-'))
    await cp(bundle, folder, { recursive: true })
    await writeFile(file.replace(bundle, folder), changed)
    const judged = await stage.verify(folder).catch((error: Error) => error.name)
    if (typeof judged === 'string') expect(judged).toMatch(/^(BundleError|CanonicalJsonError|NoteError)$/)
    // Another period is another question: the basis names it.
    else if (judged.basis[0] === honest.basis[0])
      expect([file, [judged.unaltered.verdict, judged.complete.verdict]]).toEqual([
        file,
        expect.arrayContaining(['disproven']),
      ])
    await rm(folder, { recursive: true })
  }
})
