import { appendFile, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { proveSession } from '../../cli/evidence/prove-session'
import { changeRetention } from '../../cli/retention/change-retention'
import { canonicalJson } from '../../evidence/canonical-json'
import { verifyProof } from '../../evidence/proof'
import type { Verification } from '../../evidence/verdict'
import { makeSigner, PERIOD, useEvidence } from '../support/evidence-stage'
import { endedSession } from '../support/sessions'
import { DAY, daysAgo, HOUR } from '../support/times'

const stage = useEvidence()
const NODE = 'i-0c3d4f541d408a434'

/** A session of the period, unless it is `late`: one that began three days ago. */
const add = (SessionId: string, days = 10) =>
  stage.world.add([
    endedSession(
      { SessionId, Owner: `arn:aws:iam::111122223333:user/${SessionId}` },
      { startedAt: daysAgo(days), endedAt: new Date(daysAgo(days).getTime() + HOUR) },
    ),
  ])

const table = () => stage.database.sessionsTable
const keyOf = (SessionId: string) => ({ TableName: table(), Key: { SessionId } })
type Attack = DeleteCommand | PutCommand | UpdateCommand
const send = async (attack: Attack) => {
  const { client } = stage.database
  if (attack instanceof PutCommand) await client.send(attack)
  else if (attack instanceof UpdateCommand) await client.send(attack)
  else await client.send(attack)
}
const verdicts = ({ unaltered, complete }: Verification) => [unaltered.verdict, complete.verdict]
const why = ({ unaltered, complete }: Verification) =>
  [unaltered, complete].flatMap(({ against, missing }) => [...against, ...missing]).join('\n')

beforeEach(async () => {
  add('alice')
  add('bob', 12)
  await stage.sweep()
  await stage.logChanges()
})

/** What is found of the archive as it is now. */
async function judged(earlier?: string): Promise<Verification> {
  await stage.logChanges()
  return stage.verify(await stage.bundle(), { key: stage.key, earlier })
}

test('an archive that nobody touched is proven to be unaltered and complete', async () => {
  stage.world.clock.advance(HOUR)
  await stage.sweep({ full: true })
  expect(await judged()).toMatchObject({
    unaltered: { verdict: 'proven', against: [], missing: [] },
    complete: { verdict: 'proven', against: [], missing: [] },
  })
})

test('without the key from elsewhere, nothing is proven', async () => {
  const verified = await stage.verify(await stage.bundle(), {})
  expect(verdicts(verified)).toEqual(['not proven', 'not proven'])
  expect(why(verified)).toContain('--key')
})

test('an earlier checkpoint anchors what was before it, and a witness is named', async () => {
  const earlier = (await stage.open(await stage.bundle())).checkpoint
  stage.world.clock.advance(HOUR)
  await stage.sweep()
  await stage.logChanges()
  const bundle = await stage.bundle()
  const cosignature = Buffer.concat([Buffer.alloc(4), Buffer.alloc(6), Buffer.of(1, 0), Buffer.alloc(64)])
  await appendFile(join(bundle, 'checkpoint'), `— witness.example ${cosignature.toString('base64')}\n`)
  const { unaltered, basis } = await stage.verify(bundle, { key: stage.key, earlier })
  expect(unaltered.verdict).toBe('proven')
  expect(basis.join('\n')).toContain(
    'a cosignature by "witness.example" of 1970-01-01T00:04:16.000Z, not verified',
  )
  expect(basis.at(-1)).toMatch(
    /^anchor: up to 4 entries, until \d{4}-.*, the earlier checkpoint; after them, the signature/,
  )
})

test('a time that no sweep covers is not proven to be complete, and named', async () => {
  const bundle = await stage.bundle({ ...PERIOD, from: daysAgo(60).toISOString().slice(0, 10) })
  const verified = await stage.verify(bundle)
  expect(verdicts(verified)).toEqual(['proven', 'not proven'])
  expect(why(verified)).toMatch(/^a sweep of 111122223333\/us-east-1 that covers .{24} to .{24}$/)
})

describe('in the tables', () => {
  const Salt = '00112233445566778899aabbccddeeff'

  test.each([
    ['changed', () => new UpdateCommand(setting('alice', 'SET Reason = :x'))],
    [
      'changed, with the next revision',
      () => new UpdateCommand(setting('alice', 'SET Reason = :x ADD Revision :one')),
    ],
    ['given another Salt', () => new UpdateCommand(setting('alice', 'SET Salt = :x ADD Revision :one'))],
    ['deleted', () => new DeleteCommand(keyOf('alice'))],
  ])('a record that is %s is named, and stays so', async (_what, attack) => {
    await send(attack())
    expect((await judged()).unaltered.verdict).toBe('disproven')
    stage.world.clock.advance(DAY)
    await stage.sweep({ full: true }) // archives a deleted session anew
    expect((await judged()).unaltered.verdict).toBe('disproven')
  })

  test('a deleted record makes the archive incomplete, even if the session is archived anew', async () => {
    await send(new DeleteCommand(keyOf('alice')))
    await stage.logChanges()
    await stage.sweep({ full: true })
    const verified = await judged()
    expect(verdicts(verified)).toEqual(['disproven', 'disproven'])
    expect(why(verified)).toContain('was deleted')
  })

  test('a record that is put back as it was before is named', async () => {
    const before = await stage.record('alice')
    await send(new UpdateCommand(setting('alice', 'SET Reason = :x ADD Revision :one')))
    await stage.logChanges()
    await send(new PutCommand({ TableName: table(), Item: before }))
    expect(why(await judged())).toContain('revision 1, expected 3')
  })

  test('a record that no receipt accounts for is not proven', async () => {
    const forged = {
      ...(await stage.record('alice')),
      SessionId: 'mallory',
      Salt,
      SweepId: '2020-01-01T00:00:00.000Z-0badc0de',
    }
    await send(new PutCommand({ TableName: table(), Item: forged }))
    const verified = await judged()
    expect(verdicts(verified)).toEqual(['not proven', 'proven'])
    expect(why(verified)).toContain(
      '0badc0de of 111122223333/us-east-1, which left no receipt that counts them',
    )
  })

  test('a record of a sweep that is said to be still to come is not proven', async () => {
    const forged = {
      ...(await stage.record('alice')),
      ...{ SessionId: 'mallory', Salt, SweepId: '9999-01-01T00:00:00.000Z-0badc0de' },
    }
    await send(new PutCommand({ TableName: table(), Item: forged }))
    await stage.logChanges()
    await stage.sweepAfter(3)
    expect((await judged()).unaltered.verdict).toBe('not proven')
  })

  test('a record that claims to be of a sweep that was accounted for is not proven', async () => {
    stage.world.clock.advance(3 * HOUR)
    await stage.sweep()
    await send(
      new PutCommand({
        TableName: table(),
        Item: { ...(await stage.record('alice')), SessionId: 'mallory', Salt },
      }),
    )
    expect((await judged()).unaltered.verdict).toBe('not proven')
  })

  test.each(['changed', 'deleted'])(
    'a receipt that is %s is named, and proves what it proved',
    async (what) => {
      const [receipt] = (await stage.sweepsItems()).receipts
      const { Source, ItemId } = receipt ?? {}
      const of = { TableName: stage.database.sweepsTable, Key: { Source, ItemId } }
      const x = { UpdateExpression: 'SET CoversFrom = :x', ExpressionAttributeValues: { ':x': '2020' } }
      await send(what === 'deleted' ? new DeleteCommand(of) : new UpdateCommand({ ...of, ...x }))
      const verified = await judged()
      expect(verdicts(verified)).toEqual(['disproven', 'proven'])
      expect(why(verified)).toContain(`of 111122223333/us-east-1 was ${what}`)
    },
  )

  test('a source that is dropped from the roster is still asked for', async () => {
    const of = { TableName: stage.database.sweepsTable, Key: { Source: 'ROSTER', ItemId: '111122223333' } }
    await send(
      new UpdateCommand({
        ...of,
        UpdateExpression: 'SET Regions = :x',
        ExpressionAttributeValues: { ':x': {} },
      }),
    )
    const bundle = await stage
      .logChanges()
      .then(() => stage.bundle({ ...PERIOD, to: daysAgo(-40).toISOString().slice(0, 10) }))
    const verified = await stage.verify(bundle)
    expect(verdicts(verified)).toEqual(['disproven', 'not proven'])
    expect(why(verified)).toContain('us-east-1 of account 111122223333 dropped out')
    expect(why(verified)).toContain('a sweep of 111122223333/us-east-1 that covers')
  })

  test('a record that DynamoDB deletes after its time has expired; one that somebody deletes then was deleted', async () => {
    const retentionDays = 31
    for (const id of ['carol', 'dave']) add(id, 8)
    await stage.sweepAfter(1, { retentionDays, full: true })
    await stage.logChanges()
    stage.world.clock.advance(40 * DAY)
    await send(new DeleteCommand(keyOf('dave')))
    await stage.database.expire(stage.world.clock.now())
    await stage.sweep({ retentionDays })
    const verified = await judged()
    expect(verified.basis).toContain('expired, as was configured: 1')
    expect(verified.unaltered.against.filter((line) => line.includes('deleted'))).toHaveLength(2) // once as a change
  })

  test('a record whose time is cut short is named', async () => {
    add('carol', 8)
    await stage.sweepAfter(1, { retentionDays: 365, full: true })
    await send(new UpdateCommand(setting('carol', 'SET ExpiresAt = :one ADD Revision :one')))
    await stage.database.expire(stage.world.clock.now())
    expect(verdicts(await judged())).toEqual(['disproven', 'disproven'])
  })
})

describe('when the retention is changed', () => {
  const change = (RetentionDays?: number) =>
    changeRetention({
      sessions: { client: stage.client, tableName: stage.database.sessionsTable },
      sweeps: { client: stage.client, tableName: stage.database.sweepsTable },
      wanted: { RetentionDays, By: 'arn:aws:sts::111122223333:assumed-role/BreakGlass/mary' },
      now: () => stage.world.clock.now(),
      survey: async () => ({}),
    })
  /** Time passes, and sweeps go on: nothing of it is news any more. */
  const later = async (retentionDays?: number) => {
    stage.world.clock.advance(2 * HOUR)
    await stage.sweep({ full: true, retentionDays })
  }
  const endOf = (days: number) => Math.ceil((daysAgo(days).getTime() + HOUR) / 1000)
  const giving = (SessionId: string, expiresAt: number) => ({
    ...keyOf(SessionId),
    UpdateExpression: 'SET ExpiresAt = :at ADD Revision :one',
    ExpressionAttributeValues: { ':at': expiresAt, ':one': 1 },
  })

  test('nothing is disproven: the basis tells of it, and names nobody', async () => {
    await later(400)
    await change(400)
    await later(60)
    await change(60)
    await later(60)
    const verified = await judged()
    expect(why(verified)).toBe('')
    expect(verdicts(verified)).toEqual(['proven', 'proven'])
    expect(verified.basis.join('\n')).toMatch(
      /expiry changed to 400 days .*: records 2, sooner than before 2\nexpiry changed to 60 days .*: records 2, sooner than before 2\n/,
    )
    const { entries } = await stage.open(await stage.bundle())
    expect(entries.filter((entry) => entry.includes('"type":"retention"'))).toHaveLength(4)
    expect(entries.join()).not.toContain('mary')
  })

  test('and records expire by it, nothing is disproven either', async () => {
    await later(31)
    await change(31)
    stage.world.clock.advance(30 * DAY)
    await stage.sweep({ full: true, retentionDays: 31 })
    await stage.logChanges()
    await stage.database.expire(stage.world.clock.now())
    await later(31)
    const verified = await judged()
    expect(verified.unaltered).toMatchObject({ verdict: 'proven', against: [], missing: [] })
    expect(verified.basis).toContain('expired, as was configured: 2')
  })

  test('and a sweep learns more of a record that was written before, nothing is disproven either', async () => {
    stage.world.add([
      endedSession({ SessionId: 'carol', Target: NODE }, { startedAt: daysAgo(7), endedAt: daysAgo(6) }),
    ])
    stage.emulator.faults.nodes = { describeInstanceInformation: 'error' }
    await later(60)
    stage.emulator.faults.nodes = {}
    await later(400)
    expect(await stage.record('carol')).toMatchObject({ Revision: 2, TargetAsOf: expect.any(String) })
    await change(400)
    await later(400)
    const verified = await judged()
    expect(why(verified)).toBe('')
    expect(verdicts(verified)).toEqual(['proven', 'proven'])
  })

  test('an ended session that is given up by hand, so that it expires, is named', async () => {
    await later(60)
    const given = giving('alice', endOf(10) + 60)
    const UpdateExpression = 'SET ExpiresAt = :at, EndUnknown = :true ADD Revision :one'
    const ExpressionAttributeValues = { ...given.ExpressionAttributeValues, ':true': true }
    await send(new UpdateCommand({ ...given, UpdateExpression, ExpressionAttributeValues }))
    await stage.logChanges()
    await stage.database.expire(stage.world.clock.now())
    await later(60)
    expect(why(await judged())).toContain('the content changed, and no sweep saw it')
  })

  test('an expiry that is shortened by hand is named, if it looks like a retention, too', async () => {
    await send(new UpdateCommand(giving('alice', endOf(10) + 31 * 86_400)))
    await later()
    const verified = await judged()
    expect(verified.unaltered.verdict).toBe('disproven')
    expect(why(verified)).toContain(
      'changed to 31 days after the end, and no change of the retention says so',
    )
  })

  test('an expiry that is changed by hand under cover of it is named', async () => {
    await later(60)
    await change(60)
    await send(new UpdateCommand(giving('alice', endOf(10) + 400 * 86_400)))
    await send(new UpdateCommand(giving('alice', endOf(10) + 60 * 86_400)))
    await later(60)
    const verified = await judged()
    expect(verified.unaltered.verdict).toBe('disproven')
    expect(why(verified)).toContain('the expiry of 3 records was changed to 60 days after the end')
  })

  test.each([
    [
      'deleted',
      new DeleteCommand({ TableName: 'Sweeps', Key: { Source: 'RETENTION', ItemId: 'x' } }),
      'was deleted',
    ],
    [
      'changed',
      new UpdateCommand({
        TableName: 'Sweeps',
        Key: { Source: 'RETENTION', ItemId: 'x' },
        UpdateExpression: 'SET Changed = :n',
        ExpressionAttributeValues: { ':n': 9 },
      }),
      'was changed',
    ],
  ])('what is kept of it cannot be %s', async (_what, attack, message) => {
    const { ItemId } = await change(60)
    Object.assign(attack.input, { Key: { Source: 'RETENTION', ItemId } })
    await send(attack)
    await later(60)
    expect(why(await judged())).toContain(message)
  })
})

function setting(SessionId: string, UpdateExpression: string) {
  const values = { ':x': 'forged', ':one': 1 }
  const used = Object.entries(values).filter(([name]) => UpdateExpression.includes(name))
  return { ...keyOf(SessionId), UpdateExpression, ExpressionAttributeValues: Object.fromEntries(used) }
}

describe('in a bundle', () => {
  test('a record that is changed, left out or added is named', async () => {
    const bundle = await stage.bundle()
    const { records } = await stage.open(bundle)
    const [first = {}, ...others] = records
    for (const changed of [
      [{ ...first, Reason: { S: 'forged' } }, ...others],
      others,
      [...records, { ...first, SessionId: { S: 'mallory' } }],
    ]) {
      const verified = await stage.verify(await stage.forge(bundle, { records: changed }))
      expect(verified.unaltered.verdict).toBe('disproven')
    }
  })

  test('the newest part cut off is found by the signature, and by an earlier checkpoint if it was signed', async () => {
    const bundle = await stage.bundle()
    const { entries, checkpoint } = await stage.open(bundle)
    await rm(join(bundle, 'tile/entries'), { recursive: true })
    expect((await stage.verify(bundle)).unaltered.verdict).toBe('disproven')
    const cut = await stage.forge(await stage.bundle(), { entries: entries.slice(0, -1) })
    const verified = await stage.verify(cut, { key: stage.key, earlier: checkpoint })
    expect(verdicts(verified)).toEqual(['disproven', 'not proven'])
    expect(why(verified)).toContain('is of more than the')
  })

  test('an empty history is refuted by an earlier checkpoint, and proves nothing without', async () => {
    const bundle = await stage.bundle()
    const { checkpoint } = await stage.open(bundle)
    const empty = await stage.forge(bundle, { entries: [], records: [] })
    expect(verdicts(await stage.verify(empty))).toEqual(['proven', 'not proven'])
    expect((await stage.verify(empty, { key: stage.key, earlier: checkpoint })).unaltered.verdict).toBe(
      'disproven',
    )
  })

  test('a receipt or a record that is gone from the middle of a history signed anew is missed', async () => {
    stage.world.clock.advance(2 * HOUR)
    await stage.sweep()
    await stage.logChanges()
    const bundle = await stage.bundle()
    const { entries, records } = await stage.open(bundle)
    const without = (type: string) =>
      entries.filter((entry, n) => n === 0 || !entry.includes(`"type":"${type}"`))
    const noReceipts = await stage.verify(await stage.forge(bundle, { entries: without('receipt') }))
    expect(noReceipts.complete.verdict).toBe('not proven')
    const first = entries.findIndex((entry) => entry.includes('"type":"revision"'))
    const noRecord = entries.filter((_entry, n) => n !== first)
    const verified = await stage.verify(
      await stage.forge(bundle, { entries: noRecord, records: records.slice(1) }),
    )
    expect(verified.unaltered.verdict).not.toBe('proven')
  })

  test('a history that is rewritten and signed with the real key is convicted by an earlier checkpoint alone', async () => {
    const bundle = await stage.bundle()
    const { entries, checkpoint } = await stage.open(bundle)
    const rewritten = await stage.forge(bundle, {
      entries: [...entries, ...entries.slice(0, 1)]
        .toReversed()
        .slice(1)
        .toReversed()
        .map((entry) => entry.replace('"listed":"yes"', '"listed":"no"')),
    })
    expect((await stage.verify(rewritten)).unaltered.verdict).toBe('proven') // the signature alone
    const verified = await stage.verify(rewritten, { key: stage.key, earlier: checkpoint })
    expect(verified.unaltered.verdict).toBe('disproven')
    expect(why(verified)).toContain('is of another history')
  })

  test('another key, inside the bundle or under the checkpoint, is found', async () => {
    const bundle = await stage.bundle()
    const mallory = makeSigner(stage.signer.key.name)
    const swapped = await stage.forge(bundle, {}, mallory)
    expect((await stage.verify(swapped)).unaltered.verdict).toBe('disproven')
    await writeFile(join(swapped, 'key'), `${stage.key}\n`)
    expect(why(await stage.verify(swapped))).toContain('not signed by the key')
  })

  test('the log of a stack that was made anew is another log', async () => {
    const bundle = await stage.bundle()
    const { checkpoint } = await stage.open(bundle)
    const anew = makeSigner('ssm-session-archive/111122223333/us-east-1/other')
    const other = await stage.forge(bundle, {}, anew)
    expect((await stage.verify(other)).unaltered.verdict).toBe('disproven')
    await writeFile(join(bundle, 'checkpoint'), (await stage.open(other)).checkpoint)
    expect(why(await stage.verify(bundle, { key: stage.key, earlier: checkpoint }))).toContain('the log is')
  })

  test('a flipped bit in an entry or a hash is found', async () => {
    for (const file of ['tile/entries/000.p/4', 'tile/0/000.p/4']) {
      const bundle = await stage.bundle()
      const bytes = await readFile(join(bundle, file))
      bytes[40] = (bytes[40] ?? 0) ^ 1
      await writeFile(join(bundle, file), bytes)
      expect((await stage.verify(bundle)).unaltered.verdict).toBe('disproven')
    }
  })
})

describe('a hostile bundle', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  test.each([
    ['of bad UTF-8', Buffer.from([0x22, 0xff, 0x22, 0x0a])],
    ['with half a character', '{"SessionId":{"S":"\\ud800"}}\n'],
    ['of deep JSON', `{"a":${deep}}\n`],
    ['with the same member twice', '{"SessionId":{"S":"a"},"SessionId":{"S":"alice"}}\n'],
    ['with names that look like integers, out of order', '{"9":{"S":"a"},"10":{"S":"b"}}\n'],
    ['that is no JSON', 'hello\n'],
    ['with an empty line', '\n'],
    ['with a prototype', '{"__proto__":{"S":"a"}}\n'],
  ])('has a record %s: it is a finding, not a crash', async (_what, line) => {
    const bundle = await stage.bundle()
    await appendFile(join(bundle, 'records.jsonl'), line)
    expect((await stage.verify(bundle)).unaltered.verdict).toBe('disproven')
  })

  test('has an entry that is none: it is a finding, not a crash', async () => {
    const bundle = await stage.bundle()
    const { entries } = await stage.open(bundle)
    for (const entry of [
      '{}',
      deep.slice(0, 60_000),
      '{"type":"constructor"}',
      '{"type":"round","round":"x","hash":"y"}',
      '\ufeff{}',
      entries
        .find((one) => one.includes('"type":"receipt"'))
        ?.replace(/"finishedAt":"\d{4}/, '"finishedAt":"20x6') ?? '',
    ]) {
      const forged = await stage.forge(bundle, { entries: [...entries, entry] })
      expect((await stage.verify(forged)).unaltered.verdict).toBe('disproven')
    }
  })

  test('cannot lead the verifier elsewhere, nor make it read without end', async () => {
    const bundle = await stage.bundle()
    for (const [file, target] of [
      ['records.jsonl', '/dev/zero'],
      ['tile/0/000.p/4', '/dev/zero'],
    ] as const) {
      await rm(join(bundle, file))
      await symlink(target, join(bundle, file))
    }
    expect((await stage.verify(bundle)).unaltered.verdict).toBe('disproven')
    await rm(join(bundle, 'records.jsonl'))
    await writeFile(join(bundle, 'records.jsonl'), Buffer.alloc(6_000_000, 'a'))
    expect((await stage.verify(bundle)).unaltered.verdict).toBe('disproven')
    await rm(join(bundle, 'records.jsonl'))
    expect((await stage.verify(bundle)).unaltered.verdict).toBe('disproven')
  })

  test.each([
    ['checkpoint', 'x'],
    ['checkpoint', 'a\n1e3\nAA==\n\n— a AAAA\n'],
    ['key', 'mallory'],
  ])('has a file %s of %j: nothing is proven', async (file, text) => {
    const bundle = await stage.bundle()
    await writeFile(join(bundle, file), text)
    expect(verdicts(await stage.verify(bundle))).toEqual(['disproven', 'not proven'])
  })
})

describe('the proof of one session', () => {
  const prove = () => proveSession({ client: stage.client, tableName: table() }, stage.bucket, 'alice')

  test('proves its record, and reveals no other session', async () => {
    const { text } = await prove()
    expect(verdicts(verifyProof(text, { key: stage.key }))).toEqual(['proven', 'not proven'])
    const { entries, records } = await stage.open(await stage.bundle())
    const { entry } = JSON.parse(text)
    for (const other of entries.filter((one) => one !== entry)) {
      const { session = 'none', commitment = 'none' } = JSON.parse(other)
      for (const secret of [session, commitment]) expect(text).not.toContain(secret)
    }
    for (const { SessionId, Salt } of records.filter((record) => record.SessionId?.S !== 'alice'))
      for (const secret of [SessionId?.S, Salt?.S]) expect(text).not.toContain(secret)
  })

  test.each([
    ['record', (proof: Proof) => ({ ...proof, record: { ...proof.record, Reason: { S: 'forged' } } })],
    ['session', (proof: Proof) => ({ ...proof, record: { ...proof.record, SessionId: { S: 'bob' } } })],
    ['entry', (proof: Proof) => ({ ...proof, entry: proof.entry.replace('"revision":1', '"revision":2') })],
    ['index', (proof: Proof) => ({ ...proof, proof: proof.proof.replace(/index \d/, 'index 0') })],
    ['hash', (proof: Proof) => ({ ...proof, proof: proof.proof.replace(/(index \d\n)./, '$1A') })],
  ])('with another %s is disproven', async (_what, attack) => {
    const { text } = await prove()
    const forged = `${canonicalJson(attack(JSON.parse(text)))}\n`
    expect(verifyProof(forged, { key: stage.key }).unaltered.verdict).toBe('disproven')
  })
})

interface Proof {
  readonly record: object
  readonly entry: string
  readonly proof: string
}
