import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(__dirname, '../..')

/** Every page for users and for those who carry the project on, by its path from the root. */
export const PAGES: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/README.md'],
  ...['docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).flatMap((name) => (name.endsWith('.md') ? [`${folder}/${name}`] : [])),
  ),
]

export function pageText(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
}

/** The lines of shell on a page, continued ones joined; of examples with answers, what is typed. */
export function commandsOf(page: string): string[] {
  const blocks = [...pageText(page).matchAll(/^```(sh|bash|console)\n(.*?)^```$/gms)]
  return blocks.flatMap(([, kind, block = '']) => {
    const lines = block.replaceAll(/(?:\\|\|)\n\s*/g, (end) => (end.startsWith('|') ? '| ' : '')).split('\n')
    const typed = kind === 'console' ? lines.flatMap((line) => /^\$ (.*)/.exec(line)?.[1] ?? []) : lines
    return typed
      .map((line) => line.replace(/\s+#\s.*$/, '').trim())
      .filter((line) => line && !line.startsWith('#'))
  })
}
