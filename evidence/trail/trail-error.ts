/** A file that CloudTrail did not deliver like this. */
export class TrailError extends Error {
  override readonly name = 'TrailError'
}

/** Text from a file, short and harmless. */
export function shown(received: unknown): string {
  if (Array.isArray(received)) return 'a list'
  if (typeof received === 'object' && received !== null) return 'an object' // which may be too deep to print
  const start = typeof received === 'string' ? received.slice(0, 80) : received
  return JSON.stringify(start) ?? 'nothing'
}
