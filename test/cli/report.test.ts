import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateSessions } from '../../emulator/generate'
import { start, stopAll } from '../emulator/builders'
import { expectFailure, expectWrongUsage, runCli } from '../support/cli'
import { temporaryFolder } from '../support/temporary-folder'
import { worldOf } from './worlds'

const folder = temporaryFolder()
afterEach(stopAll)

async function archiveOf(count: number): Promise<string> {
  const local = join(folder(), 'archive')
  const { url } = await start({ world: worldOf(0, generateSessions({ count, seed: 2, now: new Date() })) })
  expect(await runCli(['archive', '--endpoint-url', url, '--local', local])).toMatchObject({ status: 0 })
  return local
}

test('a page with the answer and its coverage', async () => {
  const local = await archiveOf(120)
  const out = join(folder(), 'page.html')
  const question = ['--from', '32d', '--status', 'Terminated']

  const asked = await runCli(['sessions', '--local', local, '--output', 'jsonl', ...question])
  const run = await runCli(['report', '--local', local, '--out', out, ...question])

  const ids = asked.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).SessionId)
  expect(ids.length).toBeGreaterThan(80)
  expect(run).toMatchObject({ status: 0, stdout: '', stderr: `${ids.length} sessions in "${out}".\n` })
  const page = readFileSync(out, 'utf8')
  for (const id of ids) expect(page).toContain(id)
  expect(page).toContain('111122223333/us-east-1')
  expect(page).toContain('Terminated')
})

test('that cannot be written says so, and leaves nothing', async () => {
  const local = await archiveOf(3)
  const nowhere = join(folder(), 'no-such-folder/page.html')

  expectFailure(
    await runCli(['report', '--local', local, '--out', nowhere, '--from', '7d']),
    /no-such-folder/,
  )
  expect(readdirSync(folder())).toEqual(['archive'])
})

test('of an archive that is not there: nothing is written', async () => {
  const out = join(folder(), 'page.html')

  expectFailure(
    await runCli(['report', '--local', join(folder(), 'none'), '--out', out, '--from', '7d']),
    /expected an archive, and there is none/,
  )
  expect(existsSync(out)).toBe(false)
})

test('needs to know where to', async () => {
  expectWrongUsage(await runCli(['report', '--local', folder()]), '--out <file.html>')
})
