import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { skipN } from 'pure-rand/utils/skipN'

/** Random draws that a seed repeats, on any machine. */
export class Random {
  private readonly source

  /** @param seed an integer of 32 bits */
  constructor(seed: number) {
    this.source = xoroshiro128plus(seed)
    // The first draws of small seeds are much alike.
    skipN(this.source, 64)
  }

  /** From 0 to below 1. */
  fraction(): number {
    return uniformFloat64(this.source)
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** Both bounds inclusive. */
  integer(from: number, to: number): number {
    return uniformInt(this.source, from, to)
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(0, items.length - 1)]
    if (item === undefined) throw new RangeError('got an empty list, expected something to pick from')
    return item
  }

  /** Log-normally distributed: `median` in the middle, a long tail above. */
  logNormal(median: number, sigma: number): number {
    const standardNormal =
      Math.sqrt(-2 * Math.log(1 - this.fraction())) * Math.cos(2 * Math.PI * this.fraction())
    return median * Math.exp(sigma * standardNormal)
  }

  /**
   * Digits and lowercase letters.
   *
   * @param radix 16 for hexadecimal, 36 for all letters
   */
  text(length: number, radix: 16 | 36): string {
    // Six digits at a time fit the generator's 32 bits.
    const digits = Math.min(length, 6)
    const head = this.integer(0, radix ** digits - 1)
      .toString(radix)
      .padStart(digits, '0')
    return digits === length ? head : head + this.text(length - digits, radix)
  }
}
