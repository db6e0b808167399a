import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { SessionsTable } from '../../../archive/sessions-table'
import { upsert } from '../../../archive/upsert'
import { openFolder } from '../../../cli/open-archive'
import type { Answer } from '../../support/browsing'
import { browse, idsOn, linkOn, stopBrowsing } from '../../support/browsing'
import { expectFailure, expectWrongUsage, OBEYED_BY_TERMINALS, retryAtOnce, runCli } from '../../support/cli'
import { daysAgo, type Kept, receipt, SOURCE, useFilledArchive } from '../../support/filled-archive'
import { observe } from '../../support/observe'
import { temporaryFolder } from '../../support/temporary-folder'
import { HOSTILE } from '../report/make-report'

retryAtOnce()
const folder = temporaryFolder()
afterEach(stopBrowsing)

const seconds = (iso: string) => Date.parse(iso) / 1000
const MANY = 250
/** Sessions of one day, two of which started at each time. */
const many: readonly Kept[] = Array.from({ length: MANY }, (_, n) => {
  const StartDate = seconds(daysAgo(5, '01:00:00.000')) + Math.floor(n / 2) * 60
  return {
    SessionId: `many-${String(n).padStart(3, '0')}`,
    ...{ StartDate, EndDate: StartDate + 30, Target: `i-${n % 7}`, Reason: `ticket ${n}` },
    Owner: `arn:aws:sts::111122223333:assumed-role/Ops/${n % 3 === 0 ? 'Bob' : 'carol'}`,
  }
})
const OLD: Kept = {
  SessionId: 'old',
  StartDate: seconds('2023-06-01T08:00:00.000Z'),
  Reason: 'needle',
  Target: 'i-old',
}
const FACTS = {
  TargetName: 'db-1',
  ComputerName: 'DB1.corp',
  PlatformName: 'Amazon Linux',
  TargetSource: 'SSM',
  TargetAsOf: daysAgo(2),
}
const NAMED: Kept = {
  SessionId: 'named 1/2?&#',
  StartDate: seconds(daysAgo(2, '08:00:00.000')),
  ...{
    Target: 'i-0abc',
    Owner: 'arn:aws:iam::111122223333:user/dora',
    AccessType: 'JustInTime',
    Details: 'it failed',
  },
  target: FACTS,
}
const OPEN: Kept = { SessionId: 'open', state: 'Active', StartDate: seconds(daysAgo(3)), Status: 'Connected' }
const SHOP: Kept = {
  SessionId: 'shop',
  StartDate: seconds(daysAgo(2, '09:00:00.000')),
  ...{ source: { accountId: '444455556666', region: 'us-east-1' }, accountName: 'Shop' },
}

const archive = useFilledArchive(async ({ keep, store, swept }) => {
  const seen = new Date(daysAgo(1, '12:00:00.000'))
  for (let n = 0; n < MANY; n += 50) await keep(many.slice(n, n + 50), seen)
  await keep(
    [OLD, NAMED, OPEN, SHOP, { SessionId: 'lost', state: 'Active', StartDate: seconds(daysAgo(9)) }],
    seen,
  )
  await store.markMissing('lost', daysAgo(8), daysAgo(8, '00:00:00.000'))
  await store.markEndUnknown('lost', SOURCE, daysAgo(8))
  const at = daysAgo(1, '12:00:00.000')
  await swept(receipt(at, { CoversFrom: daysAgo(31), CoversUntil: at }))
})

const open = (...args: string[]) => browse([...archive.flags, ...args])

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': expect.stringMatching(
    /^default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; style-src 'sha256-[\w+/]{43}='$/,
  ),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

