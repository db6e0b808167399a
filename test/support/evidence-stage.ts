import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { enrol } from '../../archive/roster'
import { exportEvidence } from '../../cli/evidence/export-evidence'
import type { StoredChange } from '../../emulator/changes'
import { Bundle, writeBundle } from '../../evidence/bundle'
import { checkpointText, parseCheckpoint } from '../../evidence/checkpoint'
import { Folder } from '../../evidence/folder'
import type { Item } from '../../evidence/item'
import type { Period } from '../../evidence/ledger'
import { type Change, Log } from '../../evidence/log'
import { formatKey, formatNote, logKey, publicKeyOfDer } from '../../evidence/note'
import { publish, publishKey, type Signer } from '../../evidence/publish'
import { toLine } from '../../evidence/to-entry'
import { leafHash, Tree } from '../../evidence/tree'
import type { Trust } from '../../evidence/trust'
import { verifyBundle } from '../../evidence/verify'
import { openStage } from './stage'
import { daysAgo } from './times'

const dayOf = (days: number) => daysAgo(days).toISOString().slice(0, 10)
/** A sweep at NOW covers it. */
export const PERIOD: Period = { from: dayOf(25), to: dayOf(5) }

export function makeSigner(name = 'ssm-session-archive/111122223333/us-east-1/log'): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const der = publicKey.export({ format: 'der', type: 'spki' })
  return {
    key: logKey(name, publicKeyOfDer(der)),
    sign: async (text) => sign(undefined, text, privateKey),
  }
}

export function toLogChange({ table, sequenceNumber, at, ...change }: StoredChange): Change[] {
  if (table !== 'Sessions' && table !== 'Sweeps') return []
  const said = toLine({ table, at: new Date(at), ...change })
  return said === undefined
    ? []
    : [{ id: `${table}/test/${sequenceNumber}`, at: new Date(at), entry: said.line }]
}

/** A stage whose changes are logged and signed, as a deployed archive's are. */
export type EvidenceStage = Awaited<ReturnType<typeof openEvidence>>

export function useEvidence(): EvidenceStage {
  const stage = {} as EvidenceStage
  beforeEach(async () => Object.assign(stage, await openEvidence()))
  afterEach(() => stage.close())
  return stage
}

export async function openEvidence() {
  const stage = await openStage(undefined, true)
  const { world, database } = stage
  const now = () => world.clock.now()
  const folder = mkdtempSync(join(tmpdir(), 'evidence-'))
  let written = 0
  const newFolder = () => join(folder, String(++written))
  const bucket = new Folder(join(folder, 'log'))
  const signer = makeSigner()
  const key = formatKey(signer.key)
  const log = new Log(bucket, now)
  const sessions = { client: stage.client, tableName: database.sessionsTable }
  const sweeps = { client: stage.client, tableName: database.sweepsTable }
  await enrol(sweeps, world, now())
  await publishKey(bucket, signer)
  return {
    ...stage,
    bucket,
    signer,
    key,
    /** Logs what has changed, and signs it. */
    logChanges: async () => {
      const changes = (await database.changes?.read(100_000)) ?? []
      const head = await log.append(changes.flatMap(toLogChange))
      await database.changes?.acknowledge(changes)
      return publish(bucket, head, signer)
    },
    /** A new bundle: its folder. */
    bundle: async (period = PERIOD) => {
      const out = newFolder()
      await exportEvidence(sessions, bucket, period, out)
      return out
    },
    verify: (bundle: string, trust: Trust = { key }) => verifyBundle(bundle, trust),
    /** The same bundle with other contents, signed anew: what whoever may use the key can make. */
    forge: async (bundle: string, change: Forgery, by = signer) => {
      const received = await open(bundle)
      const { entries, records } = { ...received, ...change }
      const tree = new Tree()
      for (const entry of entries) tree.append(leafHash(Buffer.from(entry)))
      const text = checkpointText({ origin: by.key.name, size: tree.size, root: tree.root() })
      const checkpoint = formatNote(text, by.key, await by.sign(Buffer.from(text)))
      const out = newFolder()
      const content = { period: received.period, checkpoint, key: formatKey(by.key), records }
      await writeBundle(out, { ...content, entries: each(entries) })
      return out
    },
    open,
  }
}

interface Forgery {
  readonly entries?: readonly string[]
  readonly records?: readonly Item[]
}

/** All that is in a bundle. */
async function open(folder: string) {
  const bundle = await Bundle.open(folder)
  const entries: string[] = []
  const { size } = parseCheckpoint(bundle.checkpoint)
  for await (const entry of bundle.entries(size)) entries.push(entry.toString())
  const records: Item[] = []
  for await (const record of bundle.records()) records.push(record)
  const checkpoint = await readFile(join(folder, 'checkpoint'), 'utf8')
  return { period: bundle.period, entries, records, checkpoint }
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}
