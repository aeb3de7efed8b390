// The log against RFC 9162 section 2.1: roots, shapes of proofs, and every way a small proof can be wrong.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decode, encode } from '#contracts/codec/codec.ts'
import { leafHash, nodeHash } from '#contracts/merkle/hash.ts'
import {
  appendLeaf,
  EMPTY_LOG,
  frontierRoot,
  logFrontierCodec,
  type LogFrontier,
  logRoot,
  logRootOfHashes,
  MerkleLog
} from '#contracts/merkle/log.ts'
import {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
  verifyRange
} from '#contracts/merkle/log-proof.ts'
import { bytesToHex, concatBytes, hexToBytes, uintToBytes } from '#contracts/primitives/bytes.ts'

// The leaves of the certificate transparency reference tests and the roots of their first n.
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  hexToBytes
)
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'
]

/** RFC 9162 2.1.1 word for word, on another implementation of SHA-256. */
function treeHash(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves
  if (only === undefined) return createHash('sha256').digest()
  if (leaves.length === 1) return createHash('sha256').update(Uint8Array.of(0)).update(only).digest()
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  const [left, right] = [treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k))]
  return createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest()
}

const leafData = (index: number): Uint8Array => uintToBytes(index, 4)
const leaves = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => leafData(i))

function logOf(count: number): MerkleLog {
  const log = new MerkleLog()
  for (const data of leaves(count)) log.append(data)
  return log
}

const hexes = (path: readonly Uint8Array[]): string[] => path.map(bytesToHex)

/** The byte strings that differ from this one in one bit. */
function* mutations(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const mutated = bytes.slice()
    mutated[bit >> 3] = (mutated[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    yield mutated
  }
}

const replaced = (path: readonly Uint8Array[], place: number, hash: Uint8Array): Uint8Array[] =>
  path.map((old, i) => (i === place ? hash : old))

function inclusion(log: MerkleLog, index: number, size: number): InclusionClaim {
  return { root: log.root(size), size, index, leafHash: log.leafHash(index), path: log.inclusionProof(index, size) }
}

function consistency(log: MerkleLog, firstSize: number, secondSize: number): ConsistencyClaim {
  return {
    firstSize,
    firstRoot: log.root(firstSize),
    secondSize,
    secondRoot: log.root(secondSize),
    path: log.consistencyProof(firstSize, secondSize)
  }
}

describe('roots of the log', () => {
  it('are those of the published tests for 0 to 8 leaves [PRF-1]', () => {
    const log = new MerkleLog()
    let frontier = EMPTY_LOG
    for (let size = 0; size <= LEAVES.length; size++) {
      expect(bytesToHex(log.root())).toBe(ROOTS[size])
      expect(bytesToHex(frontierRoot(frontier))).toBe(ROOTS[size])
      expect(bytesToHex(logRoot(LEAVES.slice(0, size)))).toBe(ROOTS[size])
      const next = LEAVES[size]
      if (next === undefined) break
      expect(log.append(next)).toBe(size)
      frontier = appendLeaf(frontier, next)
    }
  })

  it('follow the definition for every size to 70, now and looked at later [PRF-1]', () => {
    const log = logOf(70)
    let frontier = EMPTY_LOG
    for (let size = 0; size <= 70; size++) {
      const expected = bytesToHex(treeHash(leaves(size)))
      expect(bytesToHex(log.root(size))).toBe(expected)
      expect(bytesToHex(frontierRoot(frontier))).toBe(expected)
      expect(hexes(log.frontier(size).peaks)).toEqual(hexes(frontier.peaks))
      expect(bytesToHex(logRootOfHashes(leaves(size).map(leafHash)))).toBe(expected)
      frontier = appendLeaf(frontier, leafData(size))
    }
  })

  it('an appended frontier leaves the old one as it was', () => {
    const before = logOf(7).frontier()
    const root = bytesToHex(frontierRoot(before))
    appendLeaf(before, leafData(7))
    expect(bytesToHex(frontierRoot(before))).toBe(root)
  })
})

describe('shapes of the example in RFC 6962 2.1.3', () => {
  const log = logOf(7)
  const [a, b, c, d, e, f, j] = leaves(7).map(leafHash) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array
  ]
  const [g, h, i] = [nodeHash(a, b), nodeHash(c, d), nodeHash(e, f)]
  const [k, l] = [nodeHash(g, h), nodeHash(i, j)]

  it('inclusion proofs of leaves 0, 3, 4 and 6', () => {
    expect(hexes(log.inclusionProof(0))).toEqual(hexes([b, h, l]))
    expect(hexes(log.inclusionProof(3))).toEqual(hexes([c, g, l]))
    expect(hexes(log.inclusionProof(4))).toEqual(hexes([f, j, k]))
    expect(hexes(log.inclusionProof(6))).toEqual(hexes([i, k]))
  })

  it('consistency proofs of 3, 4 and 6 leaves with 7', () => {
    expect(hexes(log.consistencyProof(3))).toEqual(hexes([c, d, g, l]))
    expect(hexes(log.consistencyProof(4))).toEqual(hexes([l]))
    expect(hexes(log.consistencyProof(6))).toEqual(hexes([i, j, k]))
  })
})

