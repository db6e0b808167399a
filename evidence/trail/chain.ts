import type { Digest } from './digest'
import { isSigned, type PublicKey } from './keys'

/** What is found about a digest. Undefined: nothing is wrong. */
export interface Flaw {
  readonly kind: 'against' | 'missing'
  readonly text: string
}

export interface CheckedDigest {
  readonly digest: Digest
  readonly flaw: Flaw | undefined
}

/**
 * Checks the digests of a chain: each is signed by CloudTrail, and is the one that the next of them follows.
 *
 * A digest that is not signed is not believed, but its copy of the signature before may be right.
 *
 * @param readSignature that is beside a digest. Undefined: there is none
 * @returns oldest first
 */
export async function checkChain(
  digests: readonly Digest[],
  keys: readonly PublicKey[],
  readSignature: (digest: Digest) => Promise<string | undefined>,
): Promise<CheckedDigest[]> {
  const copies = copiesOfSignatures(digests)
  const checked: CheckedDigest[] = []
  let next: Digest | undefined
  const newestFirst = digests.toSorted((a, b) => Date.parse(b.until) - Date.parse(a.until))
  for (const digest of newestFirst) {
    const beside = await readSignature(digest)
    const signatures = [...(copies.get(digest.object) ?? []), ...(beside === undefined ? [] : [beside])]
    const flaw = flawOfSignature(digest, signatures, keys) ?? (next && flawOfLink(digest, next, keys))
    checked.unshift({ digest, flaw })
    if (flaw === undefined) next = digest
  }
  return checked
}

function flawOfSignature(
  digest: Digest,
  signatures: readonly string[],
  keys: readonly PublicKey[],
): Flaw | undefined {
  const results = signatures.map((signature) => isSigned(digest, signature, keys))
  if (results.includes(true)) return undefined
  if (results.length === 0)
    return missing(`its signature, in the digest that follows or in ${digest.object}.sig`)
  if (results.includes(undefined)) return missing(`the public key ${digest.fingerprint} for its time`)
  return against('its signature is not that of CloudTrail')
}

/** @param next which is signed */
function flawOfLink(digest: Digest, next: Digest, keys: readonly PublicKey[]): Flaw | undefined {
  if (next.from < digest.until) return against(`it ends after ${next.object} begins`)
  const { previous } = next
  if (previous?.object !== digest.object) {
    if (next.from > digest.until) return undefined // a gap
    if (previous === undefined) return missing(`a link to it: ${next.object} follows no digest`)
    return against(`it is not the one that ${next.object} follows`)
  }
  const isSame =
    previous.bucket === digest.bucket &&
    previous.hash === digest.hash &&
    isSigned(digest, previous.signature, keys) === true
  return isSame ? undefined : against(`it is not as it was when ${next.object} followed it`)
}

/** Of each digest, the signatures in those that follow it. */
function copiesOfSignatures(digests: readonly Digest[]): Map<string, string[]> {
  const copies = new Map<string, string[]>()
  for (const { previous } of digests)
    if (previous !== undefined)
      copies.set(previous.object, [...(copies.get(previous.object) ?? []), previous.signature])
  return copies
}

function against(text: string): Flaw {
  return { kind: 'against', text }
}

function missing(text: string): Flaw {
  return { kind: 'missing', text }
}
