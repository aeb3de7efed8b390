// What fits in a block, and in which order candidates are taken [LED-5].
import { encode, list } from '#contracts/codec/codec.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import { type Rejection, reject } from '#contracts/primitives/verdict.ts'
import { BLOCK_CERTIFICATES } from '#contracts/statements/block.ts'
import { type Certificate, certificateCodec } from '#contracts/statements/vote.ts'
import type { PreparedTransaction } from './apply-transaction.ts'
import { BLOCK_VERIFICATIONS, CLAIM_VERIFICATIONS, EVIDENCE_VERIFICATIONS, VRF_VERIFICATIONS } from './limits.ts'

/** Running totals of a block. */
export class BlockBudget {
  readonly #parameters: Parameters
  #bytes = 0
  #verifications = 0
  #transactions = 0

  constructor(parameters: Parameters) {
    this.#parameters = parameters
  }

  /** Takes room for a certificate, or says what is full. */
  takeCertificate(certificate: Certificate): Rejection | undefined {
    return this.#take(
      encode(list(certificateCodec, BLOCK_CERTIFICATES), [certificate]).length,
      certificate.votes.length
    )
  }

  /** Takes room for a transaction, or says what is full. */
  takeTransaction({ transaction, encoded }: PreparedTransaction): Rejection | undefined {
    if (this.#transactions >= this.#parameters.blockTransactions)
      return reject('E_BLOCK_COUNT', 'the block holds too many transactions')
    const fault = this.#take(encoded.length, verificationsOf(transaction))
    if (fault === undefined) this.#transactions += 1
    return fault
  }

  #take(bytes: number, verifications: number): Rejection | undefined {
    if (this.#bytes + bytes > this.#parameters.blockBytes)
      return reject('E_BLOCK_BYTES', 'the block holds too many bytes')
    if (this.#verifications + verifications > BLOCK_VERIFICATIONS) {
      return reject('E_BLOCK_VERIFICATIONS', 'the block asks for too many signature checks')
    }
    this.#bytes += bytes
    this.#verifications += verifications
    return undefined
  }
}

/** Price of a transaction in signature checks, its own included [SIG-1]. */
export function verificationsOf({ action }: Transaction): number {
  switch (action?.kind) {
    case 'seed.reveal':
      return 1 + VRF_VERIFICATIONS
    case 'checkpoint.post':
      return 1 + action.signatures.length
    case 'claim.reveal':
      return 1 + CLAIM_VERIFICATIONS
    case 'evidence.post':
      return 1 + EVIDENCE_VERIFICATIONS
    default:
      return 1
  }
}

/** Lane of a transaction: lower ones are filled first [LED-5]. */
function laneOf({ action }: Transaction): number {
  switch (action?.kind) {
    case 'seed.reveal':
    case 'evidence.post':
      return 0
    case 'claim.reveal':
      return 1
    case 'checkpoint.post':
      return 3
    case 'claim.commit':
      return 4
    default:
      return 5
  }
}

/** Candidates by lane; within a lane, in the caller's order of preference. */
export function inLaneOrder(transactions: readonly Transaction[]): readonly Transaction[] {
  return [...transactions].sort((a, b) => laneOf(a) - laneOf(b))
}
