import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from './clock'
import { invalidNextToken, type ServiceError } from './errors'
import type { Faults } from './faults'
import type { Position } from './world'

/** Four doubles: serial number, issue time in epoch milliseconds, and a position's two numbers. */
const PAYLOAD_BYTES = 32

/**
 * Opaque tokens that say where the next page begins. No two are the same. A secret of this process seals each together
 * with its purpose.
 */
export class PageTokens {
  private readonly secret = randomBytes(32)
  private issued = 0

  /**
   * @param clock by which tokens expire
   * @param refusal of a token
   */
  constructor(
    private readonly clock: Clock,
    private readonly faults: Pick<Faults, 'tokenLifetimeSeconds'>,
    private readonly refusal: () => ServiceError = invalidNextToken,
  ) {}

  /** @param purpose {@link redeem} needs the same */
  issue({ startedAt, sequence }: Position, purpose: string): string {
    this.issued += 1
    const payload = Buffer.alloc(PAYLOAD_BYTES)
    payload.writeDoubleBE(this.issued, 0)
    payload.writeDoubleBE(this.clock.now().getTime(), 8)
    payload.writeDoubleBE(startedAt, 16)
    payload.writeDoubleBE(sequence, 24)
    return this.seal(payload, purpose)
  }

  /** @throws ServiceError the refusal, by default InvalidNextToken, if it was not issued here, was issued for another purpose, or is too old */
  redeem(token: string, purpose: string): Position {
    const payload = Buffer.from(token, 'base64url').subarray(0, PAYLOAD_BYTES)
    const genuine = payload.length === PAYLOAD_BYTES && token === this.seal(payload, purpose)
    if (!genuine || this.isExpired(payload)) throw this.refusal()
    return { startedAt: payload.readDoubleBE(16), sequence: payload.readDoubleBE(24) }
  }

  private isExpired(payload: Buffer): boolean {
    const { tokenLifetimeSeconds = Number.POSITIVE_INFINITY } = this.faults
    return (this.clock.now().getTime() - payload.readDoubleBE(8)) / 1000 > tokenLifetimeSeconds
  }

  private seal(payload: Buffer, purpose: string): string {
    const seal = createHmac('sha256', this.secret).update(payload).update(purpose).digest()
    return Buffer.concat([payload, seal]).toString('base64url')
  }
}
