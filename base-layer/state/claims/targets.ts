// Whom a claim may accuse and what base state says about it [CLM-1, CLM-4].
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import type { JudgeFacts } from '#contracts/claims/judgement.ts'
import { encode } from '#contracts/codec/codec.ts'
import { dagIdOf } from '#contracts/committees/committee-record.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { type ClaimTarget, claimTargetCodec } from '#contracts/ledger/actions/claim.ts'
import type { AssetId, DagId, Hash } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { checkpointBefore, committeeOf, lastCheckpointOf } from '../assets/epochs.ts'
import { logFrontierOf, postedLogHead } from '../assets/log.ts'
import type { Work } from '../work.ts'

type CheckpointTarget = Extract<ClaimTarget, { readonly kind: 'checkpoint' }>
type SeatTarget = Extract<ClaimTarget, { readonly kind: 'seat' }>

export function targetHashOf(target: ClaimTarget): Hash {
  return hashHex('claim-target', encode(claimTargetCodec, target))
}

/**
 * What the judge is told, or why nothing of this kind is on record. A target that somebody committed to was on
 * record then: a void since may have moved the start of its dag, and excuses nobody.
 */
export function findFacts(work: Work, target: ClaimTarget, isCommitted = false): Verdict<JudgeFacts> {
  return target.kind === 'checkpoint' ? checkpointFacts(work, target) : seatFacts(work, target, isCommitted)
}

function checkpointFacts(work: Work, { asset, sequence, checkpoint: id }: CheckpointTarget): Verdict<JudgeFacts> {
  const record = work.get('assets', asset)
  const checkpoint = work.get('checkpoints', { asset, sequence })
  if (record === undefined || checkpoint === undefined || checkpoint.id !== id || checkpoint.statement === null) {
    return reject('E_CLAIM_TARGET', 'no such checkpoint is on record')
  }
  const { statement, signers } = checkpoint
  const previous = work.get('checkpoints', { asset, sequence: sequence - 1 })
  if (previous?.id !== statement.previous)
    return reject('E_CLAIM_TARGET', 'what the checkpoint followed is off the record')
  const previousBaseHeight = previous.statement?.baseHeight ?? record.registeredAt
  return accept({
    ...commonFacts(work, asset, record),
    log: postedLogHead(work, asset, sequence),
    committee: committeeOf(work, asset, statement.epoch),
    target: { kind: 'checkpoint', id, statement, signers, previousBaseHeight }
  })
}

function seatFacts(work: Work, target: SeatTarget, isCommitted: boolean): Verdict<JudgeFacts> {
  const { asset, epoch, dag, seat } = target
  const record = work.get('assets', asset)
  const committee = work.get('committees', { asset, epoch })
  const isKnown = isCommitted || dagsOf(work, target).includes(dag)
  if (record === undefined || committee?.seats[seat] === undefined || !isKnown) {
    return reject('E_CLAIM_TARGET', 'no such seat and dag are on record')
  }
  return accept({ ...commonFacts(work, asset, record), committee, target: { kind: 'seat', epoch, dag, seat } })
}

function commonFacts(work: Work, asset: AssetId, { registration }: AssetRecord) {
  return { genesis: work.chain.genesis, asset, registration, log: logFrontierOf(work, asset) }
}

/** The dag that a standing checkpoint of the epoch names, and the one that starts from the newest before it. */
function dagsOf(work: Work, { asset, epoch }: SeatTarget): readonly DagId[] {
  const record = work.get('assets', asset)
  const committee = work.get('committees', { asset, epoch })
  if (record === undefined || committee === undefined || committee.sourceId === null) return []
  const posted = lastCheckpointOf(work, asset, record, epoch)?.statement?.dag
  const start = checkpointBefore(work, asset, record, epoch)
  return [dagIdOf(asset, epoch, committee.sourceId, start.id), ...(posted === undefined ? [] : [posted])]
}
