import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyBundle } from '../../evidence/verify'

/** Verifies a bundle by a key, and prints what that took. */
async function main([bundle = '', key = '']: readonly string[]): Promise<void> {
  const began = performance.now()
  const { unaltered, complete } = await verifyBundle(bundle, { key })
  const seconds = (performance.now() - began) / 1000
  if (unaltered.verdict !== 'proven' || complete.verdict !== 'proven')
    throw new Error(JSON.stringify({ unaltered, complete }))
  const { user, system } = process.cpuUsage()
  const [, peak] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  let records = 0
  for await (const chunk of createReadStream(join(bundle, 'records.jsonl'), 'latin1'))
    records += String(chunk).split('\n').length - 1
  console.log(
    JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, peakMb: Number(peak) / 1024, records }),
  )
}

void main(process.argv.slice(2))