describe('who may read:', () => {
  test('the address has 256 random bits, another lot each time, and is of this machine alone', async () => {
    const [one, other] = [await open(), await open()]
    expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/$/)
    expect(new URL(one.url).pathname).not.toBe(new URL(other.url).pathname)
    const port = Number(new URL(one.url).port).toString(16).toUpperCase().padStart(4, '0')
    const sockets = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/net/${name}`, 'utf8')).join('')
    const listening = [...sockets.matchAll(/^\s*\d+: (\w+):(\w{4}) \S+ 0A /gm)].filter(
      ([, , one]) => one === port,
    )
    expect(listening.map(([, address]) => address)).toEqual(['0100007F'])
  })

  test.each([
    ['no token', { raw: '/' }],
    ['no token, of a page', { raw: '/session?id=open' }],
    ['another token', { raw: `/${'A'.repeat(43)}/` }],
    ['the beginning of the token', (path: string) => ({ raw: `${path.slice(0, 20)}/` })],
    ['the token and more', (path: string) => ({ raw: path.replace(/\/$/, 'A/') })],
    ['the token in a whole address', (path: string) => ({ raw: `http://127.0.0.1${path}` })],
    ['the token elsewhere', (path: string) => ({ raw: `/?${path}` })],
    ['another host', { headers: { Host: 'evil.example' } }],
    ['this host without its port', { headers: { Host: '127.0.0.1' } }],
    ['another port', { headers: { Host: '127.0.0.1:1' } }],
  ])('a request with %s is told nothing, and reads nothing', async (_what, asking) => {
    const { url, get } = await open()
    const { pathname } = new URL(url)
    const { status, headers, body } = await get('', typeof asking === 'function' ? asking(pathname) : asking)
    expect({ status, headers, body }).toEqual({
      status: 403,
      headers: expect.objectContaining(HEADERS),
      body: 'Forbidden\n',
    })
    expect(archive.proxy.calls).toEqual([])
  })

  test('127.0.0.1 and localhost are this machine', async () => {
    const { url, get } = await open()
    for (const name of ['127.0.0.1', 'localhost'])
      expect((await get('coverage', { headers: { Host: `${name}:${new URL(url).port}` } })).status).toBe(200)
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('%s is refused', async (method) => {
    const { get } = await open()
    const { status, headers, body } = await get('', { method })
    expect([status, headers.allow, body]).toEqual([405, 'GET, HEAD', 'Method not allowed\n'])
    expect(archive.proxy.calls).toEqual([])
  })

  test('every answer keeps to itself: pages, wrong questions, what is not there', async () => {
    const { get } = await open()
    const asked = [
      '',
      'session?id=open',
      'coverage',
      'session?id=none',
      'nothing',
      '?from=x',
      '?x=y',
      'session',
    ]
    const answers = await Promise.all(asked.map((path) => get(path)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 404, 400, 400, 400])
    for (const { headers } of answers) expect(headers).toMatchObject(HEADERS)
    for (const { body } of answers)
      expect(body).not.toMatch(/<script|<img|<link|<iframe|style="|onclick|https?:/)
    const { status, body } = await get('', { method: 'HEAD' })
    expect([status, body]).toEqual([200, ''])
  })
})

describe('what is found:', () => {
  const QUESTIONS: readonly (readonly [query: string, flags: readonly string[]])[] = [
    ['from=30d', ['--from', '30d']],
    ['owner=BOB&from=30d', ['--owner', 'BOB', '--from', '30d']],
    ['owner=c*&from=30d&target=i-3', ['--owner', 'c*', '--from', '30d', '--target', 'i-3']],
    ['role=ops&from=30d&reason=TICKET+19', ['--role', 'ops', '--from', '30d', '--reason', 'ticket 19']],
    ['account=444455556666&from=30d', ['--account', '444455556666', '--from', '30d']],
    ['region=us-east-1&from=30d', ['--source-region', 'us-east-1', '--from', '30d']],
    ['open=yes', ['--open']],
    ['state=Active&from=30d', ['--state', 'Active', '--from', '30d']],
    [`at=${daysAgo(5, '01:10:05.000')}`, ['--at', daysAgo(5, '01:10:05.000')]],
    ['status=Connected&open=yes', ['--status', 'Connected', '--open']],
    ['access=JustInTime&from=30d', ['--access-type', 'JustInTime', '--from', '30d']],
    ['target=DB-1&from=30d', ['--target', 'DB-1', '--from', '30d']],
    ['longer=2d&from=30d', ['--min-duration', '2d', '--from', '30d']],
    ['to=2024-01-01&from=2023-01-01', ['--to', '2024-01-01', '--from', '2023-01-01']],
    ['', []],
  ]
  test.each(QUESTIONS)('?%s finds what sessions finds', async (query, flags) => {
    const { stdout } = await archive.ask('sessions', [...flags, '--newest-first', '--output', 'jsonl'])
    const expected = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).SessionId)
    expect(expected.length).toBeGreaterThan(0)
    const { get } = await open()
    const found: string[] = []
    for (let path: string | undefined = `?${query}`; path !== undefined; ) {
      const page: Answer = await get(path)
      found.push(...idsOn(page))
      path = linkOn(page, '(?:Older sessions|Look further back)')
      if (path === undefined) expect(page.body).toMatch(/sessions?: the answer ends here|No older session/)
    }
    expect(found).toEqual(expected)
  })

  test('a day is a day, UTC', async () => {
    const { get } = await open()
    const day = daysAgo(2).slice(0, 10)
    expect(idsOn(await get(`?day=${day}`))).toEqual(['shop', 'named 1/2?&#'])
    const both = await get(`?day=${day}&from=7d`)
    expect([both.status, idsOn(both)]).toEqual([400, []])
    expect(both.body).toContain('not both')
  })

  test('a page has 100 sessions, and reads hardly more', async () => {
    const { get } = await open()
    const page = await get('?from=30d&owner=carol')
    expect(idsOn(page)).toHaveLength(100)
    expect(page.body).toContain('100 sessions, and there are older ones: ')
    const queries = archive.proxy.calls.filter(({ body }) => body.IndexName === 'ByOwnerKey')
    expect(queries.length).toBeLessThan(8)
    expect(queries.every(({ body }) => body.Limit <= 200)).toBe(true)
  })

  test('without a time, the answer says that it is about 30 days, on the next page too', async () => {
    const { get } = await open()
    const page = await get('')
    const [said] = /Of the last 30 days, as no time was given: from [\d: -]* on\./.exec(page.body) ?? []
    expect(said).toBeDefined()
    const [, since = ''] = /\bsince=([^&]*)/.exec(linkOn(page, 'Older sessions') ?? '') ?? []
    expect(said).toContain(decodeURIComponent(since).slice(0, 19).replace('T', ' '))
    expect((await get(linkOn(page, 'Older sessions'))).body).toContain(said)
  })

  test('if few sessions answer, the page says how far it has looked, and goes on from there', async () => {
    const { get } = await open()
    const first = await get('?reason=needle&from=2023-05-01')
    expect(idsOn(first)).toEqual([])
    expect(first.body).toMatch(
      /No session found so far, of 25\d sessions that were looked at\. What started before 20\d\d-/,
    )
    expect(archive.proxy.calls.length).toBeLessThan(1300)
    const further = linkOn(first, 'Look further back')
    expect(idsOn(await get(further))).toEqual(['old'])
  })

  test('beside the answer stands what it leaves out, what is old, and what may be missing', async () => {
    const { get } = await open()
    const { body } = await get('?from=60d&owner=carol')
    for (const said of [
      'Of the name carol, in upper or lower case.',
      'not covered before',
      'Last swept completely',
    ])
      expect(body).toContain(said)
    expect((await get('?open=yes')).body).toMatch(/Stale: 1, not confirmed|1 open session, last seen at/)
    expect((await get('?account=444455556666')).body).toContain('444455556666 was never swept')
  })

  test('what is wrong is said at the field, which keeps what was typed', async () => {
    const { get } = await open()
    const { status, body } = await get('?from=yesterday&account=12&state=Open&reason=%3Cb%3E')
    expect(status).toBe(400)
    expect(body).toMatch(
      /name="from" id="from" aria-describedby="from-hint from-problem" aria-invalid="true" value="yesterday"/,
    )
    expect(body).toContain('id="account-problem" class="bad">Expected an account of 12 digits, or its name.')
    expect(body).toContain('<p>List: Expected one of Active, History, Recovered.</p>')
    expect(body).toContain('value="&lt;b&gt;"')
    expect((await get('?account=nobody')).body).toContain('no account is called so')
    expect((await get('?from=2d&to=3d')).body).toContain('expected --from before --to')
    expect((await get('?owner=a&owner=b')).body).toContain('Received owner twice, expected it once.')
    expect((await get('?start=yesterday')).status).toBe(400)
    expect(archive.proxy.calls.filter(({ body }) => body.TableName === 'Sessions')).toEqual([])
  })

  test('what was typed stays as it is in the form, however invisible, and finds the same again', async () => {
    const { keep } = archive
    const Reason = 'می\u200cخواهم "1" &amp; \u00ad2'
    await keep([{ SessionId: 'joined', StartDate: seconds(daysAgo(20)), Reason }])
    const { get } = await open()
    const page = await get(`?${new URLSearchParams({ day: daysAgo(20).slice(0, 10), reason: Reason })}`)
    expect(idsOn(page)).toEqual(['joined'])
    const value = Reason.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
    expect(page.body).toContain(`name="reason" id="reason" value="${value}"`)
    expect((await get('coverage?account=a%E2%80%8Cb')).body).toContain('value="a\u200cb"')
  })

  test('a box is ticked by yes alone', async () => {
    const { get } = await open()
    const { status, body } = await get('?open=no')
    expect([status, body.includes('as far as the archive knows: Expected one of yes.')]).toEqual([400, true])
  })

  test('an answer goes on after a session that a clock centuries wrong has dated', async () => {
    const { get } = await open()
    const start = new Date(1.7e15).toISOString()
    const { status, body } = await get(`?${new URLSearchParams({ open: 'yes', start, id: 'x' })}`)
    expect([start, status, body.includes('the answer ends here')]).toEqual([
      '+055840-11-08T22:13:20.000Z',
      200,
      true,
    ])
  })

  test('if an answer fails among its rows, the table ends before the page says so', async () => {
    const { get } = await open()
    const day = daysAgo(5).slice(0, 10)
    archive.proxy.fault = ({ body }) =>
      JSON.stringify(body).includes(`"${day}"`) ? { type: 'ValidationException', message: 'no' } : undefined
    const page = await get('?from=30d')
    expect(idsOn(page).length).toBeGreaterThan(2)
    expect(page.body).toMatch(
      /<\/tbody><\/table>\s*<div class="alert" role="alert"><p><b>This page is not whole/,
    )
  })

  test('a page says so if the answer fails on the way, and the next question is answered', async () => {
    const { get } = await open()
    let queries = 0
    archive.proxy.fault = ({ body }) =>
      body.TableName === 'Sessions' && ++queries > 3
        ? { type: 'ValidationException', message: 'no <i>more</i>' }
        : undefined
    const { status, body } = await get('?from=30d')
    expect(status).toBe(200)
    expect(body).toContain('This page is not whole.')
    expect(body).toContain('no &lt;i&gt;more&lt;/i&gt;')
    expect(body).toMatch(/<\/html>\n$/)
    const failed = await get('session?id=open')
    expect([failed.status, failed.body.includes('This failed')]).toEqual([500, true])
    archive.proxy.fault = () => undefined
    expect(idsOn(await get('?owner=dora'))).toEqual(['named 1/2?&#'])
  })
})

