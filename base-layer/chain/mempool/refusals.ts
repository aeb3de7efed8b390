// Why transactions were refused or let go, for whoever asks, and so that the same bytes on the same head are not judged
// twice [GSP-3]. Bounded; owned by the mempool.
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { BlockId, TransactionId } from '#contracts/primitives/ids.ts'
import type { Rejection } from '#contracts/primitives/verdict.ts'
import type { PreparedTransaction } from '../../state/transactions/apply-transaction.ts'
import { CHAIN_LIMITS } from '../limits.ts'

interface Refusal {
  readonly why: Rejection
  /** The id commits to all bytes but these. */
  readonly signature: string
  /** The head that it was judged on. */
  readonly at: BlockId
}

export class Refusals {
  readonly #byId = new Map<TransactionId, Refusal>()

  of(id: TransactionId): Rejection | undefined {
    return this.#byId.get(id)?.why
  }

  /** Why the same bytes were refused on this head. */
  again(prepared: PreparedTransaction, head: BlockId): Rejection | undefined {
    const found = this.#byId.get(prepared.id)
    return found?.at === head && found.signature === signatureOf(prepared) ? found.why : undefined
  }

  /** A bad signature says nothing about an id, which does not commit to it: it is not remembered under the id. */
  add(prepared: PreparedTransaction, why: Rejection, head: BlockId): void {
    if (why.code === 'E_TX_SIGNATURE') return
    this.#byId.delete(prepared.id)
    this.#byId.set(prepared.id, { why, signature: signatureOf(prepared), at: head })
    if (this.#byId.size <= CHAIN_LIMITS.refusedRemembered) return
    const oldest = this.#byId.keys().next().value
    if (oldest !== undefined) this.#byId.delete(oldest)
  }

  forget(id: TransactionId): void {
    this.#byId.delete(id)
  }
}

function signatureOf({ transaction }: PreparedTransaction): string {
  return bytesToHex(transaction.signature)
}
