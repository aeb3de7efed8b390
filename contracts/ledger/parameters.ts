// Network parameters [section 21 of docs/protocol.md] and the inequalities they must satisfy [PAR-1]. Names ending in
// Ms are milliseconds, in Ticks ticks [FIN-8], in Atoms atoms; the rest count heights, slots, epochs or things.
import { amount, type Decoded, record, uint } from '../codec/codec.ts'
import { NAME_PRICE_MOST } from '../names/name-record.ts'
import { ATOMS_PER_SHARE, isAmount } from '../primitives/amounts.ts'
import { accept, reject, type Verdict } from '../primitives/verdict.ts'

export const parametersCodec = record({
  slotMs: uint(),
  finalityEpochMs: uint(),
  voteAtMs: uint(),
  /** Heights a share must have been held, with its host, before it counts [POS-1]. */
  lag: uint(),
  period: uint(),
  /** Heights at the start of a period in which VRF reveals are carried [POS-3]. */
  reveals: uint(),
  /** A block ticks only if its recorded final height is at most this far below it [FIN-8]. */
  finalLag: uint(),
  /** Oldest head a client trusts a committee certificate against [COM-6]. */
  headAgeMs: uint(),
  /** Heights between two sources of one asset [COM-4]. */
  epoch: uint(),
  margin: uint(),
  graceTicks: uint(),
  staffingTicks: uint(),
  restaffTicks: uint(),
  ackAtMs: uint(),
  /** Delay bound of the base network; the mean proposal delay of the best ticket [POS-4]. */
  deltaMs: uint(),
  /** C of [POS-7], in whole bits. */
  linkBits: uint(64),
  /** Oldest vote that a block may carry for standing, in finality epochs [POS-9]. */
  voteAge: uint(),
  /** Justified epochs that standing is counted over: at least so many, at most so many [POS-9]. */
  standingMin: uint(),
  standingWindow: uint(),
  leverage: uint(),
  peerBondAtoms: amount(),
  interval: uint(),
  windowTicks: uint(),
  /** R: time to answer a data demand [CLM-5]. */
  demandTicks: uint(),
  revealTicks: uint(),
  evidenceAgeTicks: uint(),
  inboxTicks: uint(),
  idleTicks: uint(),
  stepCap: uint(),
  commitSteps: uint(),
  logRate: uint(),
  silent: uint(),
  dagRoundMs: uint(),
  dagTimeoutMs: uint(),
  /** The fixed part of a base transaction's fee, for each key that signs it. */
  feeAtoms: amount(),
  /** The part for each byte of its encoding. */
  feeByteAtoms: amount(),
  /** Most a poster of a checkpoint is repaid from the asset's reserve [CKP-5]. */
  repayAtoms: amount(),
  /** Locked by a registration, returned if staffing lapses [AST-1]. */
  registrationLockAtoms: amount(),
  blockBytes: uint(),
  blockTransactions: uint(),
  /** Least heights from a name's commitment to its claim, and ticks after which the commitment lapses [NAM-2]. */
  nameCommitMin: uint(),
  nameCommitMaxTicks: uint(),
  /** Ticks that one price buys, and those after them in which only the owner may renew. */
  nameTermTicks: uint(),
  nameGraceTicks: uint(),
  /** In which the owner can revoke a transfer. */
  nameTransferTicks: uint(),
  /** In which a payment may be reviewed, and a review replied to [NAM-4]. */
  nameReviewTicks: uint(),
  /** Burnt for a term of a name of six characters or more. */
  namePriceAtoms: amount(),
  /** From the board's approval of new parameters until they are in force [GOV-3]. */
  noticeTicks: uint(),
  /** After which a proposal that is not approved lapses. */
  proposalTicks: uint()
})
export type Parameters = Decoded<typeof parametersCodec>

/** Standing is counted by reading each epoch of the window once, in the snapshot's block. */
export const STANDING_WINDOW_MAX = 4096

/** Tick counts are sums of a few durations and stay exact; nobody waits for a thousand years of slots. */
const TICKS_MOST = 2 ** 32
/**
 * Bytes of a plain transaction, generously: at every price it stays
 * something that people can pay, or nobody governs.
 */
