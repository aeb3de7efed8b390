// The signatures inside a block, for the verify pool: checked off the main thread before consensus executes the block,
// so that the rules find every one of them remembered [SIG-1]. What cannot be named here is checked by the rules alone.
import { signingBytes } from '#contracts/crypto/signature.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { type Block, headerSigningBytes, type SignedHeader } from '#contracts/statements/block.ts'
import { voteSigningBytes } from '#contracts/statements/vote.ts'
import type { GenesisHash } from '#contracts/primitives/ids.ts'
import type { SignedItem } from '../runtime/verify-pool.ts'
import type { ChainState } from '../state/chain-state.ts'
import { prepareTransaction } from '../state/apply-transaction.ts'
import type { Reader } from '../state/period-tables.ts'
import { signersOf, signingKeyOf } from '../state/signers.ts'

export function headerItem(genesis: GenesisHash, { header, signature }: SignedHeader): SignedItem {
  return { key: header.proposer, message: headerSigningBytes(genesis, header), signature }
}

/** Of the body: certificates and transactions whose signer this state knows. */
export function bodyItems(genesis: GenesisHash, block: Block, state: ChainState): SignedItem[] {
  const items: SignedItem[] = []
  for (const { vote, votes } of block.certificates) {
    const message = voteSigningBytes(genesis, vote)
    for (const { peer, signature } of votes) items.push({ key: peer, message, signature })
  }
  for (const transaction of block.transactions) {
    const item = transactionItem(genesis, transaction, state)
    if (item !== undefined) items.push(item)
  }
  return items
}

/** The signature of a transaction, or undefined if this state does not know who must have signed. */
export function transactionItem(
  genesis: GenesisHash,
  transaction: Transaction,
  state: { readonly get: Reader }
): SignedItem | undefined {
  const signers = signersOf((section, key) => state.get(section, key), transaction)
  const key = signers === undefined ? undefined : signingKeyOf(signers)
  if (key === undefined) return undefined
  const message = signingBytes('transaction', genesis, prepareTransaction(transaction).body)
  return { key, message, signature: transaction.signature }
}
