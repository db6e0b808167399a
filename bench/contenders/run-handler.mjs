// Runs a bundled handler as Lambda would and prints what it took: node run-handler.mjs MODULE EVENT SECONDS_LEFT
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const cpuSeconds = () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  return (userCPUTime + systemCPUTime) / 1e6
}

/** Linux begins `maxRSS` with that of the process which started this one; `VmHWM` is this one's alone. */
const peakKb = () =>
  existsSync('/proc/self/status')
    ? Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
    : process.resourceUsage().maxRSS

const [, , module, event, secondsLeft] = process.argv
const { handler } = createRequire(import.meta.url)(module) // of a .js, Lambda tries `require` first
const importCpuSeconds = cpuSeconds()
const began = performance.now()
const result = await handler(JSON.parse(event), {
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:111122223333:function:bench',
  awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
  getRemainingTimeInMillis: () => began + secondsLeft * 1000 - performance.now(),
})
const seconds = (performance.now() - began) / 1000
const took = { seconds, importCpuSeconds, cpuSeconds: cpuSeconds() }
const residentMb = peakKb() / 1024
globalThis.gc()
const liveMb = process.memoryUsage().heapUsed / 1024 ** 2
console.log(JSON.stringify({ ...took, residentMb, liveMb, result }))
process.exit()
