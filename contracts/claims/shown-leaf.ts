// A leaf of a checkpoint's trace with the path that puts it there. Claims show leaves; judges check them
// against the signed traceRoot and stepCount [CKP-4, EXE-3].
import { encodeTraceLeaf, type TraceLeaf, traceLeafCodec } from '../assets/trace.ts'
import { type Decoded, record } from '../codec/codec.ts'
import { leafHash } from '../merkle/hash.ts'
import { MerkleLog } from '../merkle/log.ts'
import { logPathCodec, verifyInclusion } from '../merkle/log-proof.ts'
import { hexToBytes } from '../primitives/bytes.ts'
import type { Hash } from '../primitives/ids.ts'
import type { Statement } from '../statements/statement.ts'

export const shownLeafCodec = record({ leaf: traceLeafCodec, path: logPathCodec })
export type ShownLeaf = Decoded<typeof shownLeafCodec>

/** True if the leaf is the one at `place` of the statement's sequence. */
export function isLeafAt({ leaf, path }: ShownLeaf, place: number, { traceRoot, stepCount }: Statement): boolean {
  return verifyInclusion({
    root: hexToBytes(traceRoot),
    size: stepCount,
    index: place,
    leafHash: leafHash(encodeTraceLeaf(leaf)),
    path
  })
}

/**
 * Root before step `place`: the statement's preRoot for the first, the root of the leaf before for others;
 * undefined if `before` does not show that leaf, or shows one where there is none.
 */
export function preRootOf(statement: Statement, place: number, before: ShownLeaf | null): Hash | undefined {
  if (place === 0) return before === null ? statement.preRoot : undefined
  return before !== null && isLeafAt(before, place - 1, statement) ? before.leaf.root : undefined
}

/** The log of a sequence's leaves, for paths. */
export function traceLogOf(leaves: readonly TraceLeaf[]): MerkleLog {
  return MerkleLog.ofHashes(leaves.map(leaf => leafHash(encodeTraceLeaf(leaf))))
}

/** A leaf with its path in a log of all leaves; undefined if there is none at this place. */
export function showLeaf(leaves: readonly TraceLeaf[], log: MerkleLog, place: number): ShownLeaf | undefined {
  const leaf = leaves[place]
  return leaf === undefined || place >= log.size ? undefined : { leaf, path: log.inclusionProof(place) }
}
