import type { Counts } from '../../sweep/run'

/** Shows how far a sweep is, on standard error and only on a terminal. */
export interface ProgressDisplay {
  show(progress: Counts): void
  /** Takes the display away. */
  stop(): void
}

export async function startProgress(label: string): Promise<ProgressDisplay> {
  const { default: ora } = await import('ora')
  const { stderr } = process
  // A terminal of no width, as some pipes pretend to be, would have ora draw for ever.
  const isSilent = !stderr.isTTY || !stderr.columns
  // To discard what is typed, ora takes Ctrl-C away from the terminal and then does not read it.
  const spinner = ora({ text: label, stream: stderr, isSilent, discardStdin: false }).start()
  return {
    show: (progress) => {
      spinner.text = `${label}: ${describeCounts(progress)}`
    },
    stop: () => {
      spinner.stop()
    },
  }
}

/** `2,400 seen: 2,390 archived, 0 updated, 10 unchanged, 0 rejected`. */
export function describeCounts({ Seen, Archived, Updated, Unchanged, Rejected }: Counts): string {
  const count = (value: number) => value.toLocaleString('en-US')
  return `${count(Seen)} seen: ${count(Archived)} archived, ${count(Updated)} updated, ${count(Unchanged)} unchanged, ${count(Rejected)} rejected`
}
