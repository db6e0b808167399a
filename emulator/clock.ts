/** The world's time: it can be moved, and it either stands still or flows on from where it was put. */
export class Clock {
  /** Epoch milliseconds at which `elapsed()` would be 0. */
  private origin: number

  /** @param elapsed milliseconds that have passed, counted from any fixed moment */
  private constructor(
    time: Date,
    private readonly elapsed: () => number,
  ) {
    this.origin = time.getTime() - elapsed()
  }

  /** Stands still until it is moved. */
  static frozenAt(time: Date): Clock {
    return new Clock(time, () => 0)
  }

  /**
   * Runs with real time.
   *
   * @param time where it begins; default: the real time
   */
  static flowingFrom(time: Date = new Date()): Clock {
    return new Clock(time, () => Math.floor(performance.now()))
  }

  now(): Date {
    return new Date(this.origin + this.elapsed())
  }

  set(time: Date): void {
    this.origin = time.getTime() - this.elapsed()
  }

  /** @param milliseconds negative: back */
  advance(milliseconds: number): void {
    this.origin += milliseconds
  }
}
