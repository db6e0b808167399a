import { readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { TrailFiles } from '../../emulator/trail'
import {
  ALL,
  at,
  DIGEST,
  EVENTS,
  event,
  IN_DIGEST,
  idsOf,
  LOG,
  nth,
  OTHER_KEY,
  SOURCE,
  span,
  useTrail,
  without,
} from '../support/trail-stage'

const { path, write, verify, found, changeKeys } = useTrail()

test('an honest trail is corroborated for exactly the hours of its digests', async () => {
  const { digests } = await write()
  expect(digests).toHaveLength(7)
  expect(await found()).toMatchObject({
    source: SOURCE,
    corroborated: ALL,
    uncorroborated: [],
    against: [],
    missing: [],
    ids: EVENTS,
  })
  const wider = await found({ from: new Date(at('05:00:00')), until: new Date(at('14:00:00')) })
  expect(wider).toMatchObject({
    corroborated: [span('06:01:31', '13:01:31')],
    uncorroborated: [span('05:00:00', '06:01:31'), span('13:01:31', '14:00:00')],
    against: [],
  })
  expect(wider.missing).toEqual([
    `a digest of ${SOURCE} for ${at('05:00:00')} to ${at('06:01:31')}`,
    `a digest of ${SOURCE} for ${at('13:01:31')} to ${at('14:00:00')}`,
    expect.stringContaining('what was delivered late'),
  ])
})

test('only the newest digest needs a file with its signature', async () => {
  const { digests } = await write()
  for (const digest of digests.slice(0, -1)) await rm(path(`${digest}.sig`))
  expect(await found()).toMatchObject({ corroborated: ALL, against: [], missing: [] })
  await rm(path(`${nth(digests, -1)}.sig`))
  const { corroborated, against, missing } = await found()
  expect({ corroborated, against }).toEqual({ corroborated: ALL, against: [] })
  expect(missing).toEqual([
    `${nth(digests, -1)}: its signature, in the digest that follows or in ${nth(digests, -1)}.sig`,
    expect.stringContaining('what was delivered late'),
  ])
})

test("an organization's trail is corroborated for each account and region, and for those alone", async () => {
  const accounts = ['111122223333', '444455556666']
  const sources = accounts.flatMap((accountId) =>
    ['eu-west-1', 'us-gov-east-1'].map((region) => ({ accountId, region })),
  )
  for (const { accountId, region } of sources) {
    const events = [event(`${accountId} ${region}`, '08:30:00')]
    await write({ accountId, region, events, organizationId: 'o-exampleorgid', trailName: 'the_trail.1' })
  }
  const names = sources.map(({ accountId, region }) => `${accountId}/${region}`)
  const trail = await verify({ sources: [...names, '777788889999/eu-west-1'].reverse() })
  expect(trail.sources).toEqual([
    ...names.map((source) => ({ source, corroborated: ALL, uncorroborated: [] })),
    { source: '777788889999/eu-west-1', corroborated: [], uncorroborated: ALL },
  ])
  expect(trail.against).toEqual([])
  expect(trail.missing).toEqual([
    `a digest of 777788889999/eu-west-1 for ${at('07:00:00')} to ${at('12:00:00')}`,
    expect.stringContaining('what was delivered late'),
  ])
  expect(await idsOf(trail)).toEqual(names.map((source) => `${source} ${source.replace('/', ' ')}`))
})

test('another trail of the source, which may record nothing, does not stand in for one that was paused', async () => {
  await write({ pausedFrom: new Date(at('08:01:31')), pausedUntil: new Date(at('10:01:31')) })
  await write({ trailName: 'other', key: OTHER_KEY, events: [event('other', '09:15:00')] })
  expect(await found({ trail: 'trail' })).toMatchObject({
    uncorroborated: [span('08:01:31', '10:01:31')],
    against: [],
    missing: [`a digest of ${SOURCE} for ${at('08:01:31')} to ${at('10:01:31')}`],
  })
  const other = await found({ trail: 'other' })
  expect(other).toMatchObject({ corroborated: ALL, against: [], missing: [] })
  expect(other.ids.sort()).toEqual([...without('eight', 'late'), `${SOURCE} other`].sort())
  const { uncorroborated, missing } = await found()
  expect({ uncorroborated, missing }).toMatchObject({
    uncorroborated: ALL,
    missing: expect.arrayContaining([`the name of the trail: ${SOURCE} has other, trail`]),
  })
})

test('hours for which CloudTrail made digests later, with a newer key, are corroborated', async () => {
  const [from, until] = [new Date(at('08:01:31')), new Date(at('10:01:31'))]
  await write({ pausedFrom: from, pausedUntil: until })
  await write({ from, until, isBackfill: true, key: OTHER_KEY })
  const [key, newer] = JSON.parse(await readFile(path('public-keys.json'), 'utf8')).PublicKeyList
  const PublicKeyList = [key, { ...newer, ValidityStartTime: '2026-06-01T00:00:00Z' }]
  await writeFile(path('public-keys.json'), JSON.stringify({ PublicKeyList }))
  const { corroborated, against, missing, ids } = await found()
  expect({ corroborated, against, missing }).toEqual({ corroborated: ALL, against: [], missing: [] })
  expect(ids.sort()).toEqual([...EVENTS].sort())
})

test('a trail of another name than the one that is meant corroborates nothing', async () => {
  await write()
  expect(await found({ trail: 'other' })).toMatchObject({ uncorroborated: ALL, against: [] })
})

test('a copy that lacks what is not asked about is enough', async () => {
  const { digests, logs } = await write()
  await rm(path(nth(logs, -1))) // delivered an hour after the end
  await rm(path(nth(digests, 0)))
  await writeFile(path(nth(digests, 0).replace('T070131Z', 'T010131Z')), 'of an hour long before')
  const question = { from: new Date(at('07:01:31')), until: new Date(at('11:01:31')) }
  expect(await found(question)).toMatchObject({ uncorroborated: [], against: [], missing: [] })
})

describe('what is only missing', () => {
  test.each<[string, (files: TrailFiles) => Promise<unknown>, object[], RegExp]>([
    [
      'the newest digests are gone',
      async ({ digests }) => {
        for (const digest of digests.slice(4)) await rm(path(digest))
      },
      [span('10:01:31', '12:00:00')],
      /a digest of 111122223333\/eu-west-1 for 2026-03-01T10:01:31.000Z to 2026-03-01T12:00:00.000Z/,
    ],
    [
      'all digests are gone',
      () => rm(path('AWSLogs/111122223333/CloudTrail-Digest'), { recursive: true }),
      ALL,
      /a digest of 111122223333\/eu-west-1/,
    ],
    [
      'a digest in the middle is gone',
      ({ digests }) => rm(path(nth(digests, DIGEST))),
      [IN_DIGEST],
      /a digest of .* for 2026-03-01T08:01:31.000Z to 2026-03-01T09:01:31.000Z/,
    ],
    [
      'only the hour after the end has no digest',
      async ({ digests }) => rm(path(nth(digests, 6))),
      [],
      /a signed digest of .* for 2026-03-01T12:01:31.000Z to 2026-03-01T13:00:00.000Z/,
    ],
    [
      'a log file is gone',
      ({ logs }) => rm(path(nth(logs, LOG))),
      [IN_DIGEST],
      /^AWSLogs\/.*T0835Z_.{16}.json.gz$/,
    ],
    [
      'a log file is a symbolic link',
      async ({ logs }) => {
        await rename(path(nth(logs, LOG)), path('elsewhere'))
        await symlink(path('elsewhere'), path(nth(logs, LOG)))
      },
      [IN_DIGEST],
      /^AWSLogs\/.*T0835Z_.{16}.json.gz$/,
    ],
    [
      'the folder of a day is a symbolic link',
      async ({ digests }) => {
        await rename(dirname(path(nth(digests, 0))), path('elsewhere'))
        await symlink(path('elsewhere'), dirname(path(nth(digests, 0))))
      },
      ALL,
      /a digest of 111122223333\/eu-west-1/,
    ],
    [
      'the public keys are gone',
      () => rm(path('public-keys.json')),
      ALL,
      /public-keys.json: received no file/,
    ],
    [
      'the public keys are a symbolic link',
      async () => {
        await rename(path('public-keys.json'), path('elsewhere'))
        await symlink(path('elsewhere'), path('public-keys.json'))
      },
      ALL,
      /public-keys.json: received no file/,
    ],
    [
      'the public keys are none',
      () => writeFile(path('public-keys.json'), '{"PublicKeyList":[{"Value":"eA=="}]}'),
      ALL,
      /public-keys.json: received .*, expected a public key/,
    ],
    [
      'the public key is of another year',
      () => changeKeys(/2027/g, '2026'),
      ALL,
      /the public key [0-9a-f]{32}/,
    ],
  ])('%s', async (_what, attack, uncorroborated, why) => {
    await attack(await write())
    const trail = await found()
    expect(trail).toMatchObject({ uncorroborated, against: [] })
    expect(trail.missing.join('\n')).toMatch(new RegExp(why, 'm'))
  })

  test('a pause is not corroborated for exactly its hours, though nothing is gone', async () => {
    await write({ pausedFrom: new Date(at('08:01:31')), pausedUntil: new Date(at('10:01:31')) })
    expect(await found()).toMatchObject({
      corroborated: [span('07:00:00', '08:01:31'), span('10:01:31', '12:00:00')],
      uncorroborated: [span('08:01:31', '10:01:31')],
      against: [],
      missing: [`a digest of ${SOURCE} for ${at('08:01:31')} to ${at('10:01:31')}`],
      ids: without('eight', 'late'),
    })
  })

  test('the digest before a pause is believed with its signature beside it, and not without', async () => {
    const paused = { pausedFrom: new Date(at('08:01:31')), pausedUntil: new Date(at('10:01:31')) }
    const { digests } = await write(paused)
    await rm(path(`${nth(digests, 1)}.sig`))
    expect(await found()).toMatchObject({ uncorroborated: [span('07:01:31', '10:01:31')], against: [] })
  })

  test('a log file that was delivered while no digest was made is named', async () => {
    const { digests, logs } = await write()
    await rm(path(nth(digests, DIGEST)))
    const { missing, ids } = await found()
    expect(missing).toContain(`a digest that lists ${nth(logs, LOG)}`)
    expect(ids).toEqual(without('eight'))
  })

  test('a chain that a key signed which nobody published proves nothing', async () => {
    await write({ key: OTHER_KEY })
    await changeKeys(/[0-9a-f]{32}/, '0'.repeat(32))
    const trail = await found()
    expect(trail.missing.join()).not.toContain('a digest that lists') // they are here, though not believed
    expect(trail).toMatchObject({ corroborated: [], uncorroborated: ALL, against: [], ids: [] })
  })
})
