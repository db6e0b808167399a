import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Bundle } from './function-code'

/** Licences under which a package may be bundled. */
const PERMISSIVE = [
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  '0BSD',
  'BlueOak-1.0.0',
]

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string | { readonly type?: string }
  readonly author?: string | { readonly name?: string }
}

/**
 * The licences of every package of which code is in these bundles.
 *
 * @throws Error for a licence that is not permissive
 */
export function noticesOf(bundles: readonly Bundle[], root: string): string {
  const inputs = bundles.flatMap(({ inputs }) => Object.keys(inputs))
  const folders = new Set(inputs.flatMap((file) => packageOf(join(root, file)) ?? []))
  /** Names of packages by the text that they share. */
  const byText = new Map<string, string[]>()
  for (const folder of [...folders].sort()) {
    const { name, text } = noticeOf(folder)
    const names = byText.get(text) ?? []
    if (!names.includes(name)) byText.set(text, [...names, name])
  }
  return [
    'ssm-session-archive contains the packages below, under the licences that follow them.\n',
    ...[...byText].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`),
  ].join(`\n${'-'.repeat(80)}\n\n`)
}

/** The folder of the package that a file is of; undefined: of this project. */
function packageOf(file: string): string | undefined {
  if (!file.includes('node_modules')) return undefined
  let folder = dirname(file)
  // Some packages have a package.json without a name in folders of their own.
  while (!/[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+$/.test(folder)) folder = dirname(folder)
  return folder
}

function noticeOf(folder: string): { readonly name: string; readonly text: string } {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const { name, version, author } = manifest
  const license = typeof manifest.license === 'string' ? manifest.license : manifest.license?.type
  if (license === undefined || !PERMISSIVE.includes(license))
    throw new Error(
      `${name} ${version}: received the licence ${JSON.stringify(license)}, expected one of ${PERMISSIVE.join(', ')}`,
    )
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' }) // what it contains of others, too
    .filter(
      (file) =>
        /(?:^|[/\\])(?:licen[cs]e|notice|copying)(?:[.-][^/\\]*)?$/i.test(file) &&
        !file.includes('node_modules'),
    )
    .filter((file) => statSync(join(folder, file)).isFile())
    .map((file) => readFileSync(join(folder, file), 'utf8').trim())
  const holder = (typeof author === 'string' ? author : author?.name) ?? `the authors of ${name}`
  const text = texts.length > 0 ? texts.join('\n\n') : `Copyright (c) ${holder}\n\n${textOf(license, name)}`
  return { name: `${name} ${version} (${license})`, text }
}

/** Of a package that leaves it to its reader to know the text. */
function textOf(license: string, name: string): string {
  const text = {
    MIT,
    'MIT-0': 'MIT No Attribution: the MIT licence without the condition that this notice is kept.',
    'Apache-2.0': 'Licensed under the Apache License, Version 2.0, whose text is in the file LICENSE.',
  }[license]
  if (text === undefined)
    throw new Error(`${name}: received no text of the licence ${license}, expected a file`)
  return text
}

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`
