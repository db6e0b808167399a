/** The world's time, which can be moved. Between moves it either stands still or flows. */
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
   * @param time when it begins; default: the real time
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

  /** @param milliseconds negative to move back */
  advance(milliseconds: number): void {
    this.origin += milliseconds
  }
}
