import { browse, stopBrowsing } from '../../support/browsing'
import { daysAgo, receipt, useFilledArchive } from '../../support/filled-archive'
import { account, hoursAgo, leaveState, writeRoster } from '../../support/roster'

/** 230 accounts of one region: more than are read whole, and more than are shown. */
const ACCOUNTS = 230
const id = (n: number) => String(222200000000 + n)
const source = (n: number) => `${id(n)}/eu-west-1`
const HOSTILE = 'Ev\u202eil</td><script>'

const archive = useFilledArchive(async (archive) => {
  const all = Array.from({ length: ACCOUNTS }, (_, n) => n)
  await writeRoster(
    archive,
    all.map((n) => account(id(n), n === 1 ? HOSTILE : `Team ${n}`, ['eu-west-1'])),
  )
  for (const n of all)
    await leaveState(
      archive,
      { accountId: id(n), region: 'eu-west-1' },
      { LastCompleteAt: hoursAgo(n === 7 ? 60 : 2) },
    )
  const covers = (from: number, until: number) =>
    archive.ledger.putReceipt(
      receipt(daysAgo(until), { Source: source(1), CoversFrom: daysAgo(from), CoversUntil: daysAgo(until) }),
    )
  await covers(90, 70)
  await covers(50, 1)
})

afterEach(stopBrowsing)
const receiptsRead = () =>
  archive.proxy.calls.filter(({ body }) => JSON.stringify(body).includes('ItemId < :letters')).length

test('of many sources, the worst are shown first, and their receipts are not read', async () => {
  const { get } = await browse(archive.flags)
  const { status, body } = await get('coverage')
  expect(status).toBe(200)
  const [, first] = /<tbody>\s*<tr><td>([^<]*)/.exec(body) ?? []
  expect(first).toBe(`Team 7 (${id(7)})`)
  expect(body).toContain('<span class="bad">swept, late</span>')
  expect(body.match(/<tr><td>/g)).toHaveLength(200)
  expect(body).toContain('And 30 more sources, not shown: narrow the page')
  expect(body).toContain(
    'Of 230 sources, gaps, expired records and sessions that could not be stored were not looked for',
  )
  expect(body).toContain('Ev\\u{202e}il&lt;/td&gt;&lt;script&gt;')
  expect(receiptsRead()).toBe(0)
})

test('of one account, what its receipts prove is drawn and listed', async () => {
  const { get } = await browse(archive.flags)
  const { body } = await get(`coverage?account=${id(1)}&region=eu-west-1`)
  expect(body.match(/<rect fill="var\(--good\)"/g)).toHaveLength(2)
  expect(body.match(/<rect fill="var\(--bad\)"/g)).toHaveLength(1)
  expect(body).toContain('1 gap: ')
  expect(receiptsRead()).toBeGreaterThan(0)
})

test('what the archive does not know is said, and what cannot be asked is refused', async () => {
  const { get } = await browse(archive.flags)
  const unknown = await get('coverage?account=999988887777')
  expect([unknown.status, unknown.body.includes('999988887777 was never swept')]).toEqual([200, true])
  for (const [query, said] of [
    ['account=nobody', 'no account is called so'],
    ['account=12', 'Expected an account of 12 digits'],
    ['region=x', 'Expected a region such as eu-west-1'],
  ]) {
    const { status, body } = await get(`coverage?${query}`)
    expect([query, status, body.includes(String(said))]).toEqual([query, 400, true])
  }
})

test('if the database fails, the page says so', async () => {
  const { get } = await browse(archive.flags)
  archive.proxy.fault = () => ({ type: 'ValidationException', message: 'out of order' })
  const { status, body } = await get('coverage')
  expect([status, body.includes('This page is not whole.'), body.includes('out of order')]).toEqual([
    200,
    true,
    true,
  ])
})