test('a reader who leaves before the page begins is no error', async () => {
  const { url, get, stderr } = await open()
  let said = ''
  stderr.on('data', (text) => {
    said += text
  })
  const asked = request(`${url}session?id=open`).on('error', () => {})
  archive.proxy.fault = () => {
    asked.destroy()
    return undefined
  }
  await new Promise((resolve) => asked.on('close', resolve).end())
  for (const _ of [1, 2]) await get('session?id=open') // longer than the first one takes
  expect(said).toBe('Whoever has this address can read the archive, until Ctrl-C ends it.\n')
})

describe('the page of a session', () => {
  test('has every attribute, the target’s facts, and what the record tells of the lists', async () => {
    const { get } = await open()
    const [page] = /href="(session\?id=named[^"]*)"/.exec((await get('?owner=dora')).body)?.slice(1) ?? []
    const { body } = await get(page)
    const { stdout } = await archive.ask('session', [NAMED.SessionId, '--output', 'json'])
    for (const [name, value] of Object.entries(JSON.parse(stdout)[0] as object))
      expect(body.replaceAll('&amp;', '&')).toContain(`<th scope="row">${name}</th><td>${value}</td>`)
    expect(body).toContain('<dt>Name</dt><dd>db-1</dd>')
    expect(body).toContain('<dt>Computer name</dt><dd>DB1.corp</dd>')
    expect(body).toContain('<dt>Told by</dt><dd>Systems Manager</dd>')
    expect(body).toContain('It was archived first, in the history.')
    expect(linkOn({ body } as Answer, 'Sessions of this person, 52 weeks back')).toBe('?owner=dora&from=52w')
    const lost = (await get('session?id=lost')).body
    expect(lost).toContain('in neither list from here on: its end will not be known')
    expect((await get('session?id=open')).body).toContain('1 open session, last seen at ')
  })

  test('says why there is none', async () => {
    const { get } = await open()
    const { status, body } = await get('session?id=%3Cscript%3E')
    expect(status).toBe(404)
    expect(body).toContain('No session &quot;&lt;script&gt;&quot; in this archive.')
  })

  test('says that an archive that is named by its tables has no log that is read', async () => {
    const { get } = await open()
    expect((await get('session?id=open')).body).toContain('Unaltered: <b class="warn">not proven</b>')
    expect((await get('proof?id=open')).status).toBe(404)
  })
})

