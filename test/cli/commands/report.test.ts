import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateSessions } from '../../../emulator/generate'
import { start, stopAll } from '../../emulator/builders'
import { expectFailure, expectWrongUsage, printedBy, runCli } from '../../support/cli'
import { receipt, useFilledArchive } from '../../support/filled-archive'
import { readBack } from '../../support/read-back'
import { temporaryFolder } from '../../support/temporary-folder'
import { worldOf } from '../worlds'

const folder = temporaryFolder()
afterEach(stopAll)

/** Runs a command where the folder `archive` is. */
const runHere = (line: string) => runCli(line.split(' '), { cwd: folder() })

async function fillArchive(count: number): Promise<void> {
  const { url } = await start({ world: worldOf(0, generateSessions({ count, seed: 2, now: new Date() })) })
  printedBy(await runHere(`archive --endpoint-url ${url} --local archive`))
}

test('report writes a page with the answer and its coverage', async () => {
  await fillArchive(120)
  const question = '--local archive --from 32d --status Terminated'

  const asked = await runHere(`sessions --output jsonl ${question}`)
  const run = await runHere(`report --out page.html ${question}`)

  const ids = readBack('jsonl', asked.stdout).map(({ SessionId }) => SessionId)
  expect(ids.length).toBeGreaterThan(80)
  expect(run).toEqual({ status: 0, stdout: '', stderr: `${ids.length} sessions in "page.html".\n` })
  const page = readFileSync(join(folder(), 'page.html'), 'utf8')
  for (const id of ids) expect(page).toContain(id)
  expect(page).toContain('111122223333/us-east-1')
  expect(page).toContain('Terminated')
})

const A1 = '111122223333/eu-west-1'
const A2 = '111122223333/us-east-1'
const B1 = '444455556666/eu-west-1'
const covered = useFilledArchive(async ({ swept }) => {
  const covers = { CoversFrom: '2026-01-01T00:00:00.000Z', CoversUntil: '2026-02-01T00:00:00.000Z' }
  for (const Source of [A1, A2, B1]) await swept(receipt('2026-02-01T00:00:00.000Z', { Source, ...covers }))
})

test.each([
  ['--open', [A1, A2, B1]],
  ['--account 111122223333', [A1, A2]],
  ['--source-region eu-west-1', [A1, B1]],
  ['--account 444455556666 --source-region eu-west-1', [B1]],
])('report %s shows the coverage of the sources asked about, and of no other', async (question, sources) => {
  const out = join(folder(), 'page.html')
  const args = ['--out', out, '--from', '2026-01-10', '--to', '2026-01-20', ...question.split(' ')]
  const run = await covered.ask('report', args)
  expect(run).toMatchObject({ status: 0, stderr: `0 sessions in "${out}".\n` })
  const shown = readFileSync(out, 'utf8').match(/\b\d{12}\/[a-z]+-[a-z]+-\d\b/g)
  expect([...new Set(shown)].sort()).toEqual(sources)
})

test('report --without-list leaves the list out, and says what the question leaves out', async () => {
  const out = join(folder(), 'page.html')
  const question = ['--owner', 'alice', '--owner', 'bob*', '--role', 'Ops']
  const run = await covered.ask('report', [
    '--out',
    out,
    '--without-list',
    '--from',
    '2026-01-10',
    ...question,
  ])
  const leftOut = 'Of the name alice or bob*, in upper or lower case.'
  expect(run).toMatchObject({ status: 0, stderr: expect.stringContaining(leftOut) })
  const page = readFileSync(out, 'utf8')
  expect(page).toContain(leftOut)
  expect(page).toContain('<dt>Person</dt><dd>alice or bob*</dd>')
  expect(page).toContain('<dt>Role</dt><dd>Ops</dd>')
  expect(page).not.toContain('class="list"')
})

test.each([
  ['a page that cannot be written', '--local archive --out no-such-folder/page.html', /no-such-folder/],
  ['an archive that is not there', '--local none --out page.html', /folder "none": expected an archive/],
])('report with %s fails and leaves nothing', async (_, flags, message) => {
  await fillArchive(3)
  expectFailure(await runHere(`report --from 7d ${flags}`), message)
  expect(readdirSync(folder())).toEqual(['archive'])
})

test('report without --out is wrong usage', async () => {
  expectWrongUsage(await runHere('report --local .'), '--out <file.html>')
})
