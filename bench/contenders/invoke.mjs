// Invokes a bundled handler as Lambda does, and prints what that took: node invoke.mjs MODULE
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Lambda's longest. */
const TIMEOUT_MS = 900_000

/** On Linux, `maxRSS` starts at the peak of the parent process; `VmHWM` does not. */
const peakKb = () =>
  existsSync('/proc/self/status')
    ? Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
    : process.resourceUsage().maxRSS

const { handler } = createRequire(import.meta.url)(process.argv[2])
const cpuBefore = process.cpuUsage()
const began = performance.now()
const receipt = await handler(
  { sweep: 'full' },
  {
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:111122223333:function:bench',
    awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    getRemainingTimeInMillis: () => began + TIMEOUT_MS - performance.now(),
  },
)
const seconds = (performance.now() - began) / 1000
const { user, system } = process.cpuUsage(cpuBefore)
const took = { seconds, cpuSeconds: (user + system) / 1e6, peakMb: peakKb() / 1024 }
console.log(JSON.stringify({ ...took, outcome: receipt?.Outcome }))
process.exit()
