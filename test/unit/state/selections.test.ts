// What a block looks at by itself is a function of the state's leaves, and costs what changed [AST-2, CLM-4, FIN-4].
import { describe, expect, it } from 'vitest'
import { isSelected, type SelectedSection, selectedLeaves } from '#base-layer/state/trees/selections.ts'
import { changeOf, emptySections, encodeKey, type SectionTrees } from '#base-layer/state/trees/section-trees.ts'
import { NEW_PEER, type PeerRecord } from '#base-layer/state/trees/sections.ts'
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { createRandom } from '#test/support/random.ts'

const keyOf = (n: number): PublicKey => hashHex('test-peer', uintToBytes(n, 4)) as string as PublicKey
const section: SelectedSection = 'peers'

function record(countedTo: number | null, bondAtoms: bigint): PeerRecord {
  return { ...NEW_PEER, vrfKey: keyOf(1), rewards: keyOf(2), bondAtoms, registeredAt: 0, countedTo }
}

function withPeer(trees: SectionTrees, n: number, value: PeerRecord | undefined): SectionTrees {
  return { ...trees, peers: trees.peers.with([changeOf('peers', encodeKey('peers', keyOf(n)), value)]) }
}

describe('a selection', () => {
  it('of assets leaves out those that have ended, once their last checkpoint is settled [AST-2]', () => {
    const asset = { status: 'live', settled: 3, sequence: 3 } as AssetRecord
    expect(isSelected('assets', asset)).toBe(true)
    for (const status of ['lapsed', 'wound-up'] as const) {
      expect(isSelected('assets', { ...asset, status })).toBe(false)
      expect(isSelected('assets', { ...asset, status, sequence: 4 })).toBe(true)
    }
  })

  it('holds what the leaves say after any changes on any branch', () => {
    const random = createRandom('selections')
    const seen: SectionTrees[] = [emptySections()]
    for (let round = 0; round < 400; round++) {
      const from = random.pick(seen)
      const value = random.chance(25)
        ? undefined
        : record(random.chance(50) ? random.below(9) : null, BigInt(random.below(2)))
      const trees = withPeer(from, random.below(40), value)
      seen.push(trees)
      const waiting = [...trees.peers.entries()].filter(
        ({ value: peer }) => peer?.countedTo !== null && peer?.bondAtoms === 1n
      )
      expect(selectedLeaves(trees, section)).toEqual(waiting)
    }
  })

  it('looks only below what changed', () => {
    let trees = emptySections()
    for (let n = 0; n < 500; n++) trees = withPeer(trees, n, record(null, 1n))
    expect(selectedLeaves(trees, section)).toEqual([])
    const next = withPeer(trees, 7, record(5, 1n))
    // Untouched subtrees are the same objects, so their answers are at hand.
    expect(selectedLeaves(next, section)).toHaveLength(1)
    expect(selectedLeaves(trees, section)).toHaveLength(0)
  })
})
