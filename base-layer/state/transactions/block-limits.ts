// What fits in a block, and in which order candidates are taken [LED-5].
import { encode, list } from '#contracts/codec/codec.ts'
import { keysOf } from '#contracts/ledger/output.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import { type Rejection, reject } from '#contracts/primitives/verdict.ts'
import { BLOCK_CERTIFICATES } from '#contracts/statements/block.ts'
import { type Certificate, certificateCodec } from '#contracts/statements/vote.ts'
import type { PreparedTransaction } from './apply-transaction.ts'
import {
  BLOCK_VERIFICATIONS,
  CLAIM_VERIFICATIONS,
  EVIDENCE_VERIFICATIONS,
  HOLDER_BYTES,
  KEY_VERIFICATIONS,
  SIGNER_VERIFICATIONS,
  VRF_VERIFICATIONS
} from '../limits.ts'

/** What something takes of a block. */
interface Cost {
  readonly bytes: number
  readonly verifications: number
  readonly transactions: number
}

export function costOfCertificate(certificate: Certificate): Cost {
  const { length } = encode(list(certificateCodec, BLOCK_CERTIFICATES), [certificate])
  return { bytes: length, verifications: certificate.votes.length, transactions: 0 }
}

/** `keys`: how many sign, once the inputs are known. */
export function costOfTransaction({ transaction, encoded }: PreparedTransaction, keys = 1): Cost {
  const together = keys > 1 ? keys * SIGNER_VERIFICATIONS : 0
  return { bytes: encoded.length, verifications: verificationsOf(transaction) + together, transactions: 1 }
}

/** Running totals of a block, or of one lane of it. */
export class BlockBudget {
  readonly #most: Cost
  #bytes = 0
  #verifications = 0
  #transactions = 0

  /** `part`: one in so many of what a block may hold. */
  constructor({ blockBytes, blockTransactions }: Parameters, part = 1) {
    const [bytes, verifications, transactions] = [blockBytes, BLOCK_VERIFICATIONS, blockTransactions].map(most =>
      Math.floor(most / part)
    ) as [number, number, number]
    this.#most = { bytes, verifications, transactions }
  }

  /** What is full, if the cost does not fit: asked before anything is checked, so that checking is bounded. */
  faultOf({ bytes, verifications, transactions }: Cost): Rejection | undefined {
    if (this.#transactions + transactions > this.#most.transactions)
      return reject('E_BLOCK_COUNT', 'the block holds too many transactions')
    if (this.#bytes + bytes > this.#most.bytes) return reject('E_BLOCK_BYTES', 'the block holds too many bytes')
    return this.#verifications + verifications > this.#most.verifications
      ? reject('E_BLOCK_VERIFICATIONS', 'the block asks for too many signature checks')
      : undefined
  }

  take({ bytes, verifications, transactions }: Cost): void {
    this.#bytes += bytes
    this.#verifications += verifications
    this.#transactions += transactions
  }
}

/**
 * Price of a transaction of one key in signature checks: its own, its
 * action's, and a key check for each new owner [SIG-1].
 */
export function verificationsOf({ action, outputs }: Transaction): number {
  const owners = outputs.reduce((sum, output) => sum + keysOf(output).length, 0)
  return 1 + owners * KEY_VERIFICATIONS + verificationsOfAction(action)
}

function verificationsOfAction(action: Transaction['action']): number {
  switch (action?.kind) {
    case 'seed.reveal':
      return VRF_VERIFICATIONS
    case 'peer.register':
      return 3 * KEY_VERIFICATIONS
    case 'bond.post':
      return 3 * KEY_VERIFICATIONS * action.bonds.length
    case 'checkpoint.post':
      return action.signatures.length
    case 'claim.commit':
    case 'name.transfer':
      return KEY_VERIFICATIONS
    case 'name.claim':
      return 3 * KEY_VERIFICATIONS
    case 'name.update':
      return 2 * KEY_VERIFICATIONS
    case 'claim.reveal':
      return CLAIM_VERIFICATIONS
    case 'finality.recover':
      return Math.ceil(action.file.length / HOLDER_BYTES)
    case 'evidence.post':
      return EVIDENCE_VERIFICATIONS
    default:
      return 0
  }
}

/** Lane of a transaction: lower ones are filled first [LED-5]. Mempools keep room by it. */
export function laneOf({ action }: Pick<Transaction, 'action'>): number {
  switch (action?.kind) {
    case 'seed.reveal':
    case 'evidence.post':
    case 'finality.recover':
      return 0
    case 'claim.reveal':
      return 1
    case 'checkpoint.post':
      return 3
    case 'claim.commit':
      return 4
    default:
      return LAST_LANE
  }
}

/** The lane of everything that has none reserved. */
export const LAST_LANE = 5
/** One in so many of a block is kept for each reserved lane, so that a flood of one leaves room in the others. */
const LANE_PART = 8

/**
 * Candidates in the order they should be tried: of each reserved lane as much as its part holds, then the rest
 * by lane; within a lane, in the caller's order of preference [LED-5].
 */
export function inLaneOrder(
  candidates: readonly PreparedTransaction[],
  parameters: Parameters
): readonly PreparedTransaction[] {
  const kept: PreparedTransaction[] = []
  const rest: PreparedTransaction[] = []
  const parts = Array.from({ length: LAST_LANE }, () => new BlockBudget(parameters, LANE_PART))
  const byLane = [...candidates].sort((a, b) => laneOf(a.transaction) - laneOf(b.transaction))
  for (const candidate of byLane) {
    const part = parts[laneOf(candidate.transaction)]
    const cost = costOfTransaction(candidate)
    if (part === undefined || part.faultOf(cost) !== undefined) {
      rest.push(candidate)
      continue
    }
    part.take(cost)
    kept.push(candidate)
  }
  return [...kept, ...rest]
}
