// Laws of the log for any sizes and any hostile claim.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { appendLeaf, EMPTY_LOG, frontierRoot, MerkleLog } from '#contracts/merkle/log.ts'
import { verifyConsistency, verifyInclusion, verifyRange } from '#contracts/merkle/log-proof.ts'
import { bytesToHex, uintToBytes } from '#contracts/primitives/bytes.ts'

const LARGEST = 700
const log = new MerkleLog()
for (let i = 0; i < LARGEST; i++) log.append(uintToBytes(i, 4))
const sizes = fc.integer({ min: 1, max: LARGEST })

it('a frontier resumed anywhere reaches the root of the whole log [PRF-1]', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 60 }), (size, more) => {
      const end = Math.min(LARGEST, size + more)
      let frontier = size === 0 ? EMPTY_LOG : log.frontier(size)
      for (let i = size; i < end; i++) frontier = appendLeaf(frontier, uintToBytes(i, 4))
      expect(bytesToHex(frontierRoot(frontier))).toBe(bytesToHex(log.root(end)))
    })
  )
})

it('inclusion, ranges and consistency hold for any sizes', () => {
  fc.assert(
    fc.property(sizes, sizes, sizes, (a, b, c) => {
      const [first, middle, size] = [a, b, c].sort((x, y) => x - y) as [number, number, number]
      const root = log.root(size)
      const index = first - 1
      const path = log.inclusionProof(index, size)
      expect(verifyInclusion({ root, size, index, leafHash: log.leafHash(index), path })).toBe(true)
      const leafHashes = Array.from({ length: middle - index }, (_, i) => log.leafHash(index + i))
      const range = { root, size, start: index, leafHashes, path: log.rangeProof(index, middle, size) }
      expect(verifyRange(range)).toBe(true)
      const consistency = {
        firstSize: middle,
        firstRoot: log.root(middle),
        secondSize: size,
        secondRoot: root,
        path: log.consistencyProof(middle, size)
      }
      expect(verifyConsistency(consistency)).toBe(true)
    })
  )
})

it('no claim of any shape makes a verifier throw or is believed by chance [PRF-5]', () => {
  const number = fc.oneof(fc.integer(), fc.double(), fc.maxSafeNat(), fc.constantFrom(Number.NaN, 2 ** 53, -0))
  const hash = fc.oneof(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.uint8Array({ maxLength: 40 }),
    fc.anything()
  )
  const path = fc.oneof(fc.array(hash, { maxLength: 120 }), fc.anything())
  fc.assert(
    fc.property(number, number, hash, hash, path, (n, m, h, g, p) => {
      const [root, leafHash, hashes] = [h as Uint8Array, g as Uint8Array, p as Uint8Array[]]
      fc.pre(!(h instanceof Uint8Array && g instanceof Uint8Array && bytesToHex(h) === bytesToHex(g)))
      expect(verifyInclusion({ root, size: n, index: m, leafHash, path: hashes })).toBe(false)
      expect(verifyRange({ root, size: n, start: m, leafHashes: hashes, path: [leafHash] })).toBe(false)
      const consistency = { firstSize: n, firstRoot: root, secondSize: m, secondRoot: leafHash, path: hashes }
      expect(verifyConsistency(consistency)).toBe(false)
    }),
    { numRuns: 500 }
  )
})
