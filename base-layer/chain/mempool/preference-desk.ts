// Where the chief's preferences meet the mempool, and nothing else does [GOV-3]: a preference that counts at the head
// decides which of two conflicting unconfirmed transactions waits for a block. What is in a block is out of its reach.
import { decode } from '#contracts/codec/codec.ts'
import { transactionIdOf } from '#contracts/ledger/transaction.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import { PREFERENCE_BYTES, type SignedPreference, signedPreferenceCodec } from '#contracts/statements/preference.ts'
import type { ChainState } from '../../state/chain-state.ts'
import { Preferences } from '../../state/governance/preferences.ts'
import type { Mempool } from './mempool.ts'

export interface PreferenceDesk {
  /** Takes a preference that the chief of the head signed, or says why not. */
  take(signed: SignedPreference): Verdict<undefined>
  /** The same for bytes from anybody. */
  takeBytes(encoded: Uint8Array): Verdict<undefined>
}

/** Makes a mempool listen to the chief. `headOf`: the newest block of the preferred chain, asked every time. */
export function createPreferenceDesk(
  mempool: Pick<Mempool, 'setPreference'>,
  headOf: () => ChainState
): PreferenceDesk {
  const preferences = new Preferences()
  let seen: ChainState | undefined
  const follow = (): ChainState => {
    const head = headOf()
    if (head !== seen) preferences.advance(head)
    seen = head
    return head
  }
  mempool.setPreference((waiting, arriving) => {
    if (preferences.size === 0) return undefined
    follow()
    return preferences.between(transactionIdOf(waiting), transactionIdOf(arriving))
  })
  const take = (signed: SignedPreference): Verdict<undefined> => preferences.add(follow(), signed)
  return {
    take,
    takeBytes: encoded => {
      const decoded = decode(signedPreferenceCodec, encoded, PREFERENCE_BYTES)
      return decoded.ok ? take(decoded.value) : decoded
    }
  }
}
