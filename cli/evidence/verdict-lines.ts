import type { Judgement, Verification } from '../../evidence/verdict'
import { printable } from '../output/printable'

/** Both verdicts, why, and what they rest on: lines for a terminal. */
export function describeVerdicts({ unaltered, complete, basis }: Verification): string {
  return [
    ...judgement('unaltered', unaltered),
    ...judgement('complete', complete),
    ...basis.map((line) => `  ${line}`),
  ]
    .map((line) => `${printable(line)}\n`)
    .join('')
}

function judgement(name: string, { verdict, against, missing }: Judgement): string[] {
  return [
    `${name.padEnd(10)} ${verdict}`,
    ...against.map((line) => `  against: ${line}`),
    ...missing.map((line) => `  missing: ${line}`),
  ]
}
