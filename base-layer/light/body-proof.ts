// What a block holds and what it spent, under a header that the head stands on: a transaction at its place, an
// output spent by a transaction, an output not spent in a block [PRF-3]. Pure; builders take the block's own
// lists.
import { bytes, type Decoded, encode, hex32, list, record, uint } from '#contracts/codec/codec.ts'
import { leafHash } from '#contracts/merkle/hash.ts'
import { EMPTY_LOG_ROOT, MerkleLog } from '#contracts/merkle/log.ts'
import { logPathCodec, verifyRange } from '#contracts/merkle/log-proof.ts'
import { type Transaction, transactionCodec, transactionIdOf } from '#contracts/ledger/transaction.ts'
import { equalBytes } from '#contracts/primitives/bytes.ts'
import type { Hash, OutputId, TransactionId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { BlockHeader } from '#contracts/statements/block.ts'
import { bodyRootOf, sortedSpent, spentLeafOf } from '../state/trees/body-roots.ts'
import type { Spent } from '../state/work.ts'
import { ABSENT, type Absent, type Invalid, invalid, type Present, shown } from './answer.ts'
import { checkBlockIn, placedBlockCodec } from './history-proof.ts'

const spentCodec = record({ output: hex32<OutputId>(), transaction: hex32<TransactionId>() })

/** Where neighbouring leaves stand in a list of a block's body. */
const placeCodec = record({ size: uint(), index: uint(), root: bytes(32, 32), path: logPathCodec })
type Place = Decoded<typeof placeCodec>

export const transactionProofCodec = record({
  block: placedBlockCodec,
  place: placeCodec,
  transaction: transactionCodec
})
export type TransactionProof = Decoded<typeof transactionProofCodec>

export const spentProofCodec = record({ block: placedBlockCodec, place: placeCodec, spent: spentCodec })
export type SpentProof = Decoded<typeof spentProofCodec>

/** The one or two entries between which the output would stand; none of an empty list. */
export const notSpentProofCodec = record({
  block: placedBlockCodec,
  place: placeCodec,
  neighbours: list(spentCodec, 2)
})
export type NotSpentProof = Decoded<typeof notSpentProofCodec>

export interface FoundTransaction {
  readonly id: TransactionId
  readonly transaction: Transaction
  /** The block that holds it. */
  readonly header: BlockHeader
  /** Its place among the transactions of the block. */
  readonly index: number
}

/** `present` if a block of the head's history holds this transaction. Never throws. */
export function checkTransaction(head: BlockHeader, proof: TransactionProof): Present<FoundTransaction> | Invalid {
  const block = checkBlockIn(head, proof.block)
  if (block.kind === 'invalid') return block
  const { header } = block.value
  const { transaction, place } = proof
  if (!isPlaced(header.transactionsRoot, place, [encode(transactionCodec, transaction)])) {
    return invalid('E_PROOF_ROOT', 'the path does not lead from this transaction to its block')
  }
  return shown({ id: transactionIdOf(transaction), transaction, header, index: place.index })
}

export interface FoundSpent {
  readonly transaction: TransactionId
  /** The block in which the output was spent. */
  readonly header: BlockHeader
}

/** `present` if a block of the head's history spends this output, and by which transaction [PRF-3]. Never throws. */
export function checkSpent(head: BlockHeader, output: OutputId, proof: SpentProof): Present<FoundSpent> | Invalid {
  const block = checkBlockIn(head, proof.block)
  if (block.kind === 'invalid') return block
  const { header } = block.value
  if (proof.spent.output !== output) return invalid('E_PROOF_MALFORMED', 'the proof is about another output')
  return isPlaced(header.spentRoot, proof.place, [spentLeafOf(proof.spent)])
    ? shown({ transaction: proof.spent.transaction, header })
    : invalid('E_PROOF_ROOT', 'the path does not lead to what the block spent')
}

/** `absent` if a block of the head's history did not spend this output [PRF-3]. Never throws. */
export function checkNotSpentIn(head: BlockHeader, output: OutputId, proof: NotSpentProof): Absent | Invalid {
  const block = checkBlockIn(head, proof.block)
  if (block.kind === 'invalid') return block
  const { spentRoot } = block.value.header
  const { neighbours, place } = proof
  if (!isPlaced(spentRoot, place, neighbours.map(spentLeafOf))) {
    return invalid('E_PROOF_ROOT', 'the path does not lead to what the block spent')
  }
  const [first, second] = neighbours
  if (neighbours.some(one => one.output === output)) {
    return invalid('E_PROOF_CONTRARY', 'the block spent this output')
  }
  // The list is sorted: the output would stand between two neighbours, before the first or after the last.
  const { index, size } = place
  const isBetween =
    first === undefined
      ? size === 0
      : second !== undefined
        ? first.output < output && output < second.output
        : (index === 0 && output < first.output) || (index === size - 1 && first.output < output)
  return isBetween ? ABSENT : invalid('E_PROOF_INCOMPLETE', 'the output would stand elsewhere in the list')
}

function isPlaced(stated: Hash, { size, index, root, path }: Place, leaves: readonly Uint8Array[]): boolean {
  if (bodyRootOf(size, root) !== stated) return false
  if (leaves.length === 0) return size === 0 && index === 0 && path.length === 0 && equalBytes(root, EMPTY_LOG_ROOT)
  return verifyRange({ root, size, start: index, leafHashes: leaves.map(leafHash), path })
}

function placeIn(leaves: readonly Uint8Array[], start: number, count: number): Place {
  const log = new MerkleLog()
  for (const leaf of leaves) log.append(leaf)
  const path = count === 0 ? [] : log.rangeProof(start, start + count)
  return { size: leaves.length, index: start, root: log.root(), path }
}

/** Transaction `index` of a block with these. */
export function buildTransactionPlace(transactions: readonly Transaction[], index: number): Place {
  return placeIn(
    transactions.map(one => encode(transactionCodec, one)),
    index,
    1
  )
}

/** Everything a block's transactions spend, in the order of its list. */
export function spentBy(transactions: readonly Transaction[]): readonly Spent[] {
  const all = transactions.flatMap(one => {
    const transaction = transactionIdOf(one)
    return one.inputs.map(output => ({ output, transaction }))
  })
  return sortedSpent(all)
}

/** Shows that the block with this list spends the output, or undefined if it does not. */
export function buildSpent(spent: readonly Spent[], output: OutputId): Omit<SpentProof, 'block'> | undefined {
  const index = spent.findIndex(one => one.output === output)
  if (index < 0) return undefined
  return { place: placeIn(spent.map(spentLeafOf), index, 1), spent: present(spent[index], 'found') }
}

/** Shows that the block with this list does not spend the output, or undefined if it does. */
export function buildNotSpent(spent: readonly Spent[], output: OutputId): Omit<NotSpentProof, 'block'> | undefined {
  const after = spent.findIndex(one => one.output >= output)
  if (after >= 0 && spent[after]?.output === output) return undefined
  const from = Math.max(0, (after < 0 ? spent.length : after) - 1)
  const neighbours = after === 0 ? spent.slice(0, 1) : spent.slice(from, from + 2)
  return { place: placeIn(spent.map(spentLeafOf), from, neighbours.length), neighbours }
}