describe('inclusion', () => {
  const log = logOf(40)

  it('of every leaf in every size to 40 is proved, and of no other leaf or index [PRF-1, HASH-1]', () => {
    for (let size = 1; size <= 40; size++) {
      for (let index = 0; index < size; index++) {
        const claim = inclusion(log, index, size)
        expect(verifyInclusion(claim)).toBe(true)
        for (let other = 0; other < size; other++) {
          if (other !== index && verifyInclusion({ ...claim, index: other }))
            expect.fail(`${index} as ${other} of ${size}`)
        }
        expect(verifyInclusion({ ...claim, leafHash: leafHash(leafData(1000)) })).toBe(false)
        expect(verifyInclusion({ ...claim, path: [...claim.path, claim.root] })).toBe(false)
        expect(verifyInclusion({ ...claim, path: claim.path.slice(1) }) && claim.path.length > 0).toBe(false)
        expect(verifyInclusion({ ...claim, path: claim.path.slice(0, -1) }) && claim.path.length > 0).toBe(false)
      }
    }
  })

  it('fails on every changed bit of root, leaf and path', () => {
    for (const [index, size] of [
      [0, 1],
      [2, 3],
      [4, 7],
      [6, 7],
      [7, 8]
    ] as const) {
      const claim = inclusion(log, index, size)
      for (const root of mutations(claim.root)) expect(verifyInclusion({ ...claim, root })).toBe(false)
      for (const hash of mutations(claim.leafHash)) expect(verifyInclusion({ ...claim, leafHash: hash })).toBe(false)
      claim.path.forEach((old, place) => {
        for (const hash of mutations(old)) {
          expect(verifyInclusion({ ...claim, path: replaced(claim.path, place, hash) })).toBe(false)
        }
      })
    }
  })

  it('is refused, not thrown over, for numbers and paths no honest peer sends [PRF-5]', () => {
    const claim = inclusion(log, 4, 7)
    for (const bad of [
      Number.NaN,
      -1,
      0.5,
      Number.POSITIVE_INFINITY,
      2 ** 53,
      2 ** 60,
      '4' as never,
      undefined as never
    ]) {
      expect(verifyInclusion({ ...claim, index: bad })).toBe(false)
      expect(verifyInclusion({ ...claim, size: bad })).toBe(false)
    }
    expect(verifyInclusion({ ...claim, size: 0 })).toBe(false)
    expect(verifyInclusion({ ...claim, index: 7 })).toBe(false)
    expect(verifyInclusion({ ...claim, path: new Array(100_000).fill(claim.root) })).toBe(false)
    expect(verifyInclusion({ ...claim, size: Number.MAX_SAFE_INTEGER, path: new Array(53).fill(claim.root) })).toBe(
      false
    )
    expect(verifyInclusion({ ...claim, path: [new Uint8Array(31), ...claim.path.slice(1)] })).toBe(false)
    expect(verifyInclusion({ ...claim, path: null as never })).toBe(false)
    expect(verifyInclusion({ ...claim, root: new Uint8Array(0) })).toBe(false)
    expect(verifyInclusion({ ...claim, leafHash: 'x' as never })).toBe(false)
  })

  it('is of a leaf within the size, at the depth the size gives, even where root and path fit together', () => {
    const claim = inclusion(log, 0, 1)
    expect(verifyInclusion({ ...claim, index: 1 })).toBe(false)
    const stray = leafHash(leafData(77))
    for (const [index, size] of [
      [0, 1],
      [4, 7],
      [7, 8]
    ] as const) {
      const honest = inclusion(log, index, size)
      const deeper = { ...honest, root: nodeHash(stray, honest.root), path: [...honest.path, stray] }
      expect(verifyInclusion(deeper)).toBe(false)
    }
  })

  it('looks at no hash of a path that is too long for any log', () => {
    const claim = inclusion(log, 4, 7)
    const path = new Array<Uint8Array>(100_000)
    Object.defineProperty(path, 0, { get: () => expect.fail('looked') })
    expect(verifyInclusion({ ...claim, path })).toBe(false)
  })

  it('of the zero hash is never valid, even where it is the root itself [HASH-1]', () => {
    const zero = new Uint8Array(32)
    expect(verifyInclusion({ root: zero, size: 1, index: 0, leafHash: zero, path: [] })).toBe(false)
  })
})

