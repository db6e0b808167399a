import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { evidence } from './evidence'
import { node24 } from './node24'
import { organization } from './organization'
import { type Part, page, section } from './part'
import { firstArchive, steadyState } from './race'
import { lateFilters, scale } from './scale'
import { startUp } from './start-up'

const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  'first-archive': firstArchive,
  'steady-state': steadyState,
  scale,
  organization,
  evidence,
  'start-up': startUp,
  'late-filters': lateFilters,
}
/** Not measured unless it is asked for: it takes as long as the others together. */
const ONLY_BY_NAME = 'late-filters'

/** Runs the parts with these names, or all usual ones; `scale` is of one source and of many: only then are the results written to their file. */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !(name in PARTS))
  if (unknown.length > 0)
    throw new Error(`received ${JSON.stringify(unknown)}, expected some of ${Object.keys(PARTS).join(', ')}`)
  const asked = names.includes('scale') ? [...names, 'organization'] : names
  const parts: Part[] = []
  for (const [name, measure] of Object.entries(PARTS)) {
    if (names.length > 0 ? !asked.includes(name) : name === ONLY_BY_NAME) continue
    const part = await measure()
    console.log(section(part))
    parts.push(part)
  }
  if (names.length === 0) writeFileSync(join(__dirname, 'results.md'), page(parts, machine()))
}

function machine(): string {
  const [{ model } = { model: 'unknown' }] = cpus()
  const version = execFileSync(node24(), ['--version']).toString().trim()
  const date = new Date().toISOString().slice(0, 10)
  return `${date}, ${cpus().length} × ${model}, ${Math.round(totalmem() / 1024 ** 3)} GB, ${process.platform} ${process.arch}; contenders on Node.js ${version}, servers on ${process.version}.`
}

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
main(process.argv.slice(2)).then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
