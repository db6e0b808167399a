import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type TrailOptions, writeTrail } from '../../emulator/trail'
import { EVENTS, refused } from '../../emulator/trail-event'
import { trailEvents } from '../../emulator/trail-events'
import type { Verification } from '../../evidence/verdict'
import { useEvidence } from '../support/evidence-stage'
import { endedSession } from '../support/sessions'
import { daysAgo, HOUR } from '../support/times'

const stage = useEvidence()
const dayOf = (days: number) => daysAgo(days).toISOString().slice(0, 10)
/** A day. */
const PERIOD = { from: dayOf(11), to: dayOf(10) }
/** Hours after the beginning of the period. */
const inPeriod = (hours: number) => new Date(Date.parse(PERIOD.from) + hours * HOUR)
const KEY = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
const MARY = 'arn:aws:iam::111122223333:user/mary'

/** A session of the period. */
const life = (SessionId: string, hours: number, change: object = {}) => {
  const startedAt = inPeriod(hours)
  const endedAt = new Date(startedAt.getTime() + HOUR)
  return endedSession({ SessionId, Owner: MARY }, { startedAt, endedAt, ...change })
}

beforeEach(async () => {
  stage.world.add([life('alice', 15), life('bob', 5)])
  await stage.sweep()
  await stage.logChanges()
})

const from = new Date(PERIOD.from)
const later = (time: Date, hours: number) => new Date(time.getTime() + hours * HOUR)

/** The call by which the archive had CloudTrail write a checkpoint down. */
const notarised = (checkpoint: string, at: Date, change: object = {}) => {
  const [origin, size, root] = checkpoint.split('\n')
  const scene = { accountId: '111122223333', region: 'us-east-1', session: {}, person: MARY, at }
  return {
    ...EVENTS.StartSession(scene),
    ...{ eventSource: 'kms.amazonaws.com', eventName: 'GenerateDataKeyWithoutPlaintext' },
    requestParameters: {
      keySpec: 'AES_256',
      encryptionContext: {
        'ssm-session-archive-origin': origin,
        'ssm-session-archive-size': size,
        'ssm-session-archive-root': root,
      },
    },
    responseElements: null,
    ...change,
  }
}

/** A copy of the bucket: its folder. It begins an hour before the period, and ends hours after it. */
const copy = async (change: Partial<TrailOptions> = {}, others: TrailOptions['events'] = []) => {
  const folder = mkdtempSync(join(tmpdir(), 'trail-'))
  const events = trailEvents(stage.world, undefined, 0, Number.MAX_SAFE_INTEGER).map(({ build }) => build())
  const written = await writeTrail(folder, {
    events: [...events, ...others],
    ...{ accountId: '111122223333', region: 'us-east-1', key: KEY },
    ...{ from: later(from, -1), until: later(new Date(PERIOD.to), 3) },
    ...change,
  })
  return { folder, ...written }
}
const verify = async (folder: string) =>
  stage.verify(await stage.bundle(PERIOD), { key: stage.key, trail: { folder } })
const verdicts = ({ unaltered, complete }: Verification) => [unaltered.verdict, complete.verdict]

test('a trail that agrees corroborates, and says how many sessions it knows', async () => {
  const { folder } = await copy()
  const verified = await verify(folder)
  expect(verified).toMatchObject({
    unaltered: { verdict: 'proven', against: [], missing: [] },
    complete: { verdict: 'proven', against: [], missing: [] },
  })
  expect(verified.basis).toContain("corroborated by CloudTrail's files: sessions started: 2")
  expect(verified.basis.join('\n')).not.toContain("not corroborated by CloudTrail's files")
})

test('a session that CloudTrail knows and the archive lacks disproves that it is complete', async () => {
  stage.world.add([life('hidden', 10, { forgottenAt: inPeriod(10) })])
  const { folder } = await copy()
  const { unaltered, complete } = await verify(folder)
  expect(unaltered.verdict).toBe('proven')
  expect(complete.verdict).toBe('disproven')
  expect(complete.against).toEqual([
    expect.stringMatching(/^the record of session "hidden" of 111122223333\/us-east-1, .*, is missing$/),
  ])
})

test('one that AWS hides is archived as recovered: then nothing proves that the list of AWS is complete', async () => {
  stage.world.add([life('hidden', 10, { forgottenAt: inPeriod(10) })])
  await stage.sweep({ cloudTrail: stage.cloudTrail, full: true })
  await stage.logChanges()
  const { folder } = await copy()
  const { unaltered, complete, basis } = await verify(folder)
  expect(unaltered.verdict).toBe('proven')
  expect(complete).toMatchObject({ verdict: 'not proven', against: [] })
  expect(complete.missing).toEqual([
    expect.stringMatching(
      /^a list of AWS with all sessions of 111122223333\/us-east-1: it lacked 1 that CloudTrail knows/,
    ),
  ])
  expect(basis).toContain('corroborated: of the whole period, the archiver asked CloudTrail, too')
})

