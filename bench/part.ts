/** What one part of the benchmark found. */
export interface Part {
  readonly title: string
  /** What was done, in a few sentences. */
  readonly what: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly goals: readonly Goal[]
}

interface Goal {
  readonly name: string
  readonly value: number
  readonly atMost: number
}

/** The file of results, in Markdown. */
export function page(parts: readonly Part[], machine: string): string {
  const goals = parts.flatMap(({ title, goals }) =>
    goals.map(({ name, value, atMost }) => [
      title,
      name,
      show(value),
      `≤ ${show(atMost)}`,
      value <= atMost ? 'met' : '**not met**',
    ]),
  )
  return `# Results

Written by \`npm run bench\`. [README.md](README.md) says how each figure is taken and what it does not tell.

${table(['part', 'measured', 'result', 'goal', ''], goals)}

${machine}

${parts.map(section).join('\n')}`
}

export function section({ title, what, columns, rows }: Part): string {
  return `## ${title}\n\n${what}\n\n${table(columns, rows)}\n`
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function show(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 })
}
