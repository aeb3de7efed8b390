// Bounds of the base chain's driver, each with its reason [GSP-3].
export const CHAIN_LIMITS = {
  /** Transactions waiting for a block: four full blocks of the main network. */
  mempoolTransactions: 16_384,
  /** Encoded bytes of the same: eight full blocks. */
  mempoolBytes: 16_000_000,
  /** Of both, the part in percent that transactions without a reserved lane may fill: claims always find room [LED-5]. */
  mempoolOrdinaryPercent: 75,
  /** Waiting transactions that one new head re-checks; the rest is checked when a block takes it. */
  recheckedPerHead: 256,
  /** Candidates handed to a block under construction: what does not fit is not worth trying. */
  candidates: 4_096,
  /** Refused transactions whose reason is remembered for whoever asks. */
  refusedRemembered: 4_096,
  /** Heights a waiting transaction may stay without being taken. */
  mempoolHeights: 256,
  /** Things from the network whose signatures are being checked; above it gossip is ignored and fetched later. */
  importsPending: 512,
  /** Offences waiting to be posted. */
  evidenceWaiting: 64,
  /** Entries one `list` returns. */
  listed: 10_000
} as const
