// Outputs: who owns the base coin [LED-1]. An output is created by a transaction or by the sharing out of fees, and spent
// whole. The kind `hashlock` joins this union under tag 1.
import { amount, type Decoded, encode, hex32, nullable, record, uint, union } from '../codec/codec.ts'
import { hashHex } from '../crypto/hash.ts'
import { hexToBytes, uintToBytes } from '../primitives/bytes.ts'
import type { OutputId, PublicKey, TransactionId } from '../primitives/ids.ts'

export const outputCodec = union({
  key: [
    0,
    record({
      owner: hex32<PublicKey>(),
      /** The peer that represents these shares, at no cost and without its consent [POS-1]. */
      host: nullable(hex32<PublicKey>()),
      atoms: amount()
    })
  ]
})
export type Output = Decoded<typeof outputCodec>

/** An unspent output as base state holds it, section `outputs`, keyed by its id. */
export const outputRecordCodec = record({
  output: outputCodec,
  createdAt: uint(),
  /** Set for fee shares: spendable once this height is recorded final [LED-2]. */
  maturesAt: nullable(uint())
})
export type OutputRecord = Decoded<typeof outputRecordCodec>

/** Id of the output a transaction creates at `index`; payouts of its action follow its own outputs. */
export function outputIdOf(transaction: TransactionId, index: number): OutputId {
  return hashHex<OutputId>('output', hexToBytes(transaction), uintToBytes(index, 4))
}

/**
 * Id of a payout that the chain itself makes at `height`: fees, rewards, returned deposits, released bonds. It names the
 * owner and the amount, so that what spends it on one fork spends nothing else on another [LED-2].
 */
export function payoutIdOf(height: number, index: number, owner: PublicKey, atoms: bigint): OutputId {
  const place = [uintToBytes(height, 8), uintToBytes(index, 4)]
  return hashHex<OutputId>('payout', ...place, hexToBytes(owner), encode(amount(), atoms))
}
