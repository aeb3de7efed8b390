// The chief's preferences that are in force, for the mempool alone [GOV-3]: whoever builds
// a block may lean on them, and nobody who judges one does. Nothing of the state
// transition, of consensus or of finality imports this file.
import { verifySignature } from '#contracts/crypto/signature.ts'
import type { TransactionId } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import {
  PREFERENCE_HEIGHTS,
  type Preference,
  preferenceSigningBytes,
  type SignedPreference
} from '#contracts/statements/preference.ts'
import type { ChainState } from '../chain-state.ts'

/** In force at once: a chief has a few disputes to decide, and a hostile one fills no memory. */
export const PREFERENCES_MAX = 1024

export type PreferenceCode = 'E_PREFERENCE_CHIEF' | 'E_PREFERENCE_EXPIRED' | 'E_PREFERENCE_SAME' | 'E_PREFERENCE_FULL'

/** Whether the chief of this state signed a preference that counts at its height. Pure; cheap checks first. */
export function checkPreference(
  state: ChainState,
  { preference, signature }: SignedPreference
): Verdict<Preference, PreferenceCode> {
  const { preferred, over, expiry } = preference
  if (preferred === over) return reject('E_PREFERENCE_SAME', 'a transaction is not preferred over itself')
  if (expiry < state.height || expiry > state.height + PREFERENCE_HEIGHTS) {
    return reject('E_PREFERENCE_EXPIRED', `not within ${PREFERENCE_HEIGHTS} heights from the head`)
  }
  const office = state.get('governance', { kind: 'chief' })
  const chief = office?.kind === 'chief' ? office.chief : null
  if (chief === null) return reject('E_PREFERENCE_CHIEF', 'nobody is chief')
  return verifySignature(chief, preferenceSigningBytes(state.chain.genesis, preference), signature)
    ? accept(preference)
    : reject('E_PREFERENCE_CHIEF', 'the chief did not sign it')
}

/** Those in force at a head. The mempool's writer owns it. */
export class Preferences {
  readonly #byPreferred = new Map<TransactionId, SignedPreference>()

  get size(): number {
    return this.#byPreferred.size
  }

  /** Takes one that counts at this head; a later one for the same transaction replaces the earlier. */
  add(head: ChainState, signed: SignedPreference): Verdict<undefined, PreferenceCode> {
    const { preferred } = signed.preference
    if (this.#byPreferred.size >= PREFERENCES_MAX && !this.#byPreferred.has(preferred)) {
      return reject('E_PREFERENCE_FULL', `${PREFERENCES_MAX} preferences are in force`)
    }
    const checked = checkPreference(head, signed)
    if (!checked.ok) return checked
    this.#byPreferred.set(preferred, signed)
    return accept()
  }

  /** The transaction over which `id` is preferred now, if it is over any. */
  preferenceOf(id: TransactionId): TransactionId | undefined {
    return this.#byPreferred.get(id)?.preference.over
  }

  /** Which of two the chief prefers, if it said so of them. */
  between(waiting: TransactionId, arriving: TransactionId): 'waiting' | 'arriving' | undefined {
    if (this.preferenceOf(arriving) === waiting) return 'arriving'
    return this.preferenceOf(waiting) === arriving ? 'waiting' : undefined
  }

  /** Drops what is over at this head, or was signed by a chief that is none any more. */
  advance(head: ChainState): void {
    for (const [id, signed] of this.#byPreferred) {
      if (!checkPreference(head, signed).ok) this.#byPreferred.delete(id)
    }
  }
}