describe('of an archive in a folder,', () => {
  const LOCAL = ['--local', 'archive']
  /** Each session in two states: open, then ended. */
  async function fill(...ids: string[]) {
    const { sessions, close } = await openFolder(join(folder(), 'archive'))
    const store = new SessionsTable(sessions)
    await upsert(
      store,
      ids.map((SessionId) => observe({ SessionId, StartDate: seconds(daysAgo(2)) }, 0, 'Active')),
    )
    await upsert(
      store,
      ids.map((SessionId) =>
        observe({ SessionId, StartDate: seconds(daysAgo(2)), EndDate: seconds(daysAgo(1)) }, 1),
      ),
    )
    await close()
  }
  const openLocal = (...args: string[]) => browse([...LOCAL, ...args], { cwd: folder() })
  const cli = (...args: string[]) => runCli(args, { cwd: folder() })

  test('the page of a session has the verdict, the lists it was seen in, and its proof to keep', async () => {
    await fill('alice', 'bob')
    const { get, stop } = await openLocal()
    const { body } = await get('session?id=alice')
    expect(body).toContain('Unaltered: <b class="good">proven</b>')
    expect(body).toContain('2 of them about this session')
    expect(body).toMatch(
      /<td>Active<\/td><td>archived<\/td><td>1<\/td>.*<td>History<\/td><td>updated<\/td><td>2<\/td>/s,
    )
    const [, key = ''] = /<li>key ([^<]*)<\/li>/.exec(body) ?? []
    const { status, headers, body: proof } = await get(linkOn({ body } as Answer, 'Download the proof'))
    expect([status, headers['content-type'], headers['content-disposition']]).toEqual([
      200,
      'application/json',
      'attachment; filename="alice.proof.json"',
    ])
    expect(headers).toMatchObject(HEADERS)
    expect(proof).not.toContain('bob')
    writeFileSync(join(folder(), 'proof.json'), proof)
    expect(await stop()).toBe(0)
    expect((await cli('verify', 'proof.json', '--key', key)).status).toBe(0)
  })

  test('a record that somebody changed is disproven', async () => {
    await fill('alice', 'bob')
    const { sessions, close } = await openFolder(join(folder(), 'archive'))
    const of = { TableName: sessions.tableName, Key: { SessionId: 'alice' } }
    const x = {
      UpdateExpression: 'SET Reason = :x, OwnerName = :no, AccountId = :no, #r = :no', // the page stands
      ExpressionAttributeNames: { '#r': 'Region' },
      ExpressionAttributeValues: { ':x': 'none', ':no': false },
    }
    await sessions.client.send(new UpdateCommand({ ...of, ...x }))
    await close()
    const { get } = await openLocal()
    const { body } = await get('session?id=alice')
    expect(body).toContain('Unaltered: <b class="bad">disproven</b>')
    expect(body).toMatch(/<li>Against: entry \d+: (revision 2, expected 3|.*changed)/)
    expect((await get('session?id=bob')).body).toContain('<b class="good">proven</b>')
  })

  test('--without-evidence reads no log', async () => {
    await fill('alice')
    const { get } = await openLocal('--without-evidence')
    expect((await get('session?id=alice')).body).toContain('not proven</b>')
    expect((await get('proof?id=alice')).status).toBe(404)
  })

  test('no other command can open it meanwhile, and the pages go on', async () => {
    await fill('alice')
    const { get, stop } = await openLocal()
    expectFailure(await cli('sessions', ...LOCAL), 'expected one that this process alone can use')
    expect(idsOn(await get('?from=30d'))).toEqual(['alice'])
    await stop()
    expect((await cli('sessions', ...LOCAL, '--from', '30d')).status).toBe(0)
  })
})

