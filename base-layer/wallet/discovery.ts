// Which keys of a restored wallet were used [KEY-1]: asked of the
// chain, key after key, until GAP in a row have no history.
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import type { BaseChain } from '../base-chain.ts'
import type { Secret } from '../runtime/secret.ts'
import { deriveSecret } from './derivation.ts'
import { GAP } from './keyring.ts'

/** More than a person uses in a life; a chain that says "used" of everything does not keep us for ever. */
const KEYS_MAX = 100_000

/** How many keys count as given out: up to the newest used one. */
export async function discoverKeys(chain: BaseChain, seed: Secret<Uint8Array>): Promise<number> {
  let given = 0
  for (let from = 0; from < given + GAP && from < KEYS_MAX; from += GAP) {
    const keys = Array.from({ length: GAP }, (_, n) => derivePublicKey(deriveSecret(seed, 'spend', from + n).reveal()))
    const used = await Promise.all(keys.map(key => isUsed(chain, key)))
    if (used.includes(true)) given = from + used.lastIndexOf(true) + 1
  }
  return given
}

async function isUsed(chain: BaseChain, key: PublicKey): Promise<boolean> {
  if ((await chain.read('keys', key, 'head')) !== undefined) return true
  return (await chain.outputsOf(key)).length > 0
}
