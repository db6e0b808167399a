/** The middle of some values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const at = (index: number) => sorted[index] ?? Number.NaN
  return (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2
}

/** Median and range: `1.08 (1.07–1.10)` */
export function ratio(values: readonly number[]): string {
  const range = `${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)}`
  return median(values).toFixed(2) + (values.length > 1 ? ` (${range})` : '')
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