describe('ranges', () => {
  const log = logOf(21)
  const hashes = leaves(21).map(leafHash)

  it('of leaves are proved for every size to 21, and nothing beside them [CLM-5]', () => {
    for (let size = 1; size <= 21; size++) {
      for (let start = 0; start < size; start++) {
        for (let end = start + 1; end <= size; end++) {
          const claim = {
            root: log.root(size),
            size,
            start,
            leafHashes: hashes.slice(start, end),
            path: log.rangeProof(start, end, size)
          }
          if (!verifyRange(claim)) expect.fail(`[${start}, ${end}) of ${size}`)
          const wrong = [
            { ...claim, start: start + 1 },
            { ...claim, start: start - 1 },
            { ...claim, leafHashes: claim.leafHashes.slice(1) },
            { ...claim, leafHashes: [...claim.leafHashes, claim.root] },
            { ...claim, path: [...claim.path, claim.root] },
            {
              ...claim,
              leafHashes: replaced(claim.leafHashes, end - start - 1, claim.root).map(h =>
                h === claim.root ? leafHash(h) : h
              )
            }
          ]
          wrong.forEach((bad, which) => {
            if (verifyRange(bad)) expect.fail(`[${start}, ${end}) of ${size} with fault ${which}`)
          })
          if (claim.path.length > 0) expect(verifyRange({ ...claim, path: claim.path.slice(1) })).toBe(false)
        }
      }
    }
  })

  it('with hostile numbers are refused [PRF-5]', () => {
    const claim = { root: log.root(), size: 21, start: 3, leafHashes: hashes.slice(3, 5), path: log.rangeProof(3, 5) }
    expect(verifyRange(claim)).toBe(true)
    for (const bad of [Number.NaN, -1, 1.5, Number.MAX_SAFE_INTEGER, 2 ** 60]) {
      expect(verifyRange({ ...claim, start: bad })).toBe(false)
      expect(verifyRange({ ...claim, size: bad })).toBe(false)
    }
    expect(verifyRange({ ...claim, leafHashes: [] })).toBe(false)
    expect(verifyRange({ ...claim, leafHashes: null as never })).toBe(false)
  })
})

