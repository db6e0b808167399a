import assert from 'node:assert/strict'
import { enrol } from '../../../archive/roster'
import type { StoredChange } from '../../../emulator/changes'
import { Random } from '../../../emulator/random'
import { parseCheckpoint } from '../../../evidence/checkpoint'
import { type Change, Log, readLog } from '../../../evidence/log'
import { publish, publishKey } from '../../../evidence/publish'
import { leafHash, Tree } from '../../../evidence/tree'
import type { DatabaseFault } from '../../support/database-proxy'
import { makeSigner, toLogChange } from '../../support/evidence-stage'
import { endedSession } from '../../support/sessions'
import { openStage, type Stage } from '../../support/stage'
import { daysAgo, HOUR, MINUTE } from '../../support/times'
import { MemoryBucket, mortal } from './mortal-bucket'
import { Shards } from './shards'
import { expectTamperingIsSeen } from './tampering'

const FAULTS: DatabaseFault[] = ['throttle', 'error', 'reset-before', 'reset-after', 'unprocessed']

/**
 * Sweeps random sessions, and logs the changes as Lambda delivers those of DynamoDB's streams: at least once, shard
 * by shard, with failures at every call. Then the log holds each change once, in its item's order, and the verifier
 * proves the archive complete and unaltered; after any single tampering it does not.
 *
 * @throws AssertionError
 */
export async function runEvidence(seed: number): Promise<void> {
  const random = new Random(seed)
  const stage = await openStage(undefined, true)
  try {
    await live(stage, random)
  } finally {
    await stage.close()
  }
}

async function live(stage: Stage, random: Random): Promise<void> {
  const { world, database } = stage
  const bucket = new MemoryBucket()
  const signer = makeSigner()
  const shards = { Sessions: new Shards(), Sweeps: new Shards() }
  const all: StoredChange[] = []
  const checkpoints: string[] = []
  const warm: Log[] = []
  const failureRate = random.pick([0, 0.05, 0.2])

  /** One invocation of the function, in a new instance or in one that was used before. */
  const invoke = async (changes: readonly Change[], rate: number) => {
    const log = rate > 0 && random.chance(0.3) ? warm[random.integer(0, warm.length - 1)] : undefined
    const skew = rate > 0 ? random.integer(-7, 7) * MINUTE : 0
    const used =
      log ?? new Log(mortal(bucket, random, rate), () => new Date(world.clock.now().getTime() + skew))
    warm.push(used)
    const { note } = await publish(mortal(bucket, random, rate), await used.append(changes), signer)
    checkpoints.push(`${note.text}`)
  }

  /** Gives a shard's next batch to the function; the batch waits until the function has succeeded. */
  const deliver = async (waiting: StoredChange[], rate: number) => {
    const batch = waiting.slice(0, random.integer(1, 8))
    const changes = batch.flatMap(toLogChange)
    try {
      if (changes.length > 0) await invoke(changes, rate)
      if (changes.length > 0 && random.chance(0.15)) await invoke(changes, rate) // delivered twice
    } catch {
      return // tried again, maybe with another batch
    }
    waiting.splice(0, batch.length)
  }

  const told = async () => {
    const changes = (await database.changes?.read(10_000)) ?? []
    await database.changes?.acknowledge(changes)
    all.push(...changes)
    for (const table of ['Sessions', 'Sweeps'] as const)
      shards[table].add(changes.filter((change) => change.table === table))
  }
  const ready = () => [...shards.Sessions.ready(), ...shards.Sweeps.ready()]

  await enrol({ client: stage.client, tableName: database.sweepsTable }, world, world.clock.now())
  await publishKey(bucket, signer)
  for (let step = 0, steps = random.integer(2, 6); step < steps; step++) {
    addSessions(stage, random, step)
    world.clock.advance(random.integer(1, 40) * HOUR)
    const rate = random.pick([0, 0, 0.03, 0.15])
    stage.proxy.fault = () => (random.chance(rate) ? random.pick(FAULTS) : undefined)
    await stage.sweep({ full: random.chance(0.3) }).catch(() => {}) // it leaves a receipt, if it can
    stage.proxy.fault = () => undefined
    await told()
    if (random.chance(0.4))
      shards[random.pick(['Sessions', 'Sweeps'] as const)].split(random.integer(0, 5), random.chance(0.7))
    for (let n = random.integer(0, 6); n > 0; n--) {
      if (random.chance(0.2)) world.clock.advance(random.integer(1, 300) * MINUTE)
      await Promise.all(ready().map(({ waiting }) => deliver(waiting, failureRate)))
    }
  }
  world.clock.advance(2 * HOUR)
  await stage.sweep({ full: true })
  await told()
  while (ready().length > 0) await Promise.all(ready().map(({ waiting }) => deliver(waiting, 0)))

  await checkLog(bucket, all, checkpoints)
  await expectTamperingIsSeen(stage, bucket, signer, random, isAccountedFor(all))
}

/** Whether the receipts count what was written: not if one was not left, or if the answer to a write was lost for good. */
function isAccountedFor(all: readonly StoredChange[]): boolean {
  const written = new Map<unknown, number>()
  for (const { table, before, after } of all) {
    const isMark = before?.ObservedAt?.S === after?.ObservedAt?.S && before?.SweepId?.S === after?.SweepId?.S
    if (table !== 'Sessions' || isMark) continue
    written.set(after?.SweepId?.S, (written.get(after?.SweepId?.S) ?? 0) + 1)
  }
  for (const { keys, after } of all)
    if (after?.Archived !== undefined)
      written.set(
        keys.ItemId?.S,
        (written.get(keys.ItemId?.S) ?? 0) - Number(after.Archived.N) - Number(after.Updated?.N),
      )
  return [...written.values()].every((count) => count === 0)
}

function addSessions({ world }: Stage, random: Random, step: number): void {
  const lives = Array.from({ length: random.integer(0, 5) }, (_, n) => {
    const startedAt = daysAgo(random.integer(1, 20))
    const endedAt = new Date(startedAt.getTime() + random.integer(1, 30) * HOUR)
    const SessionId = `s-${step}-${n}`
    const isUndated = random.chance(0.1)
    const members = { SessionId, ...(isUndated && { StartDate: undefined, EndDate: undefined }) }
    return endedSession(members, { startedAt, endedAt })
  })
  world.add(lives)
}

async function checkLog(bucket: MemoryBucket, all: readonly StoredChange[], checkpoints: readonly string[]) {
  const expected = all.flatMap(toLogChange)
  const ids: string[] = []
  const tree = new Tree()
  const entries = new Map(expected.map(({ id, entry }) => [id, entry]))
  for await (const segment of readLog(bucket)) {
    ids.push(...segment.ids)
    for (const [n, entry] of segment.entries.entries()) {
      assert.equal(entry, entries.get(segment.ids[n] ?? ''))
      tree.append(leafHash(Buffer.from(entry)))
    }
  }
  assert.deepEqual(ids.toSorted(), expected.map(({ id }) => id).sort(), 'each change is logged once')
  const itemOf = new Map(
    all.map((change) => [toLogChange(change)[0]?.id, JSON.stringify([change.table, change.keys])]),
  )
  const last = new Map<string | undefined, string>()
  for (const id of ids) {
    const item = itemOf.get(id)
    assert.ok((last.get(item) ?? '') < id, "an item's changes are in order")
    last.set(item, id)
  }
  for (const text of checkpoints) {
    const { size, root } = parseCheckpoint(`${text}\n— x AAAAAAAA\n`)
    assert.deepEqual(tree.root(size), root, 'checkpoints only ever extend each other')
  }
  assert.ok(checkpoints.length > 0)
}
