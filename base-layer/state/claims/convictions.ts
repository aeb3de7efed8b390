// What a proven claim does [CLM-6, CKP-3]: takes the collateral behind the seats, voids what was false and what
// stands on it, closes the epoch, and holds the collateral until it is paid out.
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import type { ConvictionRecord } from '#contracts/claims/claim-record.ts'
import type { CommitteeSeat } from '#contracts/committees/committee-record.ts'
import { quorumOf } from '#contracts/committees/quorum.ts'
import type { ClaimTarget } from '#contracts/ledger/actions/claim.ts'
import type { AssetId, Hash, Seat } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { changeUnit, closeEpochs, committeeOf } from '../assets/epochs.ts'
import { balanceIdOf } from '../transactions/balance-ids.ts'
import { balanceOf, credit, debit } from '../transactions/balances.ts'
import type { KeyOf } from '../trees/sections.ts'
import type { Work } from '../work.ts'
import { addConviction } from './open-claims.ts'
import { targetHashOf } from './targets.ts'

export function convictionKeyOf(target: ClaimTarget): KeyOf<'claims'> {
  return target.kind === 'checkpoint'
    ? { kind: 'checkpoint', asset: target.asset, sequence: target.sequence }
    : { kind: 'seat', dag: target.dag, seat: target.seat }
}

/** Name of the balance that holds what a conviction took. */
export function convictionBalanceOf(target: ClaimTarget): Hash {
  return balanceIdOf('conviction', targetHashOf(target))
}

/**
 * The conviction of exactly this target: an older one may lie at the sequence of a checkpoint that was posted
 * anew.
 */
export function convictionOf(work: Work, target: ClaimTarget): ConvictionRecord | undefined {
  const found = work.get('claims', convictionKeyOf(target))
  return found?.kind === 'conviction' && targetHashOf(found.target) === targetHashOf(target) ? found : undefined
}

/** Convicts the seats of a target, once [CLM-6]. A second proof of the same changes nothing. */
export function convict(work: Work, target: ClaimTarget, seats: readonly Seat[]): void {
  if (convictionOf(work, target) !== undefined) return
  const epoch = epochOf(work, target)
  const slashed = seats.reduce((sum, seat) => sum + slashSeat(work, target.asset, epoch, seat), 0n)
  credit(work, convictionBalanceOf(target), slashed, 'conviction')
  work.put('claims', convictionKeyOf(target), {
    kind: 'conviction',
    target,
    provenAt: work.height,
    slashed,
    paid: false,
    paidTo: null,
    paidCommit: null,
    reward: 0n,
    burnt: 0n
  })
  addConviction(work, target)
  const record = present(work.get('assets', target.asset), 'the asset of a target')
  const next =
    target.kind === 'checkpoint'
      ? voidFrom(work, target.asset, record, target.sequence)
      : closeIfTooFew(work, target.asset, record)
  work.put('assets', target.asset, next)
}

/** The epoch whose members a target accuses. */
export function epochOf(work: Work, target: ClaimTarget): number {
  if (target.kind === 'seat') return target.epoch
  const { asset, sequence } = target
  return present(work.get('checkpoints', { asset, sequence })?.statement, 'a convicted checkpoint has a statement')
    .epoch
}

/**
 * Takes the unit behind a seat, if nobody took it before. Returns the atoms, which the caller puts elsewhere.
 */
function slashSeat(work: Work, asset: AssetId, epoch: number, seat: Seat): bigint {
  const accused = present(committeeOf(work, asset, epoch).seats[seat], 'a convicted seat is of the committee')
  const bond = present(work.get('bonds', accused.bond), 'a seat stands on a bond')
  const { current, epoch: newest } = present(work.get('assets', asset), 'the asset of a target')
  // The unit may stand behind a seat of a later epoch by now: without collateral that one counts for nothing.
  for (const of of new Set([epoch, current, newest])) if (of > 0) markSlashed(work, asset, of, accused)
  if (bond.units[accused.unit]?.slashed !== false) return 0n
  const held = balanceOf(work, accused.bond)
  const atoms = held < bond.atomsPerUnit ? held : bond.atomsPerUnit
  debit(work, accused.bond, atoms)
  changeUnit(work, accused, () => ({ epoch: null, slashed: true }))
  return atoms
}

function markSlashed(work: Work, asset: AssetId, epoch: number, { bond, unit }: CommitteeSeat): void {
  const committee = committeeOf(work, asset, epoch)
  const seats = committee.seats.map(one => (one.bond === bond && one.unit === unit ? { ...one, slashed: true } : one))
  work.put('committees', { asset, epoch }, { ...committee, seats })
}

/**
 * Voids a checkpoint and its successors, so that the asset is back at the last good one, and closes the epoch
 * [CKP-3]. What is settled stands: then proof slashes and closes only. What another proof has voided is void
 * already.
 */
function voidFrom(work: Work, asset: AssetId, record: AssetRecord, sequence: number): AssetRecord {
  if (sequence > record.sequence) return record
  if (sequence <= record.settled) return closeEpochs(work, asset, record, 'void')
  for (let at = sequence; at <= record.sequence; at++) {
    const checkpoint = present(work.get('checkpoints', { asset, sequence: at }), 'a standing checkpoint')
    work.put('checkpoints', { asset, sequence: at }, { ...checkpoint, status: 'void' })
  }
  return closeEpochs(work, asset, { ...record, sequence: sequence - 1 }, 'void')
}

/** Epochs go on without a convicted seat while each has a quorum of others [CLM-6]. */
function closeIfTooFew(work: Work, asset: AssetId, record: AssetRecord): AssetRecord {
  const hasQuorum = (epoch: number): boolean => {
    const { seats } = committeeOf(work, asset, epoch)
    return seats.filter(seat => !seat.slashed).length >= quorumOf(seats.length)
  }
  const goesOn = record.status !== 'live' || (hasQuorum(record.current) && hasQuorum(record.epoch))
  return goesOn ? record : closeEpochs(work, asset, record, 'halt')
}
