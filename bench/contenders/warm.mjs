// Keeps a bundled handler warm, as Lambda does: node warm.mjs MODULE. Its parent sends {event, aheadMs}: the
// handler's clock is ahead by so much. The answer is {seconds, cpuSeconds, peakMb, result, error}.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Lambda's longest. */
const TIMEOUT_MS = 900_000

const peakKb = () =>
  existsSync('/proc/self/status')
    ? Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
    : process.resourceUsage().maxRSS

let aheadMs = 0
const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [RealDate.now() + aheadMs] : args))
  }
  static now() {
    return RealDate.now() + aheadMs
  }
}

const { handler } = createRequire(import.meta.url)(process.argv[2])
process.on('disconnect', () => process.exit())
process.on('message', async (message) => {
  aheadMs = message.aheadMs
  const before = process.cpuUsage()
  const began = performance.now()
  const context = {
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:111122223333:function:bench',
    awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    getRemainingTimeInMillis: () => began + TIMEOUT_MS - performance.now(),
  }
  const outcome = await handler(message.event, context).then(
    (result) => ({ result }),
    (error) => ({ error: String(error) }),
  )
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(before)
  const cpuSeconds = (user + system) / 1e6
  process.send({ seconds, cpuSeconds, peakMb: peakKb() / 1024, ...outcome })
})
