/** The middle of some values, and the ends of their range. */
export function spread(values: readonly number[]): { median: number; least: number; most: number } {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const at = (index: number) => sorted[index] ?? Number.NaN
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  }
}

export const median = (values: readonly number[]): number => spread(values).median

/** `1.08 (1.07–1.10)` */
export function ratio(values: readonly number[]): string {
  const { median, least, most } = spread(values)
  const digits = median < 10 ? 2 : 1
  const range = values.length > 1 ? ` (${least.toFixed(digits)}–${most.toFixed(digits)})` : ''
  return `${median.toFixed(digits)}${range}`
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
