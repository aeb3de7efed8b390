// Blocks without the transactions that everyone has: the header and six bytes for each transaction,
// salted with the block's id, which nobody knows before the block is made. The receiver puts the block
// together from what it holds and asks for the rest by place; only a body that the header commits to
// counts, so a wrong or colliding id costs a question [GSP-1].
import { bytes, type Decoded, encode, list, record } from '#contracts/codec/codec.ts'
import { hashBytes } from '#contracts/crypto/hash.ts'
import { transactionCodec } from '#contracts/ledger/transaction.ts'
import { bytesToHex, concatBytes, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId, TransactionId } from '#contracts/primitives/ids.ts'
import {
  type Block,
  BLOCK_CERTIFICATES,
  BLOCK_TRANSACTIONS,
  blockIdOf,
  certificatesHashOf,
  headerCodec
} from '#contracts/statements/block.ts'
import { certificateCodec } from '#contracts/statements/vote.ts'
import { type PreparedTransaction, prepareTransaction } from '../state/transactions/apply-transaction.ts'
import { transactionsRootOf } from '../state/trees/body-roots.ts'

const SHORT_BYTES = 6

export const compactBlockCodec = record({
  header: headerCodec,
  signature: bytes(64, 64),
  /** Short ids in the order of the block, joined. */
  ids: bytes(SHORT_BYTES * BLOCK_TRANSACTIONS),
  certificates: list(certificateCodec, BLOCK_CERTIFICATES)
})
export type CompactBlock = Decoded<typeof compactBlockCodec>

export function compactOf({ header, signature, transactions, certificates }: Block): CompactBlock {
  const id = blockIdOf(header)
  const ids = concatBytes(...transactions.map(one => shortIdOf(id, prepareTransaction(one).id)))
  return { header, signature, ids, certificates }
}

/** Transactions of a block as far as they are known: undefined where one is missing, or two could be meant. */
export type Draft = (PreparedTransaction | undefined)[]

/** A transaction that is here: made ready only if a block means it. */
export interface Known {
  readonly id: TransactionId
  readonly prepare: () => PreparedTransaction
}

/** Undefined if the list of ids is not one. */
export function draftOf({ header, ids }: CompactBlock, known: Iterable<Known>): Draft | undefined {
  if (ids.length % SHORT_BYTES !== 0) return undefined
  const block = blockIdOf(header)
  const wanted = new Map<string, number>()
  for (let place = 0; place * SHORT_BYTES < ids.length; place++) {
    wanted.set(bytesToHex(ids.subarray(place * SHORT_BYTES, (place + 1) * SHORT_BYTES)), place)
  }
  const draft: Draft = Array.from({ length: ids.length / SHORT_BYTES })
  const ambiguous = new Set<number>()
  for (const { id, prepare } of known) {
    const place = wanted.get(bytesToHex(shortIdOf(block, id)))
    if (place === undefined) continue
    const other = draft[place]
    if (other === undefined) draft[place] = prepare()
    else if (other.id !== id) ambiguous.add(place)
  }
  for (const place of ambiguous) draft[place] = undefined
  return draft
}

export function missingOf(draft: Draft): number[] {
  return draft.flatMap((one, place) => (one === undefined ? [place] : []))
}

/** The block, if all of it is here and its header commits to it. */
export function finishBlock({ header, signature, certificates }: CompactBlock, draft: Draft): Block | undefined {
  if (certificatesHashOf(certificates) !== header.certificatesHash) return undefined
  const whole = draft.flatMap(one => one ?? [])
  if (whole.length !== draft.length) return undefined
  if (transactionsRootOf(whole.map(one => one.encoded)) !== header.transactionsRoot) return undefined
  return { header, signature, transactions: whole.map(one => one.transaction), certificates }
}

/** Encodings of the transactions at these places, in order; undefined if the block has no such place. */
export function piecesOf(block: Block, places: readonly number[], bytesMax: number): Uint8Array[] | undefined {
  const pieces: Uint8Array[] = []
  let bytesSoFar = 0
  for (const place of places) {
    const transaction = block.transactions[place]
    if (transaction === undefined) return undefined
    const piece = encode(transactionCodec, transaction)
    bytesSoFar += piece.length
    if (bytesSoFar > bytesMax) return undefined
    pieces.push(piece)
  }
  return pieces
}

function shortIdOf(block: BlockId, transaction: TransactionId): Uint8Array {
  return hashBytes('short-id', hexToBytes(block), hexToBytes(transaction)).subarray(0, SHORT_BYTES)
}
