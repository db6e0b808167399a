import type { Random } from '../../emulator/random'

/** Lets one call through at a time, and decides by chance whose turn it is: the same seed, the same order. */
export class Turnstile {
  private readonly waiting: (() => void)[] = []
  private busy = false

  constructor(private readonly random: Random) {}

  async pass<T>(call: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve)
      this.next()
    })
    try {
      return await call()
    } finally {
      this.busy = false
      this.next()
    }
  }

  private next(): void {
    if (this.busy) return
    this.busy = true
    // Whoever will ask for a turn as a result of the last call has asked by then.
    setImmediate(() => {
      if (this.waiting.length === 0) {
        this.busy = false
        return
      }
      const [turn] = this.waiting.splice(this.random.integer(0, this.waiting.length - 1), 1)
      turn?.()
    })
  }
}
