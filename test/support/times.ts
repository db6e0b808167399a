export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The real time: the SDK retries a refused call if the clock of AWS is minutes away. */
export const NOW = new Date()

export const daysAgo = (days: number, now = NOW) => new Date(now.getTime() - days * DAY)
