import { createHash } from 'node:crypto'
import {
  appendLeaf,
  type Edge,
  edgeLength,
  leafHash,
  rootOfEdge,
  rootOfProof,
  Tree,
} from '../../evidence/tree'

/** Entries and roots that all implementations of RFC 6962 test with. */
const ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

test('roots are those of the known vectors, at every size, in memory and from the edge', () => {
  const tree = new Tree()
  let edge: Edge = []
  for (const [size, root] of ROOTS.entries()) {
    expect(tree.root(size).toString('hex')).toBe(root)
    expect(rootOfEdge(edge).toString('hex')).toBe(root)
    const leaf = leafHash(Buffer.from(ENTRIES[size] ?? '', 'hex'))
    edge = appendLeaf(edge, size, leaf)
    tree.append(leaf)
  }
})

/** MTH and PATH, as RFC 6962, section 2.1, writes them down. */
const split = (count: number) => 2 ** (Math.ceil(Math.log2(count)) - 1)
const hash = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
function mth(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves
  if (first === undefined) return hash()
  if (leaves.length === 1) return first
  const k = split(leaves.length)
  return hash(Buffer.of(1), mth(leaves.slice(0, k)), mth(leaves.slice(k)))
}
function path(m: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return []
  const k = split(leaves.length)
  return m < k
    ? [...path(m, leaves.slice(0, k)), mth(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), mth(leaves.slice(0, k))]
}

const LEAVES = Array.from({ length: 40 }, (_, n) => leafHash(Buffer.from(`entry ${n}`)))

test('every proof of every tree up to 40 entries is that of RFC 6962, and proves its entry alone', () => {
  const tree = new Tree()
  for (const leaf of LEAVES) tree.append(leaf)
  for (let size = 1; size <= LEAVES.length; size++) {
    const leaves = LEAVES.slice(0, size)
    const root = mth(leaves)
    expect(tree.root(size).equals(root)).toBe(true)
    expect(tree.edge(size)).toHaveLength(edgeLength(size))
    for (const [index, leaf] of leaves.entries()) {
      const proof = tree.inclusionProof(index, size)
      expect(proof).toEqual(path(index, leaves))
      expect(rootOfProof(leaf, index, size, proof)).toEqual(root)
      const proves = (...[of, at, count, hashes]: Parameters<typeof rootOfProof>) =>
        rootOfProof(of, at, count, hashes)?.equals(root) === true
      if (size === 1) continue
      expect(proves(leaf, (index + 1) % size, size, proof)).toBe(false)
      expect(proves(leaf, index, size, proof.slice(1))).toBe(false)
      expect(proves(leaf, index, size, [...proof, leaf])).toBe(false)
      expect(proves(LEAVES[(index + 1) % size] ?? leaf, index, size, proof)).toBe(false)
    }
  }
  expect(rootOfProof(LEAVES[0] ?? Buffer.alloc(0), 5, 5, [])).toBeUndefined()
})