test('what is in records reaches no page as markup, and no terminal as it is', async () => {
  const { keep } = archive
  await keep(
    HOSTILE.map((hostile, n) => ({
      SessionId: `h${n} ${hostile.toWellFormed().slice(0, 90)}`,
      ...{
        StartDate: seconds(daysAgo(6)) + n,
        Target: hostile.toWellFormed(),
        Reason: hostile.toWellFormed(),
      },
      Owner: `arn:aws:iam::111122223333:user/${hostile.toWellFormed().replaceAll(/[/:]/g, '|')}`,
      ...{ Details: hostile.toWellFormed(), accountName: hostile.toWellFormed() },
      target: { ...FACTS, TargetName: hostile.toWellFormed(), TargetSource: hostile.toWellFormed() },
    })),
  )
  const { get } = await open()
  const day = daysAgo(6).slice(0, 10)
  const list = await get(`?day=${day}`)
  const pages = [list]
  for (const [, page] of list.body.matchAll(/href="(session\?id=h[^"]*)"/g)) pages.push(await get(page))
  expect(pages).toHaveLength(1 + HOSTILE.length)
  for (const { status, body } of pages) {
    expect(status).toBe(200)
    expect(body).not.toMatch(/<(script|img|iframe|i>)|<style>@import|<!--/)
    expect(body).not.toMatch(OBEYED_BY_TERMINALS)
  }
})

test('a port that is taken, an archive that is not there, a flag that is wrong', async () => {
  const { url } = await open()
  const { port } = new URL(url)
  expectFailure(await archive.ask('browse', ['--port', port]), `--port ${port}: expected a free one`)
  expectFailure(await runCli(['browse', '--local', 'none'], { cwd: folder() }), 'expected an archive')
  expectWrongUsage(await archive.ask('browse', ['--port', '70000']), 'from 0 to 65535')
})
