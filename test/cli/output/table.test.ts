import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { SESSIONS } from '../../../cli/output/columns'
import { table } from '../../../cli/output/table'
import { record } from '../report/make-report'

const IDS = {
  agent: 'alice-0a1b2c3d4e5f67890',
  address: 'mary.major@example.com-7r4p58odr7r33byegkqyecifba',
  longest: 'x'.repeat(96),
}
const session = (SessionId: string) =>
  record({
    SessionId,
    StartDate: 1_790_000_000,
    Owner: 'arn:aws:iam::111122223333:user/a-person-with-a-long-name',
    Target: 'i-0123456789abcdef0',
    Reason: 'a reason that says more than fits',
  })

const lines = async (ids: readonly string[], width: number) => {
  const style = { width, bold: (header: string) => header, onShortened: () => {} }
  return (await text(table(Readable.from(ids.map(session)), SESSIONS.columns, style))).trimEnd().split('\n')
}

describe.each([80, 100, 160])('in a table of %i columns,', (width) => {
  test.each(Object.entries(IDS))(
    'the SessionId of an %s is whole, and the others give way',
    async (_, id) => {
      const [header = '', row = ''] = await lines([id], width)
      expect(row.endsWith(`  ${id}`)).toBe(true)
      expect(row).toMatch(/^2026-09-21 \d\d:\d\d:\d\d .*i-0123.* /)
      if (id !== IDS.longest || width === 160) expect(row.length).toBeLessThanOrEqual(width)
      expect(header.indexOf('SessionId')).toBe(row.length - id.length)
    },
  )
})

test('a SessionId is whole, even if the rows that were read ahead have shorter ones', async () => {
  const rows = await lines([...Array(60).fill(IDS.agent), IDS.longest], 80)
  expect(rows.at(-1)?.endsWith(`  ${IDS.longest}`)).toBe(true)
  expect(rows).toHaveLength(62)
})