test('whatever CloudTrail adds to the archive is accounted for', async () => {
  const exec = { DocumentName: 'AmazonECS-ExecuteInteractiveCommand', Target: 'ecs:prod_0123_0123-1' }
  const at = (days: number) => ({
    startedAt: daysAgo(days),
    endedAt: new Date(daysAgo(days).getTime() + HOUR),
  })
  stage.world.add([
    endedSession({ SessionId: 'ecs-execute-command-1', ...exec }, { ...at(11), startedBy: MARY }),
    endedSession({ SessionId: 'forgotten' }, { ...at(45), terminatedBy: MARY }),
    // It ends after the time that is asked for first.
    endedSession({ SessionId: 'long' }, { startedAt: daysAgo(80), endedAt: daysAgo(31), terminatedBy: MARY }),
    ...Array.from({ length: 600 }, (_, n) => endedSession({ SessionId: `s-${n}` }, at(70 - n / 30))),
  ])
  const scene = { accountId: '111122223333', region: 'us-east-1', person: MARY, at: inPeriod(20) }
  stage.world.trail.push(refused(EVENTS.StartSession({ ...scene, session: {} }), 'AccessDenied', 'no'))
  const { Witness } = await stage.sweep({ cloudTrail: stage.cloudTrail, full: true })
  expect(Witness).toMatchObject({ Named: 1, Recovered: 602, Refused: 1 })
  expect(Number(Witness?.Calls)).toBeGreaterThan(20) // in several pieces
  expect(await stage.record('long')).toMatchObject({
    State: 'Recovered',
    Revision: 2,
    EndDate: expect.anything(),
  })
  await stage.logChanges()
  const all = { from: dayOf(90), to: PERIOD.to }
  const { unaltered, basis } = await stage.verify(await stage.bundle(all), { key: stage.key })
  expect(unaltered).toMatchObject({ verdict: 'proven', against: [], missing: [] })
  expect(basis.join('\n')).toContain('sessions: 605')
})

test('look-alikes, refusals and what is outside of the period do not count', async () => {
  const scene = (at: Date) => ({
    ...{ accountId: '111122223333', region: 'us-east-1', person: MARY, at },
    session: { SessionId: `x-${at.getTime()}` },
  })
  const start = EVENTS.StartSession(scene(inPeriod(20)))
  const { folder } = await copy({}, [
    { ...start, eventSource: 'athena.amazonaws.com' },
    { ...start, errorCode: 'AccessDenied', responseElements: null },
    { ...start, responseElements: { sessionId: 7 } },
    EVENTS.StartSession(scene(new Date(from.getTime() - HOUR / 2))),
    EVENTS.StartSession(scene(later(new Date(PERIOD.to), 0.01))),
  ])
  expect(verdicts(await verify(folder))).toEqual(['proven', 'proven'])
})

test('a trail that pauses for hours corroborates nothing of exactly these hours', async () => {
  const [pausedFrom, pausedUntil] = [later(from, 17), later(from, 20)]
  const { folder } = await copy({ pausedFrom, pausedUntil })
  const { complete, basis } = await verify(folder)
  expect(complete.verdict).toBe('not proven')
  const span = `${pausedFrom.toISOString()} to ${pausedUntil.toISOString()}`
  expect(complete.missing).toContain(`CloudTrail: a digest of 111122223333/us-east-1 for ${span}`)
  expect(basis).toContain(`not corroborated by CloudTrail's files: 111122223333/us-east-1 ${span}`)
})

test('a trail whose newest digests are gone, or all of whose files are, proves nothing', async () => {
  const { folder, digests } = await copy()
  for (const name of digests.slice(-5)) await rm(join(folder, name))
  expect(verdicts(await verify(folder))).toEqual(['proven', 'not proven'])
  await rm(join(folder, 'AWSLogs'), { recursive: true })
  expect(verdicts(await verify(folder))).toEqual(['proven', 'not proven'])
})

test('a forged log file disproves', async () => {
  const { folder, logs } = await copy()
  const file = join(folder, String(logs[0]))
  await writeFile(
    file,
    gzipSync(
      gunzipSync(await readFile(file))
        .toString()
        .replaceAll('alice', 'alicf')
        .replaceAll('bob', 'bub'),
    ),
  )
  const { complete } = await verify(folder)
  expect(complete.verdict).toBe('disproven')
  expect(complete.against.join('\n')).toContain('has the hash')
})

describe('the notary', () => {
  const checkpoint = async () => (await stage.open(await stage.bundle(PERIOD))).checkpoint

  test('anchors the history that CloudTrail wrote down', async () => {
    const call = notarised(await checkpoint(), inPeriod(20))
    const { folder } = await copy({}, [call])
    const { unaltered, basis } = await verify(folder)
    expect(unaltered.verdict).toBe('proven')
    expect(basis.join('\n')).toContain(`entries, CloudTrail, which wrote them down at ${call.eventTime}`)
  })

  test('convicts a history that was rewritten and signed with the real key', async () => {
    const { folder } = await copy({}, [notarised(await checkpoint(), inPeriod(20))])
    const bundle = await stage.bundle(PERIOD)
    const { entries } = await stage.open(bundle)
    const forged = await stage.forge(bundle, {
      entries: entries.map((line) => line.replace('"archived":2', '"archived":3')),
    })
    const { unaltered } = await stage.verify(forged, { key: stage.key, trail: { folder } })
    expect(unaltered.verdict).toBe('disproven')
    expect(unaltered.against.join('\n')).toContain('CloudTrail wrote down another history of')
  })

  test.each<[string, object]>([
    ['was refused', { errorCode: 'AccessDenied' }],
    ['is of another service', { eventSource: 'x.amazonaws.com' }],
    ['has no context', { requestParameters: { encryptionContext: null } }],
  ])('does not count a call that %s', async (_what, change) => {
    const { folder } = await copy({}, [notarised(await checkpoint(), inPeriod(20), change)])
    const { unaltered, basis } = await verify(folder)
    expect(unaltered.verdict).toBe('proven')
    expect(basis.join('\n')).not.toContain('which wrote them down')
  })
})
