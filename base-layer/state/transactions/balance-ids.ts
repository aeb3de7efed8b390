// Names of the balances of section `balances` [LED-1]: coin that no output holds. A bond's balance is named by
// the bond itself; every other by what it is for and whom it belongs to.
import { encode, hex32 } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { Hash } from '#contracts/primitives/ids.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'

/**
 * peer: a peer's bond. lock, reserve: an asset's. deposit: a claim commit's. conviction: collateral taken,
 * until paid.
 */
export type BalancePurpose = 'peer' | 'lock' | 'reserve' | 'deposit' | 'conviction'

const id = hex32<string>()

/** Id of the balance for `purpose` of a peer key, asset, claim commit or (hash of a) claim target. */
export function balanceIdOf(purpose: BalancePurpose, owner: string): Hash {
  return hashHex('balance', Uint8Array.of(purpose.length), asciiToBytes(purpose), encode(id, owner))
}
