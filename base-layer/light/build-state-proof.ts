// The proving side of state-proof.ts: section roots, and one witness for all keys of a section [PRF-2]. Called
// by the node for wallets, on a state it holds; pure.
import { encode } from '#contracts/codec/codec.ts'
import { pathOf } from '#contracts/merkle/node.ts'
import { buildWitness, witnessCodec } from '#contracts/merkle/witness.ts'
import { encodeKey, encodeValue, type SectionTrees, treeOf } from '../state/trees/section-trees.ts'
import { SECTION_NAMES, type SectionName } from '../state/trees/sections.ts'
import type { StateKey, StateProofParts } from './state-proof.ts'

/** Shows every key, present or absent. At least one read. */
export function buildStateProof(trees: SectionTrees, reads: readonly StateKey[]): StateProofParts {
  const paths = new Map<SectionName, Uint8Array[]>()
  for (const { section, key } of reads) {
    const path = pathOf(encodeKey(section, key))
    const known = paths.get(section)
    if (known === undefined) paths.set(section, [path])
    else known.push(path)
  }
  return {
    sectionRoots: SECTION_NAMES.map(name => trees[name].root),
    parts: SECTION_NAMES.flatMap(section => {
      const wanted = paths.get(section)
      return wanted === undefined ? [] : [{ section, witness: witnessOf(trees, section, wanted) }]
    })
  }
}

function witnessOf<S extends SectionName>(trees: SectionTrees, section: S, paths: readonly Uint8Array[]): Uint8Array {
  const { node } = treeOf(trees, section)
  return encode(
    witnessCodec,
    buildWitness(node, paths, [], value => encodeValue(section, value))
  )
}
