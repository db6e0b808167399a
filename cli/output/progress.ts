import type { Counts } from '../../sweep/run'
import type { Io } from '../io'
import { grouped } from './format'

/** Counts of sessions. */
type Shown = Pick<Counts, 'Seen' | 'Archived' | 'Updated' | 'Unchanged' | 'Rejected'>

/** Shows how far a sweep is. */
export interface ProgressDisplay {
  show(progress: Shown): void
  /** Takes the display away. */
  stop(): void
}

/** Shows progress on standard error, if that is a terminal. */
export async function startProgress(label: string, io: Io): Promise<ProgressDisplay> {
  const { say, stop } = await startSpinner(label, io)
  return { show: (progress) => say(describeCounts(progress)), stop }
}

/** Shows, on standard error if that is a terminal, that something is going on, and how far it is. */
export async function startSpinner(label: string, { stderr }: Io) {
  // A terminal without a width, as some pipes pretend to be, would have ora draw forever.
  if (!stderr.isTTY || !stderr.columns) return { say: (_progress: string) => {}, stop: () => {} }
  const { default: ora } = await import('ora')
  // To discard what is typed, ora takes Ctrl-C away from the terminal and then does not read it.
  const spinner = ora({ text: label, stream: stderr, discardStdin: false }).start()
  return {
    say: (progress: string) => {
      spinner.text = `${label}: ${progress}`
    },
    stop: () => {
      spinner.stop()
    },
  }
}

/** `2,400 seen: 2,390 archived, 0 updated, 10 unchanged, 0 rejected` */
export function describeCounts({ Seen, Archived, Updated, Unchanged, Rejected }: Shown): string {
  return `${grouped(Seen)} seen: ${grouped(Archived)} archived, ${grouped(Updated)} updated, ${grouped(Unchanged)} unchanged, ${grouped(Rejected)} rejected`
}
