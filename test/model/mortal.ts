import type { ModelSweep } from './history'
import type { Turnstile } from './turnstile'

type Handler = (args: never) => Promise<never>

/** A process that may be killed. Its network calls wait for their turn; once it is dead, it hears no answer. */
export class Mortal {
  calls = 0
  /** Settles at its death. */
  readonly death: Promise<undefined>
  private isDead = false
  private die: () => void = () => {}

  constructor(
    private readonly fate: ModelSweep,
    private readonly turnstile: Turnstile,
    private readonly beforeCall: () => void,
  ) {
    this.death = new Promise((resolve) => {
      this.die = () => resolve(undefined)
    })
  }

  /** Middleware for the SDK's step `initialize`. */
  readonly gate =
    (next: Handler): Handler =>
    async (args) => {
      const answer = await this.turnstile.pass(() => this.call(() => next(args)))
      if (answer === undefined) return new Promise(() => {})
      if ('error' in answer) throw answer.error
      return answer.value
    }

  private async call<T>(send: () => Promise<T>): Promise<{ value: T } | { error: unknown } | undefined> {
    if (this.isDead) return undefined
    const { killedAfter = Number.POSITIVE_INFINITY, killedWithEffect } = this.fate
    this.calls += 1
    this.isDead = this.calls > killedAfter
    if (this.isDead && !killedWithEffect) {
      this.die()
      return undefined
    }
    this.beforeCall()
    const answer = await send().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    if (!this.isDead) return answer
    this.die() // not before: what it was shown last, it was shown in its life
    return undefined
  }
}