describe('consistency', () => {
  const log = logOf(40)

  it('of every pair of sizes to 40 is proved, and of no other first size [PRF-1]', () => {
    for (let second = 0; second <= 40; second++) {
      for (let first = 0; first <= second; first++) {
        const claim = consistency(log, first, second)
        if (!verifyConsistency(claim)) expect.fail(`${first} in ${second}`)
        expect(verifyConsistency({ ...claim, path: [...claim.path, claim.secondRoot] })).toBe(false)
        if (claim.path.length > 0) expect(verifyConsistency({ ...claim, path: claim.path.slice(1) })).toBe(false)
        if (claim.path.length > 0) expect(verifyConsistency({ ...claim, path: claim.path.slice(0, -1) })).toBe(false)
        if (first !== second) {
          expect(verifyConsistency({ ...claim, firstRoot: log.root(first === 39 ? 38 : first + 1) })).toBe(false)
          expect(verifyConsistency({ ...claim, firstSize: second, secondSize: first })).toBe(false)
        }
      }
    }
  })

  it('fails for a log that was rewritten before its first size', () => {
    const forked = new MerkleLog()
    for (let i = 0; i < 20; i++) forked.append(leafData(i === 4 ? 99 : i))
    for (let first = 5; first < 20; first++) {
      const claim = { ...consistency(forked, first, 20), firstRoot: log.root(first) }
      expect(verifyConsistency(claim)).toBe(false)
    }
    expect(verifyConsistency({ ...consistency(forked, 4, 20), firstRoot: log.root(4) })).toBe(true)
  })

  it('fails on every changed bit of roots and path', () => {
    for (const [first, second] of [
      [1, 2],
      [3, 7],
      [4, 7],
      [6, 7],
      [6, 8],
      [0, 3],
      [5, 5]
    ] as const) {
      const claim = consistency(log, first, second)
      for (const root of mutations(claim.firstRoot))
        expect(verifyConsistency({ ...claim, firstRoot: root })).toBe(false)
      claim.path.forEach((old, place) => {
        for (const hash of mutations(old)) {
          expect(verifyConsistency({ ...claim, path: replaced(claim.path, place, hash) })).toBe(false)
        }
      })
      if (first === 0) continue
      for (const root of mutations(claim.secondRoot))
        expect(verifyConsistency({ ...claim, secondRoot: root })).toBe(false)
    }
  })

  it('is refused, not thrown over, for numbers and paths no honest peer sends [PRF-5]', () => {
    const claim = consistency(log, 3, 7)
    for (const bad of [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, 2 ** 53, 2 ** 60, undefined as never]) {
      expect(verifyConsistency({ ...claim, firstSize: bad })).toBe(false)
      expect(verifyConsistency({ ...claim, secondSize: bad })).toBe(false)
    }
    expect(verifyConsistency({ ...claim, path: new Array(100_000).fill(claim.firstRoot) })).toBe(false)
    expect(verifyConsistency({ ...claim, path: [] })).toBe(false)
    expect(verifyConsistency({ ...claim, path: undefined as never })).toBe(false)
    expect(verifyConsistency({ ...claim, firstRoot: new Uint8Array(3) })).toBe(false)
    expect(verifyConsistency({ ...consistency(log, 0, 0), firstRoot: log.root(1), secondRoot: log.root(1) })).toBe(
      false
    )
    expect(verifyConsistency({ ...consistency(log, 0, 3), firstRoot: log.root(1) })).toBe(false)
  })
})

describe('the codec of a frontier', () => {
  it('gives back every frontier to 40', () => {
    const log = logOf(40)
    for (let size = 0; size <= 40; size++) {
      const decoded = decode(logFrontierCodec, encode(logFrontierCodec, log.frontier(size)), 10_000)
      expect(decoded).toMatchObject({ ok: true, value: { size } })
      if (decoded.ok) expect(bytesToHex(frontierRoot(decoded.value))).toBe(bytesToHex(log.root(size)))
    }
  })

  it('refuses a number of peaks that does not fit the size, and peaks that are no hashes', () => {
    const loose = (size: number, peaks: readonly Uint8Array[]): Uint8Array => {
      const packed = peaks.map(peak => concatBytes(Uint8Array.of(0x58, peak.length), peak))
      return concatBytes(Uint8Array.of(0x82, size, 0x80 + peaks.length), ...packed)
    }
    const peak = leafData(1)
    const hash = leafHash(peak)
    expect(decode(logFrontierCodec, loose(3, [hash, hash]), 1000).ok).toBe(true)
    expect(decode(logFrontierCodec, loose(3, [hash]), 1000)).toMatchObject({ ok: false, code: 'E_SCHEMA' })
    expect(decode(logFrontierCodec, loose(3, [hash, hash, hash]), 1000)).toMatchObject({ ok: false, code: 'E_SCHEMA' })
    expect(decode(logFrontierCodec, loose(0, [hash]), 1000)).toMatchObject({ ok: false, code: 'E_SCHEMA' })
    expect(decode(logFrontierCodec, loose(3, [hash, new Uint8Array(32)]), 1000)).toMatchObject({
      ok: false,
      code: 'E_SCHEMA'
    })
    expect(decode(logFrontierCodec, loose(3, [hash, concatBytes(hash, peak)]), 1000)).toMatchObject({
      ok: false,
      code: 'E_SCHEMA'
    })
    expect(decode(logFrontierCodec, Uint8Array.of(0x80), 1000)).toMatchObject({ ok: false, code: 'E_SCHEMA' })
    const short: LogFrontier = { size: 3, peaks: [hash] }
    expect(() => encode(logFrontierCodec, short)).toThrow()
  })
})
