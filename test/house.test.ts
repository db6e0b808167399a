import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(__dirname, '..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const names = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

/** By folder, from the table of CONTRIBUTING.md. */
const RULES = new Map(
  [...read('CONTRIBUTING.md').matchAll(/^\| `(\w+\/)` *\|(.*)\|(.*)\|$/gm)].map(
    ([, folder = '', may, never]) => [folder, { may: [folder, ...names(may)], never: names(never) }],
  ),
)
const FILES = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => RULES.has(file.replace(/\/.*/, '/')))
/** What each file imports, types included: files of this project without `.ts`, and packages. */
const IMPORTS = new Map(
  FILES.map((file) => [
    file.replace('.ts', ''),
    [...read(file).matchAll(/(?:from|import|require|import\()\(? ?'([^']+)'/g)].map(([, name = '']) =>
      name.startsWith('.') ? join(file, '..', name) : name,
    ),
  ]),
)

test('the table of CONTRIBUTING.md has a row for every folder of code', () => {
  expect([...RULES.keys()]).toEqual(expect.arrayContaining(['archive/', 'audit/', 'cli/', 'lib/', 'sweep/']))
})

test('no file imports against the table of CONTRIBUTING.md', () => {
  const forbidden = [...IMPORTS].flatMap(([file, imports]) => {
    const { may = [], never = [] } = RULES.get(file.replace(/\/.*/, '/')) ?? {}
    const isOurs = (name: string) =>
      [...RULES.keys(), 'bin/', 'bench/', 'test/'].some((top) => name.startsWith(top))
    return imports
      .filter((name) =>
        isOurs(name)
          ? !may.some((allowed) => (allowed.endsWith('/') ? name.startsWith(allowed) : name === allowed))
          : never.some((one) => name === one || name.startsWith(`${one}/`)),
      )
      .map((name) => `${file} → ${name}`)
  })
  expect(forbidden).toEqual([])
})

test('no files import each other in a circle', () => {
  const left = new Map(IMPORTS)
  const isLeaf = (imports: string[]) => !imports.some((name) => left.has(name))
  for (let before = -1; before !== left.size; ) {
    before = left.size
    for (const [file, imports] of left) if (isLeaf(imports)) left.delete(file)
  }
  expect([...left.keys()]).toEqual([]) // a file of a circle, or one that imports such a file
})
