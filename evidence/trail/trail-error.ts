/** A file that CloudTrail did not deliver like this. */
export class TrailError extends Error {
  override readonly name = 'TrailError'
}

/** Text from a file, short and harmless. */
export function shown(received: unknown): string {
  const text = JSON.stringify(received) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
