// Acknowledgements [POS-5]: once per slot a peer says which block its fork choice prefers, having checked it and
// holding its data. The digest [POS-6] proves that it also holds a piece of history chosen by the block itself.
import { bytes, type Decoded, encode, hex32, record, uint } from '../codec/codec.ts'
import { hashBytes, hashHex } from '../crypto/hash.ts'
import { SIGNATURE_BYTES, signingBytes } from '../crypto/signature.ts'
import { bytesToBigint, hexToBytes } from '../primitives/bytes.ts'
import type { BlockId, GenesisHash, Hash, PublicKey } from '../primitives/ids.ts'

export const acknowledgementCodec = record({ slot: uint(), block: hex32<BlockId>(), digest: hex32<Hash>() })
export type Acknowledgement = Decoded<typeof acknowledgementCodec>

export const signedAcknowledgementCodec = record({
  acknowledgement: acknowledgementCodec,
  peer: hex32<PublicKey>(),
  signature: bytes(SIGNATURE_BYTES, SIGNATURE_BYTES)
})
export type SignedAcknowledgement = Decoded<typeof signedAcknowledgementCodec>

export function acknowledgementSigningBytes(genesis: GenesisHash, value: Acknowledgement): Uint8Array {
  return signingBytes('acknowledgement', genesis, encode(acknowledgementCodec, value))
}

/** Longest piece of a block that a digest covers [POS-6]. */
export const PIECE_BYTES = 64 * 1024

/** Which block of the past, and from which byte, `peer` must hold to acknowledge `block` [POS-6]. */
export function derivePieceAt(
  block: BlockId,
  peer: PublicKey,
  parentRecordedFinal: number
): { height: number; seed: bigint } {
  const word = hashBytes('piece', hexToBytes(block), hexToBytes(peer))
  return {
    height: Number(bytesToBigint(word.subarray(0, 16)) % BigInt(1 + parentRecordedFinal)),
    seed: bytesToBigint(word.subarray(16))
  }
}

/** The digest over the piece that starts at byte `seed mod length` of the encoded block [POS-6]. */
export function deriveDigest(block: BlockId, peer: PublicKey, seed: bigint, encodedBlock: Uint8Array): Hash {
  const from = Number(seed % BigInt(encodedBlock.length))
  const piece = encodedBlock.subarray(from, from + PIECE_BYTES)
  return hashHex('digest', hexToBytes(peer), hexToBytes(block), piece)
}
