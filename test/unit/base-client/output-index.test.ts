import { expect, test } from 'vitest'
import { OutputIndex } from '#base-layer/client/output-index.ts'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { changeOf, emptySections, encodeKey } from '#base-layer/state/trees/section-trees.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { ownerOf, type OutputRecord } from '#contracts/ledger/output.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { OutputId, PublicKey } from '#contracts/primitives/ids.ts'

const owners = [0, 1, 2].map(n => hashHex('test-owner', uintToBytes(n, 4)) as string as PublicKey)
const idOf = (n: number): OutputId => hashHex<OutputId>('test-output', uintToBytes(n, 4))

test('the index says of every owner what a scan of the tree says, whichever way the tree went', () => {
  const index = new OutputIndex()
  let tree = emptySections().outputs
  const trees = [tree]
  let seed = 7
  const draw = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  for (let round = 0; round < 300; round++) {
    const n = draw(40)
    const record: OutputRecord = {
      output: {
        kind: 'key',
        owner: owners[draw(3)] ?? (owners[0] as PublicKey),
        host: null,
        atoms: BigInt(1 + draw(9))
      },
      createdAt: round,
      maturesAt: null
    }
    // Now and then a reorganisation: back to an older tree.
    if (draw(10) === 0) tree = trees[draw(trees.length)] ?? tree
    tree = tree.with([changeOf('outputs', encodeKey('outputs', idOf(n)), draw(3) === 0 ? undefined : record)])
    trees.push(tree)
    if (draw(3) === 0) continue
    const scanned = [...tree.entries()].map(leaf => leaf.value)
    for (const owner of owners) {
      const found = index.of(owner, { trees: { outputs: tree } } as unknown as ChainState).map(one => one.record)
      expect(new Set(found)).toEqual(new Set(scanned.filter(one => one !== undefined && ownerOf(one.output) === owner)))
      expect(found).toHaveLength(new Set(found).size)
    }
  }
})
