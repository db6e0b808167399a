/** The Merkle tree of RFC 6962, section 2.1. A hash is 32 bytes. */
import { createHash } from 'node:crypto'

const sha256 = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

export const leafHash = (entry: Uint8Array) => sha256(LEAF, entry)
export const nodeHash = (left: Uint8Array, right: Uint8Array) => sha256(NODE, left, right)

/**
 * The right edge of a tree: the roots of the complete subtrees that it consists of, the largest first. Their sizes
 * are the powers of two of which the tree's size is the sum. It is all that is needed to append.
 */
export type Edge = readonly Buffer[]

/** The edge after one more leaf. */
export function appendLeaf(edge: Edge, size: number, leaf: Buffer): Edge {
  const grown = [...edge]
  let hash = leaf
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    const left = grown.pop()
    if (left === undefined) throw new Error(`received an edge of ${edge.length} hashes for a tree of ${size}`)
    hash = nodeHash(left, hash)
  }
  return [...grown, hash]
}

/** How many hashes the edge of a tree of this size has. */
export function edgeLength(size: number): number {
  return [...size.toString(2)].filter((bit) => bit === '1').length
}

export function rootOfEdge(edge: Edge): Buffer {
  return edge.length === 0 ? sha256() : edge.reduceRight((right, left) => nodeHash(left, right))
}

/** A whole tree in memory: the hashes of all complete subtrees, 64 bytes a leaf. */
export class Tree {
  /** By level: the hashes of the complete subtrees of 2^level leaves. */
  private readonly levels: HashList[] = []

  get size(): number {
    return this.levels[0]?.length ?? 0
  }

  append(leaf: Buffer): void {
    let hash = leaf
    for (let level = 0; ; level++) {
      const list = this.level(level)
      list.push(hash)
      if (list.length % 2 === 1) return
      hash = nodeHash(list.at(list.length - 2), hash)
    }
  }

  /** The hash of the complete subtree `index` of 2^level leaves. */
  at(level: number, index: number): Buffer {
    return this.level(level).at(index)
  }

  /** The edge of the tree's first `size` leaves. */
  edge(size = this.size): Edge {
    const edge: Buffer[] = []
    for (let level = size.toString(2).length - 1, done = 0; level >= 0; level--) {
      const width = 2 ** level
      if (done + width > size) continue
      edge.push(this.at(level, done / width))
      done += width
    }
    return edge
  }

  /** The root of the tree's first `size` leaves. */
  root(size = this.size): Buffer {
    return rootOfEdge(this.edge(size))
  }

  /** The hashes that prove the leaf at `index` to be in the tree's first `size` leaves: RFC 6962, section 2.1.1. */
  inclusionProof(index: number, size = this.size): Buffer[] {
    return this.path(index, 0, size)
  }

  /** PATH(index, D[from:to]). */
  private path(index: number, from: number, to: number): Buffer[] {
    if (to - from <= 1) return []
    const middle = from + largestPowerBelow(to - from)
    return index < middle
      ? [...this.path(index, from, middle), this.range(middle, to)]
      : [...this.path(index, middle, to), this.range(from, middle)]
  }

  /** The root of the leaves from `from` to `to`, which is a node of the tree. */
  private range(from: number, to: number): Buffer {
    const width = to - from
    const half = largestPowerBelow(width)
    if (width === half * 2 || width === 1) return this.at(Math.log2(width), from / width)
    return nodeHash(this.range(from, from + half), this.range(from + half, to))
  }

  private level(level: number): HashList {
    const list = this.levels[level] ?? new HashList()
    this.levels[level] = list
    return list
  }
}

/** The largest power of two that is less than `n`; 1 for 1. */
function largestPowerBelow(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

const HASH_BYTES = 32

/** Many hashes, 32 bytes each. */
class HashList {
  length = 0
  private bytes = Buffer.alloc(HASH_BYTES * 64)

  push(hash: Buffer): void {
    const end = (this.length + 1) * HASH_BYTES
    if (end > this.bytes.length)
      this.bytes = Buffer.concat([this.bytes, Buffer.alloc(Math.ceil(this.bytes.length / 2))])
    hash.copy(this.bytes, end - HASH_BYTES)
    this.length += 1
  }

  at(index: number): Buffer {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new RangeError(`received ${index}, expected one of ${this.length} hashes`)
    return this.bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
  }
}

/** The root that a tree of this size has if the proof holds: RFC 9162, section 2.1.3.2. Undefined: it cannot hold. */
export function rootOfProof(
  leaf: Buffer,
  index: number,
  size: number,
  proof: readonly Buffer[],
): Buffer | undefined {
  if (index >= size) return undefined
  let [node, last, hash] = [index, size - 1, leaf]
  for (const sibling of proof) {
    if (last === 0) return undefined
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash)
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
    } else {
      hash = nodeHash(hash, sibling)
    }
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 ? hash : undefined
}

const half = (n: number) => Math.floor(n / 2)
