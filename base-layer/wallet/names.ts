// Names as a wallet takes, uses and reviews them [NAM-2 to NAM-4]: what to send and when, over any account. Nothing
// has to be remembered between commitment and claim: the salt follows from the owner's secret and the name, so a
// wallet that is restored from its words can still claim.
import { hashHex } from '#contracts/crypto/hash.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { checkLogin, type LoginRecord } from '#contracts/names/login.ts'
import { type Name, nameBytes } from '#contracts/names/name.ts'
import { nameCommitmentOf, type NameTargets } from '#contracts/names/name-record.ts'
import { type ProvenName, type ResolvedName, standingOfProven } from '#contracts/names/resolve.ts'
import type { Opinion, Words } from '#contracts/names/review.ts'
import type { Hash, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { BaseChain } from '../base-chain.ts'
import type { Secret } from '../runtime/secret.ts'
import type { TransactionWishes } from './assemble.ts'

/** Who takes a name. */
export interface NameOwner {
  readonly key: PublicKey
  readonly secret: Secret<Uint8Array>
}

/** Nobody without the secret can tell which name a commitment is for. */
export function nameSaltOf({ secret }: NameOwner, name: Name): Hash {
  return hashHex('name-salt', secret.reveal(), nameBytes(name))
}

/** The first step: hides which name is wanted. */
export function buildCommit(owner: NameOwner, name: Name): Action {
  return { kind: 'name.commit', commitment: nameCommitmentOf(name, owner.key, nameSaltOf(owner, name)) }
}

/**
 * The second step, for when `claimStage` says `ripe`: sent earlier,
 * it tells the name to everyone and takes nothing.
 */
export function buildClaim(owner: NameOwner, name: Name, targets: NameTargets): Action {
  return { kind: 'name.claim', name, owner: owner.key, salt: nameSaltOf(owner, name), targets }
}

/** none: commit first, or anew; waiting: the commitment is too young; ripe: claim now. */
export type ClaimStage = 'none' | 'waiting' | 'ripe'

/** Where a claim stands, by the final state of a node. */
export async function claimStage(chain: BaseChain, owner: NameOwner, name: Name): Promise<ClaimStage> {
  const commitment = nameCommitmentOf(name, owner.key, nameSaltOf(owner, name))
  const key = { kind: 'commit', commitment } as const
  const [info, head, final, seen] = await Promise.all([
    chain.info(),
    chain.tip('head'),
    chain.read('names', key),
    chain.read('names', key, 'head')
  ])
  if (seen?.kind !== 'commit') return 'none'
  // The block that claims is the head's next, and must find the commitment recorded final.
  const isFinal = final?.kind === 'commit' && seen.committedAt <= head.recordedFinal
  return isFinal && head.height + 1 >= seen.committedAt + info.parameters.nameCommitMin ? 'ripe' : 'waiting'
}

/** A payment that says whom it is for: `found` was proven, and a name that moved since refuses it [NAM-4]. */
export function buildNamedPayment(
  name: Name,
  found: ResolvedName,
  atoms: bigint
): Verdict<TransactionWishes, 'E_NAME_PAYEE'> {
  const { key } = found.targets
  if (key === null) return reject('E_NAME_PAYEE', `${name} points to no key that could be paid`)
  return accept({ payments: [{ to: key, atoms }], action: { kind: 'name.pay', name, output: 0 } })
}

/** The payer's word on a payment that named its payee; 0 is the worst, 5 the best. */
export function buildReview(payment: TransactionId, payer: PublicKey, rating: number, words: Words): Action {
  return opine(payment, payer, { kind: 'review', rating, words })
}

/** The payee's answer to the review. */
export function buildReply(payment: TransactionId, payee: PublicKey, words: Words): Action {
  return opine(payment, payee, { kind: 'reply', words })
}

function opine(payment: TransactionId, author: PublicKey, opinion: Opinion): Action {
  return { kind: 'name.review', payment, author, opinion }
}

/** The key behind `login@peer`: the peer's name proven, the record from anybody [NAM-3]. */
export function resolveLogin(peer: ProvenName, login: Name, record: LoginRecord): Verdict<PublicKey> {
  const { genesis, name, ticks } = peer
  return checkLogin(record, { genesis, login, peer: name, standing: standingOfProven(peer), ticks })
}
