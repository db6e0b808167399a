import { Writable } from 'node:stream'
import type { Io } from '../io'

/** What a command would say beside its answer, as lines for a page. */
export function listen(io: Io): { readonly io: Io; readonly said: string[] } {
  const said: string[] = []
  const stderr = new Writable({
    decodeStrings: false,
    write(text, _encoding, done) {
      said.push(...String(text).trimEnd().split('\n'))
      done()
    },
  })
  return { io: { ...io, stderr }, said }
}
