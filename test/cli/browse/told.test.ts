import type { ShownSession } from '../../../audit/last-seen'
import { listsTold } from '../../../cli/browse/lists-told'
import { timeline } from '../../../cli/browse/timeline'
import { NOW, record } from '../report/make-report'

const T = (minute: number) => `2026-11-24T10:${String(minute).padStart(2, '0')}:00.000Z`
const seconds = (minute: number) => Date.parse(T(minute)) / 1000
const shown = (change: Partial<ShownSession>): ShownSession => ({ ...record({ SessionId: 's' }), ...change })

test('a record tells of the lists in order of time', () => {
  const ended = shown({
    StartDate: T(1),
    EndDate: T(9),
    FirstArchivedAt: T(3),
    ObservedAt: T(12),
    ExpiresAt: seconds(30),
  })
  expect(listsTold(ended)).toEqual([
    { at: T(1), what: 'It started.' },
    { at: T(3), what: 'It was archived first.' },
    { at: T(9), what: 'It ended.' },
    { at: T(12), what: 'It was seen in the history, as its record is now.' },
    { at: T(30), what: 'Its record may expire.' },
  ])
  const lost = shown({
    State: 'Active',
    FirstArchivedAt: T(3),
    ObservedAt: T(3),
    LastKnownActiveAt: T(5),
    MissingSince: T(6),
  })
  expect(listsTold(lost).map(({ what }) => what)).toEqual([
    'It was archived first, in the list of active sessions.',
    'It was seen, or known to be, active last.',
    'It was in neither list from here on.',
  ])
  expect(listsTold({ ...lost, EndUnknown: true }).at(-1)?.what).toContain('its end will not be known')
  const recovered = shown({ State: 'Recovered', FirstArchivedAt: T(3), ObservedAt: T(3), EndedBefore: T(3) })
  expect(listsTold(recovered).map(({ what }) => what)).toEqual([
    'It was archived first, in neither list: CloudTrail knows of it.',
    'AWS did not list it any more: it had ended before.',
  ])
})

test('a timeline has a bar per session with a start, in lanes that do not overlap', () => {
  const records = [
    shown({ StartDate: T(0), EndDate: T(30) }),
    shown({ StartDate: T(10), EndDate: T(20) }),
    shown({ StartDate: T(40), EndDate: T(50), OwnerName: '"><script>' }),
    shown({ StartDate: T(45), State: 'Active', LastSeenAt: T(59) }),
    shown({ StartDate: undefined }),
  ]
  const markup = timeline(records, NOW)?.markup ?? ''
  expect(markup).toContain('Timeline of 4 sessions on this page, 2026-11-24 10:00:00 to 2026-11-24 10:59:00.')
  const [wide = ''] = markup.split('class="narrow"')
  const bars = [...wide.matchAll(/<rect fill="var\(--(\w+)\)" x="([\d.]+)" y="(\d+)" width="([\d.]+)"/g)].map(
    ([, colour, x, y, width]) => ({ colour, x: Number(x), y: Number(y), width: Number(width) }),
  )
  expect(bars.map(({ colour, y }) => [colour, y])).toEqual([
    ['bar', 0],
    ['bar', 11],
    ['bar', 0],
    ['pale', 11],
  ])
  expect(bars[0]?.width).toBeCloseTo(3 * (bars[1]?.width ?? 0), 0)
  expect(markup).not.toContain('<script>')
  expect(timeline([shown({ StartDate: undefined })], NOW)).toBeUndefined()
})

test('a clock that was centuries wrong makes no bar without an end', () => {
  const markup = timeline(
    [shown({ StartDate: '9999-12-31T23:59:59.999Z' }), shown({ StartDate: T(0), EndDate: T(1) })],
    NOW,
  )?.markup
  expect(markup).not.toMatch(/NaN|Infinity/)
})

test('a record whose dates somebody has damaged makes no bar, and the others have theirs', () => {
  const damaged = [{ StartDate: '2026-11-24T99:00:00.000Z' }, { StartDate: T(0), EndDate: 'never' }]
  const records = [...damaged, { StartDate: T(0), EndDate: T(1) }].map(shown)
  expect(timeline(records, NOW)?.markup).toContain('Timeline of 1 session on this page')
})
