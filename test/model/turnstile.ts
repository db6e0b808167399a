import type { Random } from '../../emulator/random'

/** Lets one call through at a time. Chance decides whose turn it is: the same seed repeats the order. */
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
    // By then, whatever the last call caused has asked for its turn.
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
