/** A token bucket in real time, which holds the requests of one second, and at least one. */
export class Throttle {
  private tokens = Number.POSITIVE_INFINITY
  private refilledAt = 0

  /** @param requestsPerSecond undefined: lets every request through */
  lets(requestsPerSecond: number | undefined): boolean {
    if (requestsPerSecond === undefined) return true
    const now = performance.now()
    const refill = ((now - this.refilledAt) / 1000) * requestsPerSecond
    this.refilledAt = now
    this.tokens = Math.min(Math.max(1, requestsPerSecond), this.tokens + refill)
    if (this.tokens < 1) return false
    this.tokens -= 1
    return true
  }
}
