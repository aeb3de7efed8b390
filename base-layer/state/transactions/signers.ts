// Who must sign a transaction, and under which key its one signature verifies [SIG-3]: asked by the rules, and by nodes
// that check signatures ahead of them.
import { aggregateKeys } from '#contracts/crypto/multisignature.ts'
import { hashOfPreimage, spenderOf } from '#contracts/ledger/output.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { compareText } from '#contracts/primitives/bytes.ts'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { authoritiesOf } from '../actions/authorities.ts'
import type { Reader } from '../finality/period-tables.ts'

const NONE: ReadonlySet<Hash> = new Set()

/** Hashes of the preimages a transaction shows. */
export function locksOpenedBy({ preimages }: Pick<Transaction, 'preimages'>): ReadonlySet<Hash> {
  return preimages.length === 0 ? NONE : new Set(preimages.map(hashOfPreimage))
}

/**
 * The keys that own the inputs or that the action names as authority: distinct, sorted. Undefined
 * if `read` knows no such input, or nobody would sign.
 */
export function signersOf(read: Reader, transaction: Transaction): readonly PublicKey[] | undefined {
  const opened = locksOpenedBy(transaction)
  const keys = new Set(authoritiesOf(read, transaction.action))
  for (const input of transaction.inputs) {
    const found = read('outputs', input)
    if (found === undefined) return undefined
    keys.add(spenderOf(found.output, opened))
  }
  return keys.size === 0 ? undefined : [...keys].sort(compareText)
}

/**
 * The key that the signature verifies under; undefined if there are
 * too many signers, or their aggregate is unusable.
 */
export function signingKeyOf(signers: readonly PublicKey[]): PublicKey | undefined {
  // A single key may be one that owns outputs since genesis: whether it is usable was asked when it came to own them.
  return signers.length === 1 ? signers[0] : aggregateKeys(signers)
}
