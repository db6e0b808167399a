/** What one part of the benchmark found. */
export interface Part {
  readonly title: string
  /** What was done, in a sentence. */
  readonly what: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly goals: readonly Goal[]
  /** The measurements behind the rows. */
  readonly measured: unknown
}

export interface Goal {
  readonly name: string
  readonly value: number
  readonly atMost?: number
  readonly atLeast?: number
}

export function isMet({ value, atMost = Number.POSITIVE_INFINITY, atLeast = 0 }: Goal): boolean {
  return value <= atMost && value >= atLeast
}
