import prettyMilliseconds from 'pretty-ms'

/** In its two largest units, of which a day is the largest: `3d 4h`, `45s`. */
export function duration(seconds: number): string {
  const milliseconds = Math.round(seconds) * 1000
  return milliseconds === 0 ? '0s' : prettyMilliseconds(milliseconds, { unitCount: 2, hideYear: true })
}

export function secondsBetween(from: string, until: string): number {
  return (Date.parse(until) - Date.parse(from)) / 1000
}

/** An ISO 8601 time in UTC as people read it: `2026-11-22 09:30:05`. Any other text is returned unchanged. */
export function time(iso: unknown): string {
  if (typeof iso !== 'string') return ''
  return iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/, '$1 $2')
}

/** `12,345` */
export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

/** `1 session`, `2 sessions` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** `12.5 %`. Only none is `0 %`, and only all is `100 %`. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–'
  if (part === 0 || part === whole) return `${(100 * part) / whole} %`
  return `${Math.min(99.9, Math.max(0.1, (100 * part) / whole)).toFixed(1)} %`
}
