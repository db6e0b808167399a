import { endedSessions } from '../support/sessions'
import { useStage } from '../support/stage'
import { NOW } from '../support/times'
import { addToPages, UNSTORABLE } from '../support/unstorable'

const stage = useStage()

test.each(['Active', 'History'])(
  'sessions of the list %s that no record can hold are rejected with their text, and the others are archived',
  async (list) => {
    stage.world.add([...endedSessions(3), { startedAt: NOW, whileOpen: { SessionId: 'open' } }])
    addToPages(stage.emulator, (state) => (state === list ? UNSTORABLE : []))

    const counts = { Outcome: 'complete', Seen: 4 + UNSTORABLE.length, Rejected: UNSTORABLE.length }
    expect(await stage.sweep()).toMatchObject({ ...counts, Archived: 4 })
    expect(await stage.sweep({ full: true })).toMatchObject({ ...counts, Unchanged: 4 })

    const texts: Record<string, string> = {}
    for (const { ItemId, RawJson } of (await stage.sweepsItems()).rejected) {
      const hash = String(ItemId).replace(/#\d+$/, '')
      texts[hash] = (texts[hash] ?? '') + RawJson
    }
    expect(new Set(Object.values(texts))).toEqual(new Set(UNSTORABLE))
  },
)

test('a session with integers of up to 38 digits is archived with all of them, once', async () => {
  stage.world.add(endedSessions(1))
  const size = 99999999999999999999999999999999999998n
  addToPages(stage.emulator, () => [`{"SessionId":"big","Size":${size},"Deep":[{"Low":-${size}}]}`])
  await stage.sweep()
  const record = await stage.record('big')
  expect(record).toMatchObject({ Size: size, Deep: [{ Low: -size }], Revision: 1 })
  expect(await stage.sweep({ full: true })).toMatchObject({ Unchanged: 2 })
  expect(await stage.record('big')).toEqual(record)
})
