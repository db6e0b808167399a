import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { noticesOf } from '../../lib/notices'
import { temporaryFolder } from '../support/temporary-folder'

const folder = temporaryFolder()

function write(path: string, text: string): string {
  const file = join(folder(), path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return path
}

/** A package with a file that is bundled; returns that file. */
function packageOf(name: string, manifest: object, licence?: string): string {
  write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.2.3', ...manifest }))
  if (licence !== undefined) write(`node_modules/${name}/deps/COPYING`, licence)
  return write(`node_modules/${name}/dist/index.js`, '')
}

const notices = (...files: string[]) =>
  noticesOf([{ inputs: Object.fromEntries(files.map((file) => [file, {}])) }], folder())

test('every bundled package is named once, with its licence and those of what it contains', () => {
  const files = [
    packageOf('@scope/one', { license: 'MIT' }, 'Copyright A'),
    packageOf('two', { license: 'ISC' }, 'Copyright B'),
    packageOf('three', { license: { type: 'MIT' }, author: { name: 'Carol' } }),
  ]
  const text = notices(...files, ...files, 'cli/main.ts')
  expect(text.match(/^\S+ 1\.2\.3 \(\S+\)$/gm)).toEqual([
    '@scope/one 1.2.3 (MIT)',
    'three 1.2.3 (MIT)',
    'two 1.2.3 (ISC)',
  ])
  expect(text).toMatch(
    /Copyright A[\s\S]*Copyright \(c\) Carol\s+Permission is hereby granted[\s\S]*Copyright B/,
  )
})

test('packages with one text share it', () => {
  const [one, two] = ['one', 'two'].map((name) => packageOf(name, { license: 'MIT' }, 'The text'))
  expect(notices(String(one), String(two)).match(/The text/g)).toHaveLength(1)
})

test.each([
  ['GPL-3.0', 'The text'],
  [undefined, 'The text'],
  ['(MIT OR GPL-3.0)', 'The text'],
  ['BSD-3-Clause', undefined],
])('a package of the licence %s with the text %s is refused', (license, text) => {
  expect(() => notices(packageOf('odd', { license }, text))).toThrow(/odd.*received/)
})
