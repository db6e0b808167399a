import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { version as dynalite } from 'dynalite/package.json'
import { node24 } from './node24'
import { isMet, type Part } from './part'
import { firstArchive, steadyState } from './parts/archive'
import { audits } from './parts/audits'
import { memory } from './parts/memory'
import { month } from './parts/month'
import { scale } from './parts/scale'
import { startUp } from './parts/start-up'

/** In the order of the results. */
const PARTS: Record<string, () => Promise<Part>> = {
  'first-archive': firstArchive,
  'steady-state': steadyState,
  month,
  memory,
  scale,
  'start-up': startUp,
  audits,
}
const JSON_FILE = join(__dirname, 'results.json')
const MARKDOWN_FILE = join(__dirname, 'results.md')

interface Result extends Part {
  readonly on: string
  readonly machine: string
}

/** Runs all parts, or those named, and writes their results beside those of earlier runs. */
async function main(names: string[]): Promise<void> {
  const unknown = names.filter((name) => !(name in PARTS))
  if (unknown.length > 0)
    throw new Error(
      `received ${JSON.stringify(unknown.join(' '))}, expected of ${Object.keys(PARTS).join(', ')}`,
    )
  for (const name of names.length > 0 ? names : Object.keys(PARTS)) {
    console.error(`${name} …`)
    const part = await PARTS[name]?.()
    if (part === undefined) continue
    const results: Record<string, Result> = existsSync(JSON_FILE)
      ? JSON.parse(readFileSync(JSON_FILE, 'utf8'))
      : {}
    results[name] = { ...part, on: new Date().toISOString().slice(0, 10), machine: machine() }
    console.log(section(name, results[name]))
    const inOrder = Object.keys(PARTS).flatMap((each) =>
      results[each] ? [[each, results[each]] as const] : [],
    )
    writeFileSync(JSON_FILE, `${JSON.stringify(Object.fromEntries(inOrder), null, 1)}\n`)
    writeFileSync(MARKDOWN_FILE, page(inOrder))
  }
}

function machine(): string {
  const [{ model } = { model: 'unknown' }] = cpus()
  const functionNode = execFileSync(node24(), ['--version']).toString().trim()
  return `${cpus().length} × ${model}, ${Math.round(totalmem() / 1024 ** 3)} GB, ${process.platform} ${process.arch}; contenders on Node.js ${functionNode}, servers on ${process.version}; dynalite ${dynalite}`
}

function page(results: readonly (readonly [string, Result])[]): string {
  const summary = results.flatMap(([, { title, goals }]) =>
    goals.map(
      (goal) =>
        `| ${title} | ${goal.name} | ${show(goal.value)} | ${limit(goal)} | ${isMet(goal) ? 'met' : '**not met**'} |`,
    ),
  )
  return `# Results

Written by \`npm run bench\`. [README.md](README.md) says how each figure is taken and what it does not tell. Times are ratios to what was measured in the same run.

| part | measured | result | goal | |
| --- | --- | --- | --- | --- |
${summary.join('\n')}

${results.map(([name, result]) => section(name, result)).join('\n')}`
}

function section(name: string, { title, what, columns, rows, on, machine }: Result): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return `## ${title}

${what}

${[columns, columns.map(() => '---'), ...rows].map(line).join('\n')}

\`npm run bench -- ${name}\`, ${on}, ${machine}.
`
}

function limit({ atMost, atLeast }: Part['goals'][number]): string {
  return atMost === undefined ? `≥ ${show(atLeast ?? 0)}` : `≤ ${show(atMost)}`
}

const show = (value: number): string =>
  value.toLocaleString('en-US', { maximumSignificantDigits: value < 1000 ? 3 : 15 })

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
main(process.argv.slice(2)).then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