const PLAIN_BYTES = 1_000n

const shared = {
  voteAge: 8,
  leverage: 100,
  linkBits: 10,
  stepCap: 8192,
  commitSteps: 1024,
  logRate: 64,
  silent: 8,
  blockBytes: 2_000_000,
  blockTransactions: 4096,
  feeAtoms: 1_000n,
  feeByteAtoms: 1n,
  repayAtoms: 8_000n
}

export const MAIN_PARAMETERS: Parameters = {
  ...shared,
  slotMs: 10_000,
  finalityEpochMs: 30_000,
  voteAtMs: 8_000,
  lag: 1000,
  period: 4096,
  reveals: 600,
  finalLag: 60,
  headAgeMs: 900_000,
  epoch: 8640,
  margin: 120,
  graceTicks: 240,
  staffingTicks: 259_200,
  restaffTicks: 60_480,
  ackAtMs: 6_000,
  deltaMs: 2_000,
  standingMin: 64,
  standingWindow: 512,
  peerBondAtoms: 1000n * ATOMS_PER_SHARE,
  interval: 60,
  windowTicks: 25_920,
  demandTicks: 2160,
  revealTicks: 720,
  evidenceAgeTicks: 259_200,
  inboxTicks: 4320,
  idleTicks: 8640,
  dagRoundMs: 50,
  dagTimeoutMs: 250,
  registrationLockAtoms: 100n * ATOMS_PER_SHARE,
  nameCommitMin: 8,
  nameCommitMaxTicks: 8640,
  nameTermTicks: 3_153_600,
  nameGraceTicks: 259_200,
  nameTransferTicks: 25_920,
  nameReviewTicks: 259_200,
  namePriceAtoms: ATOMS_PER_SHARE,
  noticeTicks: 60_480,
  proposalTicks: 60_480
}

export const DEV_PARAMETERS: Parameters = {
  ...shared,
  slotMs: 500,
  finalityEpochMs: 1_000,
  voteAtMs: 350,
  lag: 10,
  period: 32,
  reveals: 6,
  finalLag: 16,
  headAgeMs: 30_000,
  epoch: 160,
  margin: 18,
  graceTicks: 24,
  staffingTicks: 160,
  restaffTicks: 160,
  ackAtMs: 300,
  deltaMs: 60,
  standingMin: 4,
  standingWindow: 32,
  peerBondAtoms: 10n * ATOMS_PER_SHARE,
  interval: 6,
  windowTicks: 48,
  demandTicks: 8,
  revealTicks: 10,
  evidenceAgeTicks: 200,
  inboxTicks: 36,
  idleTicks: 60,
  dagRoundMs: 100,
  dagTimeoutMs: 400,
  registrationLockAtoms: 1n * ATOMS_PER_SHARE,
  nameCommitMin: 4,
  nameCommitMaxTicks: 64,
  nameTermTicks: 320,
  nameGraceTicks: 40,
  nameTransferTicks: 24,
  nameReviewTicks: 64,
  namePriceAtoms: ATOMS_PER_SHARE / 100n,
  noticeTicks: 80,
  proposalTicks: 80
}

