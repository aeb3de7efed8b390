// Bounds of the base chain's driver, each with its reason [GSP-3].
import { LAST_LANE } from '../state/transactions/block-limits.ts'

export const CHAIN_LIMITS = {
  /** Transactions waiting for a block: four full blocks of the main network. */
  mempoolTransactions: 16_384,
  /** Encoded bytes of the same: eight full blocks. */
  mempoolBytes: 16_000_000,
  /**
   * Of both, the part of each lane in percent, so that no flood crowds out another lane [LED-5]. The first has room for
   * the reveals of a full table; a new lane must be added here, which a test asks for.
   */
  mempoolLanePercent: [9, 4, 4, 4, 4, 75],
  /** Transactions of one payer: a quarter of the pool, so that one account never holds all of it. */
  mempoolPerSender: 4_096,
  /**
   * A transaction with all it needs from the pool, and with all that
   * needs it: longer chains cost too much to weigh.
   */
  mempoolFamily: 25,
  /** Transactions that one arrival may push out by paying more for the same inputs. */
  mempoolReplaced: 64,
  /** Least that a replacement and a full pool ask for more, in atoms for each thousand bytes: relaying is not free. */
  mempoolRelayRate: 1_000,
  /** Heights after which the floor of a pool that was full has halved. */
  mempoolFloorHalf: 24,
  /** Heights a waiting transaction may stay without being taken. */
  mempoolHeights: 256,
  /** Slots that the next block may be after its parent, for what names a slot: as long as anything waits. */
  slotsAhead: 256,
  /**
   * Waiting transactions that one new head checks again: those with
   * an action, or all after a reorganisation, in turn.
   */
  recheckedPerHead: 128,
  /**
   * Candidates handed to a block under construction: all that wait, since some are as good as any and cannot all be
   * in one block, as posts to one log [VAL-3]. Trying one that does not fit takes 13 µs.
   */
  candidates: 16_384,
  /** Of these, most from each reserved lane: as much as a block keeps for it. */
  candidatesPerLane: 512,
  /** Refused transactions whose reason is remembered for whoever asks. */
  refusedRemembered: 4_096,
  /** Bytes of the mempool's file: what waits, and own submissions since it was last written whole. */
  mempoolFileBytes: 24_000_000,
  /** Things from the network whose signatures are being checked; above it gossip is ignored and fetched later. */
  importsPending: 512,
  /** Offences waiting to be posted. */
  evidenceWaiting: 64,
  /** Entries one `list` returns. */
  listed: 10_000
} as const

/** What of a lane may wait. */
export function laneRoom(lane: number): { readonly count: number; readonly bytes: number } {
  const percent = CHAIN_LIMITS.mempoolLanePercent[Math.min(lane, LAST_LANE)] ?? 0
  return {
    count: Math.floor((CHAIN_LIMITS.mempoolTransactions * percent) / 100),
    bytes: Math.floor((CHAIN_LIMITS.mempoolBytes * percent) / 100)
  }
}
