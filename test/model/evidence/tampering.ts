import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { exportEvidence } from '../../../cli/evidence/export-evidence'
import type { Random } from '../../../emulator/random'
import type { Bucket } from '../../../evidence/bucket'
import { BundleError } from '../../../evidence/bundle'
import { Log } from '../../../evidence/log'
import { formatKey } from '../../../evidence/note'
import { publish, readCheckpoint, type Signer } from '../../../evidence/publish'
import type { Verification } from '../../../evidence/verdict'
import { verifyBundle } from '../../../evidence/verify'
import { scan } from '../../support/clients'
import { PERIOD, toLogChange } from '../../support/evidence-stage'
import type { Stage } from '../../support/stage'

/** Expects both verdicts to be proven, if every sweep could leave its receipt, and not both after a random tampering with a bundle, and one with the tables. */
export async function expectTamperingIsSeen(
  stage: Stage,
  bucket: Bucket,
  signer: Signer,
  random: Random,
  isAccountedFor: boolean,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'model-'))
  try {
    const key = formatKey(signer.key)
    const earlier = await readCheckpoint(bucket)
    const table = { client: stage.client, tableName: stage.database.sessionsTable }
    const bundle = async (name: string) => {
      await exportEvidence(table, bucket, PERIOD, join(folder, name))
      return join(folder, name)
    }
    const honest = await bundle('honest')
    const verified = await verifyBundle(honest, { key, earlier })
    assert.notEqual(verified.unaltered.verdict, 'disproven', JSON.stringify(verified))
    if (!isAccountedFor) return // not proven, if it is about sessions of the period
    assert.deepEqual(verdicts(verified), ['proven', 'proven'], JSON.stringify(verified))
    const tampered = join(folder, 'tampered')
    for (let n = 0; n < 5; n++) {
      cpSync(honest, tampered, { recursive: true })
      const what = tamperWithFile(tampered, random)
      await expectSeen(tampered, key, earlier, what)
      rmSync(tampered, { recursive: true })
    }
    const what = await tamperWithTables(stage, random)
    if (what === undefined) return
    const changes = (await stage.database.changes?.read(1000)) ?? []
    const log = new Log(bucket, () => stage.world.clock.now())
    await publish(bucket, await log.append(changes.flatMap(toLogChange)), signer)
    await expectSeen(await bundle('after'), key, earlier, what)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const verdicts = ({ unaltered, complete }: Verification) => [unaltered.verdict, complete.verdict]

async function expectSeen(bundle: string, key: string, earlier: string | undefined, what: string) {
  const verified = await verifyBundle(bundle, { key, earlier }).catch((error: unknown) => {
    assert.ok(error instanceof BundleError, String(error))
    return undefined // it is no bundle any more
  })
  if (verified === undefined) return
  assert.notDeepEqual(verdicts(verified), ['proven', 'proven'], `not seen: ${what}`)
}

function tamperWithFile(bundle: string, random: Random): string {
  // what bundle.json says is the question, and the verifier repeats it
  const files = readdirSync(bundle, { recursive: true, encoding: 'utf8' })
    .filter((name) => name !== 'bundle.json' && statSync(join(bundle, name)).isFile())
    .sort()
  const name = random.pick(files)
  const path = join(bundle, name)
  const bytes = readFileSync(path)
  const kind = random.pick(['flip', 'cut', 'remove', 'repeat'] as const)
  if (bytes.length === 0) {
    writeFileSync(path, 'x')
    return `something in ${name}`
  }
  if (kind === 'remove') rmSync(path)
  else if (kind === 'cut') writeFileSync(path, bytes.subarray(0, random.integer(0, bytes.length - 2)))
  else if (kind === 'repeat') writeFileSync(path, Buffer.concat([bytes, bytes]))
  else {
    const at = random.integer(0, bytes.length - 1)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(0, 7))
    writeFileSync(path, bytes)
  }
  return `${kind} of ${name}`
}

async function tamperWithTables(stage: Stage, random: Random): Promise<string | undefined> {
  const { client, sessionsTable, sweepsTable } = stage.database
  const isAsked = ({ StartDay = '' }: Record<string, unknown>) =>
    StartDay === '' || (String(StartDay) >= PERIOD.from && String(StartDay) < PERIOD.to)
  const records = (await scan(client, sessionsTable)).filter(isAsked)
  const receipts = (await scan(client, sweepsTable)).filter(({ ItemId }) => /^\d{4}-/.test(String(ItemId)))
  const isOfRecord = records.length > 0 && random.chance(0.7)
  const item = random.pick(isOfRecord ? records : receipts)
  const { SessionId, Source, ItemId } = item
  const of = isOfRecord
    ? { TableName: sessionsTable, Key: { SessionId } }
    : { TableName: sweepsTable, Key: { Source, ItemId } }
  const kind = random.pick(['delete', 'change', 'raise', 'copy'] as const)
  if (kind === 'delete') await client.send(new DeleteCommand(of))
  else if (kind === 'copy' && isOfRecord)
    await client.send(new PutCommand({ TableName: sessionsTable, Item: { ...item, SessionId: 'mallory' } }))
  else {
    const raise = kind === 'raise' ? ' ADD Revision :one' : ''
    const values = { ':x': `forged ${random.text(4, 16)}`, ...(raise !== '' && { ':one': 1 }) }
    const UpdateExpression = `SET Reason = :x${raise}`
    await client.send(new UpdateCommand({ ...of, UpdateExpression, ExpressionAttributeValues: values }))
  }
  return `${kind} of ${JSON.stringify(of.Key)}`
}