/** Refuses a set that breaks an inequality of section 21, naming it [PAR-1]. */
export function checkParameters(p: Parameters): Verdict<Parameters, 'E_PARAMETERS'> {
  const rules: readonly (readonly [holds: boolean, what: string])[] = [
    [
      p.slotMs > 0 && p.finalityEpochMs % p.slotMs === 0 && p.finalityEpochMs >= 2 * p.slotMs,
      'finality epoch is a multiple of the slot, at least two'
    ],
    [p.voteAtMs < p.finalityEpochMs && p.voteAtMs > p.deltaMs, 'VOTE_AT lies inside the epoch, after delta'],
    [p.period * p.slotMs >= 8 * p.finalityEpochMs, 'PERIOD * slot >= 8 finality epochs'],
    [p.lag >= 8 && p.lag <= p.period, '8 <= LAG <= PERIOD'],
    [p.reveals >= 2 && p.reveals < p.lag && p.reveals < p.period, '2 <= REVEALS < LAG, PERIOD'],
    [p.voteAge >= 1, 'VOTE_AGE >= 1'],
    [
      p.standingMin >= 1 && p.standingMin <= p.standingWindow && p.standingWindow <= STANDING_WINDOW_MAX,
      '1 <= STANDING_MIN <= STANDING_WINDOW <= 4096'
    ],
    [p.margin > p.finalLag, 'MARGIN > FINAL_LAG'],
    [p.graceTicks > p.finalLag + p.interval, 'GRACE > FINAL_LAG + interval'],
    [p.epoch > p.graceTicks + p.margin + p.finalLag, 'EPOCH > GRACE + MARGIN + FINAL_LAG'],
    [p.inboxTicks > p.finalLag + p.interval + 8, 'INBOX > FINAL_LAG + interval + 8'],
    [Math.floor(p.idleTicks / 2) > p.finalLag + p.interval, 'IDLE / 2 > FINAL_LAG + interval'],
    [p.demandTicks >= 8 && p.revealTicks >= 8, 'R, REVEAL >= 8'],
    [p.windowTicks > p.demandTicks + p.revealTicks + p.finalLag + 8, 'window > R + REVEAL + FINAL_LAG + 8'],
    [
      p.evidenceAgeTicks > p.windowTicks + p.revealTicks + 2 * p.finalLag,
      'EVIDENCE_AGE > window + REVEAL + 2 FINAL_LAG'
    ],
    [
      Math.min(p.staffingTicks, p.restaffTicks) > p.period + p.reveals + p.margin + p.finalLag,
      'STAFFING, RESTAFF > PERIOD + REVEALS + MARGIN + FINAL_LAG'
    ],
    [
      p.logRate <= p.commitSteps && p.commitSteps <= Math.floor(p.stepCap / 4),
      'LOG_RATE <= COMMIT_STEPS <= STEP_CAP / 4'
    ],
    [p.logRate * p.interval <= Math.floor(p.stepCap / 2), 'LOG_RATE * interval <= STEP_CAP / 2'],
    [p.headAgeMs > p.finalLag * p.slotMs, 'HEAD_AGE > FINAL_LAG * slot'],
    [p.ackAtMs >= 3 * p.deltaMs && p.ackAtMs < p.slotMs, 'ACK_AT >= 3 delta, inside the slot'],
    [
      p.nameCommitMin >= 2 && p.nameCommitMaxTicks > p.nameCommitMin + p.finalLag,
      'NAME_COMMIT_MAX > NAME_COMMIT_MIN + FINAL_LAG'
    ],
    [
      p.nameTransferTicks > p.finalLag && p.nameTermTicks > p.nameTransferTicks + p.finalLag,
      'NAME_TERM - FINAL_LAG > NAME_TRANSFER > FINAL_LAG'
    ],
    [Math.min(p.nameGraceTicks, p.nameReviewTicks) > p.finalLag, 'NAME_GRACE, NAME_REVIEW > FINAL_LAG'],
    [isAmount(p.namePriceAtoms * NAME_PRICE_MOST), 'the price of every name is an amount'],
    [p.noticeTicks > p.period + 2 * p.lag + p.finalLag, 'GOV_NOTICE > PERIOD + 2 LAG + FINAL_LAG'],
    [p.proposalTicks > p.finalLag, 'GOV_PROPOSAL > FINAL_LAG'],
    [ticksOf(p).every(ticks => ticks <= TICKS_MOST), 'durations in ticks are at most 2^32'],
    [
      [p.feeAtoms, PLAIN_BYTES * p.feeByteAtoms, p.repayAtoms].every(atoms => atoms <= ATOMS_PER_SHARE),
      'a signature, and a thousand bytes, cost at most a share each, and no more is repaid'
    ],
    [p.peerBondAtoms >= ATOMS_PER_SHARE, "a peer's bond is at least a share"]
  ]
  for (const [holds, what] of rules) if (!holds) return reject('E_PARAMETERS', `parameters break: ${what}`)
  return accept(p)
}

function ticksOf(parameters: Parameters): readonly number[] {
  return Object.entries(parameters).flatMap(([name, value]) => (name.endsWith('Ticks') ? Number(value) : []))
}
