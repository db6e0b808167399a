import type { Command } from '@commander-js/extra-typings'
import { stringifyJson } from '../../archive/json'
import { ATTRIBUTES } from '../../archive/record'
import { anonymity } from '../../audit/identity'
import { addReadFlags, archiveToRead, outputOption } from '../flags'
import { type Io, say, write } from '../io'
import { SESSIONS } from '../output/columns'
import { print } from '../output/print'
import { printable } from '../output/printable'
import { nonEmpty } from '../parsers'

export function define(command: Command, io: Io): void {
  addReadFlags(command.argument('<id>', 'its SessionId', nonEmpty).addOption(outputOption()))
    .addHelpText(
      'after',
      `
The exit status is 1 if the archive has no such session.

Examples:
  session-archive session alice-0a1b2c3d4e5f67890
  session-archive session alice-0a1b2c3d4e5f67890 --local ./sessions`,
    )
    .action(async (id, { output, ...flags }) => {
      const location = archiveToRead(flags, ['table'], io)
      const { findSession } =
        require('../../audit/find-sessions') as typeof import('../../audit/find-sessions')
      const { withArchive } = require('../open-archive') as typeof import('../open-archive')
      const { asOf } = require('../beside-answer') as typeof import('../beside-answer')
      const { expiry } = require('../lacking') as typeof import('../lacking')
      const { rejectedOf } = require('../rejected') as typeof import('../rejected')
      await withArchive(location, flags, io, async ({ sessions, sweeps }) => {
        const now = new Date()
        const found = await findSession(sessions, id)
        const rejections = await rejectedOf(id, found, sweeps)
        if (found === undefined) {
          const why = [...rejections, ...(await expiry(sweeps, now))].map((line) => ` ${line}`).join('')
          throw new Error(
            `no session ${JSON.stringify(id)} in this archive. Is the SessionId whole?${why} Was its source swept since the session began? 'session-archive sweeps --coverage' shows that`,
          )
        }
        const shown = asOf(one(found), sweeps, now, io)
        if (output === 'table') {
          for await (const record of shown) await write(io, describe(record))
          shown.whenPrinted?.()
        } else await print(shown, SESSIONS, output, io)
        for (const line of rejections) say(io, line)
        const nobody = anonymity(found)
        if (nobody !== undefined && found.Owner !== undefined)
          say(io, `Its owner names nobody: ${nobody.why}`)
      })
    })
}

async function* one<T>(item: T): AsyncGenerator<T> {
  yield item
}

/** A line per attribute, those of AWS first. */
function describe(record: Readonly<Record<string, unknown>>): string {
  const known = Object.keys(ATTRIBUTES).filter((name) => name in record)
  const names = [...new Set([...known, ...Object.keys(record)])]
  const width = Math.max(...names.map((name) => name.length))
  return names
    .map((name) => {
      const value = record[name]
      const text = typeof value === 'object' ? stringifyJson(value) : String(value)
      return `${printable(name).padEnd(width)}  ${printable(text)}\n`
    })
    .join('')
}
