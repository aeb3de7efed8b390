// Published vectors of the log of RFC 9162 2.1 (the eight leaves that implementations of Certificate Transparency test with):
// roots, paths, and every way of changing a proof that must make it fail [PRF-1, PRF-5, HASH-1].
import { describe, expect, it } from 'vitest'
import { leafHash } from '#contracts/merkle/hash.ts'
import { MerkleLog } from '#contracts/merkle/log.ts'
import {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion
} from '#contracts/merkle/log-proof.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { present } from '#contracts/primitives/verdict.ts'

const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
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
].map(hexToBytes)
const A = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7'
const B = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e'
const C = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4'
const D = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b'
const E = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0'
const F = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a'
const ROOT_1 = bytesToHex(present(ROOTS[1], 'a root'))
const ROOT_2 = bytesToHex(present(ROOTS[2], 'a root'))
const ROOT_4 = bytesToHex(present(ROOTS[4], 'a root'))

/** Index, size, path. */
const INCLUSION: readonly (readonly [index: number, size: number, path: readonly string[]])[] = [
  [0, 1, []],
  [0, 8, [A, B, C]],
  [5, 8, [D, E, ROOT_4]],
  [2, 3, [ROOT_2]],
  [1, 5, [ROOT_1, B, D]]
]
/** First size, second size, path. */
const CONSISTENCY: readonly (readonly [first: number, second: number, path: readonly string[]])[] = [
  [1, 1, []],
  [1, 8, [A, B, C]],
  [6, 8, [F, E, ROOT_4]],
  [2, 5, [B, D]]
]

const log = new MerkleLog()
for (const leaf of LEAVES) log.append(hexToBytes(leaf))
const other = leafHash(hexToBytes('ff'))
const rootOf = (size: number): Uint8Array => present(ROOTS[size], 'a root')
const leafAt = (index: number): Uint8Array => leafHash(hexToBytes(present(LEAVES[index], 'a leaf')))

/** A path cut, lengthened, turned round, with a hash changed, doubled or put in. */
function wrongPaths(path: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const changed = path.map((_, at) => path.map((hash, i) => (i === at ? other : hash)))
  const doubled = path.map((hash, at) => [...path.slice(0, at), hash, ...path.slice(at)])
  const lengthened = [
    [...path, other],
    [other, ...path],
    [...path, new Uint8Array(32)]
  ]
  const cut = path.length === 0 ? [] : [path.slice(1), path.slice(0, -1)]
  return [...changed, ...doubled, ...lengthened, ...cut, ...(path.length < 2 ? [] : [path.toReversed()])]
}

it('roots of no leaf to eight are as published', () => {
  expect(ROOTS.map((_, size) => bytesToHex(log.root(size)))).toEqual(ROOTS.map(bytesToHex))
})

describe.each(INCLUSION)('inclusion of leaf %i in %i', (index, size, published) => {
  const path = published.map(hexToBytes)
  const claim: InclusionClaim = { root: rootOf(size), size, index, leafHash: leafAt(index), path }

  it('is proven by the published path', () => {
    expect(log.inclusionProof(index, size).map(bytesToHex)).toEqual(published)
    expect(verifyInclusion(claim)).toBe(true)
  })

  it('fails with another index, size, leaf, root or path', () => {
    for (const at of [-1, index - 1, index + 1, index ^ 2, size, index + 0.5]) {
      expect([at, at !== index && verifyInclusion({ ...claim, index: at })]).toEqual([at, false])
    }
    // A bare root does not bind its size where the path has the same shape: statements bind it [HASH-1].
    for (const of of [-1, 0, index, size * 2, Number.MAX_SAFE_INTEGER]) {
      expect([of, verifyInclusion({ ...claim, size: of })]).toEqual([of, false])
    }
    expect(verifyInclusion({ ...claim, leafHash: other })).toBe(false)
    for (const root of [other, new Uint8Array(32), new Uint8Array(0), rootOf(0)]) {
      expect(verifyInclusion({ ...claim, root })).toBe(false)
    }
    for (const wrong of wrongPaths(path)) expect(verifyInclusion({ ...claim, path: wrong })).toBe(false)
  })
})

describe.each(CONSISTENCY)('consistency of %i with %i', (firstSize, secondSize, published) => {
  const path = published.map(hexToBytes)
  const claim: ConsistencyClaim = {
    firstSize,
    firstRoot: rootOf(firstSize),
    secondSize,
    secondRoot: rootOf(secondSize),
    path
  }

  it('is proven by the published path', () => {
    expect(log.consistencyProof(firstSize, secondSize).map(bytesToHex)).toEqual(published)
    expect(verifyConsistency(claim)).toBe(true)
  })

  it('fails with other sizes, roots or paths, and the other way round', () => {
    for (const size of [-1, 0, firstSize + 1, secondSize + 1, firstSize * 2]) {
      if (size === firstSize) continue
      expect([size, verifyConsistency({ ...claim, firstSize: size })]).toEqual([size, false])
    }
    for (const size of [firstSize - 1, secondSize * 2, 0]) {
      expect([size, verifyConsistency({ ...claim, secondSize: size })]).toEqual([size, false])
    }
    expect(verifyConsistency({ ...claim, firstRoot: other })).toBe(false)
    expect(verifyConsistency({ ...claim, secondRoot: other })).toBe(false)
    expect(verifyConsistency({ ...claim, firstRoot: rootOf(0) })).toBe(false)
    if (firstSize !== secondSize) {
      const { firstRoot, secondRoot } = claim
      expect(verifyConsistency({ ...claim, firstRoot: secondRoot, secondRoot: firstRoot })).toBe(false)
    }
    for (const wrong of wrongPaths(path)) expect(verifyConsistency({ ...claim, path: wrong })).toBe(false)
  })
})
