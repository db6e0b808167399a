import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { PAGES, pageText } from '../support/documents'

const ROOT = join(__dirname, '../..')

const anchorOf = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

const anchorsOf = (page: string) =>
  [...pageText(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => anchorOf(title))

test.each(PAGES)('whatever %s links to is there, in the project', (page) => {
  const links = [...pageText(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => link)
  for (const link of links.filter((link) => !/^(?:https?|mailto):/.test(link))) {
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : normalize(join(dirname(page), path))
    expect([link, existsSync(join(ROOT, target))]).toEqual([link, true])
    if (anchor !== undefined)
      expect([link, anchorsOf(target)]).toEqual([link, expect.arrayContaining([anchor])])
  }
})
