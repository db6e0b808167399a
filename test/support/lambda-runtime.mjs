// Runs a bundled Lambda handler once, in a process of its own, as Lambda's runtime does:
// node lambda-runtime.mjs MODULE EXPORT < {"event": …, "context": …, "aheadMs": …}. Its clock is ahead by so much.
// Its result or error is the last line printed.
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'

const [, , module, name] = process.argv
const { event, context, aheadMs = 0 } = JSON.parse(await text(process.stdin))
const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [RealDate.now() + aheadMs] : args))
  }
  static now() {
    return RealDate.now() + aheadMs
  }
}
const handler = createRequire(import.meta.url)(module)[name] // of a .js, Lambda tries `require` first
try {
  console.log(
    JSON.stringify({ result: await handler(event, { ...context, getRemainingTimeInMillis: () => 900_000 }) }),
  )
} catch (error) {
  console.log(JSON.stringify({ error: { name: error.name, message: error.message } }))
}
process.exit()
