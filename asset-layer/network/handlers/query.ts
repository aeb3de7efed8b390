// Answers what an asset's state holds under some keys, with a witness: of the newest certificate, or of a closed sequence that
// whoever asks knows the root of from the base chain [PRF-2].
import { encode } from '#contracts/codec/codec.ts'
import { pathOf } from '#contracts/merkle/node.ts'
import type { SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { buildWitness, witnessCodec } from '#contracts/merkle/witness.ts'
import { buildStateProof, stateProofCodec } from '../../checkpoints/state-proof.ts'
import type { ServedAssets } from '../../replica/served.ts'
import { queryAnswerCodec, queryQuestionCodec } from '../requests.ts'
import { answering, type RequestHandler } from './answer.ts'

const NOTHING = { proof: null, witness: null } as const

export function handleQuery(served: ServedAssets): RequestHandler {
  const witnessOf = (tree: SparseTree<Uint8Array>, keys: readonly Uint8Array[]): Uint8Array => {
    return encode(witnessCodec, buildWitness(tree.node, keys.map(pathOf), []))
  }
  return answering(queryQuestionCodec, queryAnswerCodec, ({ asset, sequence, keys }) => {
    if (sequence !== null) {
      const tree = served.closedState(asset, sequence)
      return tree === undefined ? NOTHING : { proof: null, witness: witnessOf(tree, keys) }
    }
    const replica = served.running(asset)
    if (replica === undefined) return NOTHING
    const newest = replica.certifier.newest
    if (newest !== undefined) {
      return { proof: encode(stateProofCodec, buildStateProof(newest.certified, newest.tree, keys)), witness: null }
    }
    // No certificate in this dag yet: the state is still the one it started from.
    const start = replica.closedStates.of(replica.lane.row.start.sequence)
    return start === undefined ? NOTHING : { proof: null, witness: witnessOf(start, keys) }
  })
}
