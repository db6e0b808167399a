import { Command } from 'commander'
import { seed, wholeNumber } from '../parsers'

export interface DemoFlags {
  readonly sessions: number
  readonly seed: number
}

export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'See the whole story in about ten seconds: archived, forgotten by AWS, still answered. Needs nothing.',
    )
    .option('--sessions <n>', 'sessions of the month', wholeNumber(1, 100_000), 5000)
    .option('--seed <n>', 'another month', seed, 1)
    .action(async (flags: DemoFlags) => (require('../demo') as typeof import('../demo')).demo(flags))
}
