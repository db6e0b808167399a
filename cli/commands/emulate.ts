import { Command } from 'commander'
import { positiveNumber, probability, seed, time, wholeNumber } from '../parsers'

export interface EmulateFlags {
  readonly port: number
  readonly sessions?: readonly string[]
  readonly generate?: number
  readonly seed: number
  readonly clock?: Date
  readonly latency: number
  readonly throttle?: number
  readonly throttleBurst?: number
  readonly errorRate: number
  readonly resetRate: number
  readonly shortPageRate: number
  readonly emptyPageRate: number
  readonly repeatTokenRate: number
  readonly tokenLifetime: number
}

/** Milliseconds; Node.js makes of a longer one one of 1 ms. */
const LONGEST_TIMER = 2 ** 31 - 1

export function emulateCommand(): Command {
  return new Command('emulate')
    .description('Serve DescribeSessions from this machine until interrupted.')
    .option('--port <n>', 'port on 127.0.0.1; 0 for any free one', wholeNumber(0, 65535), 8000)
    .option('--sessions <file...>', 'sessions as `aws ssm describe-sessions --output json` prints them')
    .option('--generate <n>', 'or a made-up month of n sessions', wholeNumber(0, 1_000_000))
    .option('--seed <n>', 'of the made-up month and of the faults', seed, 1)
    .option('--clock <time>', 'time at which the emulator begins (default: now); PUT /clock moves it', time)
    .option('--latency <ms>', 'milliseconds before every answer', wholeNumber(0, LONGEST_TIMER), 0)
    .option('--throttle <rate>', 'requests a second before ThrottlingException', positiveNumber)
    .option('--throttle-burst <n>', 'requests at once before that (default: the rate)', wholeNumber(1))
    .option('--error-rate <p>', 'probability of InternalServerError', probability, 0)
    .option('--reset-rate <p>', 'probability of a reset connection', probability, 0)
    .option('--short-page-rate <p>', 'probability of a page shorter than asked for', probability, 0)
    .option('--empty-page-rate <p>', 'probability of an empty page with a token', probability, 0)
    .option('--repeat-token-rate <p>', 'probability that a token is given again', probability, 0)
    .option(
      '--token-lifetime <s>',
      'seconds after which a token is refused (default: never)',
      positiveNumber,
      Number.POSITIVE_INFINITY,
    )
    .addHelpText(
      'after',
      `
Examples:
  session-archive emulate --generate 5000
  session-archive emulate --sessions active.json history.json --clock 2024-02-21T18:00:00Z
  curl -X PUT http://127.0.0.1:8000/clock -d 2026-12-25T00:00:00Z`,
    )
    .action(async (flags: EmulateFlags, command: Command) => {
      if ((flags.sessions === undefined) === (flags.generate === undefined))
        command.error("error: expected one of '--sessions <file...>' and '--generate <n>'")
      const { emulate } = require('../emulate') as typeof import('../emulate')
      await emulate(flags)
    })
}
