// Base blocks. The header commits to the whole history, state and body; the id hashes the header alone; the
// proposer signs the id's header bytes. Sections 4 to 6 of the protocol say what each field must be.
import { amount, bytes, type Decoded, encode, hex32, list, record, uint } from '../codec/codec.ts'
import { hashHex } from '../crypto/hash.ts'
import { SIGNATURE_BYTES, signingBytes } from '../crypto/signature.ts'
import { type Transaction, transactionCodec } from '../ledger/transaction.ts'
import type { BlockId, GenesisHash, Hash, PublicKey } from '../primitives/ids.ts'
import { type Certificate, certificateCodec, finalityPointCodec } from './vote.ts'

/** Upper bound of an encoded block on the wire, above every network's blockBytes. */
export const BLOCK_BYTES = 4 * 1024 * 1024
export const BLOCK_TRANSACTIONS = 16_384
/** Most certificates of one block: a block normally carries one or two. */
export const BLOCK_CERTIFICATES = 8
export const HEADER_BYTES = 2048

const signature = bytes(SIGNATURE_BYTES, SIGNATURE_BYTES)

export const recordedAcknowledgementCodec = record({ peer: hex32<PublicKey>(), digest: hex32<Hash>(), signature })
export type RecordedAcknowledgement = Decoded<typeof recordedAcknowledgementCodec>

export const headerCodec = record({
  height: uint(),
  slot: uint(),
  parent: hex32<BlockId>(),
  proposer: hex32<PublicKey>(),
  /** Stated time, milliseconds after genesis [POS-4]. */
  timeMs: uint(),
  /** RFC 9162 root over the encoded transactions. */
  transactionsRoot: hex32<Hash>(),
  /** Hash of the encoded list of certificates. */
  certificatesHash: hex32<Hash>(),
  /** Root of all state sections after this block [PRF-2]. */
  stateRoot: hex32<Hash>(),
  /** RFC 9162 root over the ids of blocks 0 to height - 1 [PRF-1]. */
  historyRoot: hex32<Hash>(),
  /** Root over the sorted (output, transaction) pairs spent here [PRF-3]. */
  spentRoot: hex32<Hash>(),
  /** At most three acknowledgements of the parent, holding its three best tickets, best first [POS-7]. */
  acknowledgements: list(recordedAcknowledgementCodec, 3),
  /** score(parent) + recorded x(parent), Q32 bits [POS-7]. */
  score: amount(),
  /** Newest target that certificates carried up to and in this block justify [FIN-8]. */
  justified: finalityPointCodec,
  /** Greatest height that those certificates make final; 0 at genesis [FIN-8]. */
  recordedFinal: uint(),
  /** Blocks up to and including this one that ticked [FIN-8]. */
  ticks: uint()
})
export type BlockHeader = Decoded<typeof headerCodec>

export const blockCodec = record({
  header: headerCodec,
  signature,
  transactions: list(transactionCodec, BLOCK_TRANSACTIONS),
  certificates: list(certificateCodec, BLOCK_CERTIFICATES)
})
export interface Block {
  readonly header: BlockHeader
  readonly signature: Uint8Array
  readonly transactions: readonly Transaction[]
  readonly certificates: readonly Certificate[]
}

export const signedHeaderCodec = record({ header: headerCodec, signature })
export type SignedHeader = Decoded<typeof signedHeaderCodec>

export function blockIdOf(header: BlockHeader): BlockId {
  return hashHex<BlockId>('block', encode(headerCodec, header))
}

export function headerSigningBytes(genesis: GenesisHash, header: BlockHeader): Uint8Array {
  return signingBytes('header', genesis, encode(headerCodec, header))
}

export function certificatesHashOf(certificates: readonly Certificate[]): Hash {
  return hashHex('certificates', encode(list(certificateCodec, BLOCK_CERTIFICATES), certificates))
}
