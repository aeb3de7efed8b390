// Outputs: who owns the base coin [LED-1]. An output is created by a
// transaction or by the sharing out of fees, and spent whole.
import { amount, type Decoded, encode, hex32, nullable, record, uint, union } from '../codec/codec.ts'
import { hashHex, sha256 } from '../crypto/hash.ts'
import { bytesToHex, hexToBytes, uintToBytes } from '../primitives/bytes.ts'
import type { Hash, OutputId, PublicKey, TransactionId } from '../primitives/ids.ts'

export const outputCodec = union({
  key: [
    0,
    record({
      owner: hex32<PublicKey>(),
      /** The peer that represents these shares, at no cost and without its consent [POS-1]. */
      host: nullable(hex32<PublicKey>()),
      atoms: amount()
    })
  ],
  /**
   * The claimant's for the preimage while the chain has counted fewer
   * than `timeout` ticks, the refund key's from then on.
   */
  hashlock: [
    1,
    record({
      /** Plain SHA-256 of a preimage of 32 bytes, as other chains' hash locks have it [SWP-1]. */
      hash: hex32<Hash>(),
      claimant: hex32<PublicKey>(),
      refund: hex32<PublicKey>(),
      /** Tick count of the chain [FIN-8]. */
      timeout: uint(),
      atoms: amount()
    })
  ]
})
export type Output = Decoded<typeof outputCodec>

/** The peer that represents these shares; none for what is locked [POS-1]. */
export function hostOf(output: Output): PublicKey | null {
  return output.kind === 'key' ? output.host : null
}

/** The one key that can spend an output whatever the time; undefined if that depends. */
export function ownerOf(output: Output): PublicKey | undefined {
  return output.kind === 'key' ? output.owner : undefined
}

/** Every key that may come to spend an output. */
export function keysOf(output: Output): readonly PublicKey[] {
  return output.kind === 'key' ? [output.owner] : [output.claimant, output.refund]
}

/** The lock that a preimage opens. */
export function hashOfPreimage(preimage: Uint8Array): Hash {
  return bytesToHex(sha256(preimage)) as Hash
}

/**
 * The key that a transaction which opens these locks spends the
 * output with: without its preimage a lock is refunded.
 */
export function spenderOf(output: Output, opened: ReadonlySet<Hash>): PublicKey {
  if (output.kind === 'key') return output.owner
  return opened.has(output.hash) ? output.claimant : output.refund
}

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
 * Id of a payout that the chain itself makes at `height`: fees, rewards, returned deposits, released bonds. It
 * names the owner and the amount, so that what spends it on one fork spends nothing else on another [LED-2].
 */
export function payoutIdOf(height: number, index: number, owner: PublicKey, atoms: bigint): OutputId {
  const place = [uintToBytes(height, 8), uintToBytes(index, 4)]
  return hashHex<OutputId>('payout', ...place, hexToBytes(owner), encode(amount(), atoms))
}
