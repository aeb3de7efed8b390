// The signatures inside a block, for the verify pool: checked off the main thread before consensus executes the block,
// so that the rules find every one of them remembered [SIG-1]. What cannot be named here is checked by the rules alone.
import { signingBytes } from '#contracts/crypto/signature.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { type Block, headerSigningBytes, type SignedHeader } from '#contracts/statements/block.ts'
import { voteSigningBytes } from '#contracts/statements/vote.ts'
import { type OutputRecord, outputIdOf } from '#contracts/ledger/output.ts'
import type { GenesisHash, OutputId } from '#contracts/primitives/ids.ts'
import type { SignedItem } from '../runtime/verify-pool.ts'
import type { ChainState } from '../state/chain-state.ts'
import { prepareTransaction } from '../state/transactions/apply-transaction.ts'
import type { Reader } from '../state/finality/period-tables.ts'
import { signersOf, signingKeyOf } from '../state/transactions/signers.ts'

export function headerItem(genesis: GenesisHash, { header, signature }: SignedHeader): SignedItem {
  return { key: header.proposer, message: headerSigningBytes(genesis, header), signature }
}

/**
 * Of the body: certificates, and transactions whose signer is known from this state, from the block itself or from
 * `before`, its parent that is not executed yet.
 */
export function bodyItems(genesis: GenesisHash, block: Block, state: ChainState, before?: Block): SignedItem[] {
  const items: SignedItem[] = []
  for (const { vote, votes } of block.certificates) {
    const message = voteSigningBytes(genesis, vote)
    for (const { peer, signature } of votes) items.push({ key: peer, message, signature })
  }
  const view = withOutputsOf(state, before === undefined ? [block] : [before, block])
  for (const transaction of block.transactions) {
    const item = transactionItem(genesis, transaction, view)
    if (item !== undefined) items.push(item)
  }
  return items
}

/**
 * The state, and what outputs these blocks add to it if they are
 * valid: found only when something is not in the state.
 */
function withOutputsOf(state: ChainState, blocks: readonly Block[]): { readonly get: Reader } {
  let added: ReadonlyMap<OutputId, OutputRecord> | undefined
  const get: Reader = (section, key) => {
    const found = state.get(section, key)
    if (found !== undefined || section !== 'outputs') return found
    added ??= new Map(blocks.flatMap(outputsOf))
    return added.get(key as OutputId) as typeof found
  }
  return { get }
}

function outputsOf({ header, transactions }: Block): (readonly [OutputId, OutputRecord])[] {
  return transactions.flatMap(transaction => {
    const { id } = prepareTransaction(transaction)
    return transaction.outputs.map((output, index) => {
      return [outputIdOf(id, index), { output, createdAt: header.height, maturesAt: null }] as const
    })
  })
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
