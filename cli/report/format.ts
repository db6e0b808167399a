const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/** In the two largest units that it has: `2 d 3 h`, `45 s`. */
export function duration(seconds: number): string {
  if (seconds < 0) return `−${duration(-seconds)}`
  const whole = Math.round(seconds)
  const first = UNITS.findIndex(([, size]) => whole >= size)
  if (first === -1) return '0 s'
  const parts: string[] = []
  let rest = whole
  for (const [unit, size] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${grouped(count)} ${unit}`)
  }
  return parts.join(' ')
}

/** `12,345` */
export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

/** `1 session`, `2 sessions` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** `12.5 %` */
export function share(part: number, whole: number): string {
  if (whole === 0) return '–'
  const percent = (100 * part) / whole
  const isWhole = part === 0 || part === whole
  return `${isWhole ? percent : Math.min(99.9, Math.max(0.1, percent)).toFixed(1)} %`
}

/** ISO 8601, UTC, as people read it: `2026-11-22 09:30:05`. Anything else is left as it is. */
export function time(iso: string): string {
  return iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/, '$1 $2')
}

export function secondsBetween(from: string, until: string): number {
  return (Date.parse(until) - Date.parse(from)) / 1000
}

/** A member of a record as text: empty where it is absent. */
export function memberText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
