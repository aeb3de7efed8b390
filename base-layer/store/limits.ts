// Bounds of what the base chain's files keep beyond the chain itself, each with its reason [GSP-3].
export const STORE_LIMITS = {
  /** Rows of each kind in the guard file: only the newest decide, the rest is for a person who looks. */
  guardRows: 1_024,
  /** Certificates kept for the next start: as many as consensus keeps waiting. */
  certificates: 64,
  /** A genesis document handed to a process that checks: 100,000 outputs of a hundred bytes, and the rest. */
  genesisBytes: 32 * 1024 * 1024,
  /** Bodies dropped in one go: a short transaction, and the rest the next time. */
  pruned: 1_000,
  /** Final blocks read back at a start; all of them are by `node check` and on the operator's schedule. */
  checkedAtStart: 64,
  /** Signing pauses this many finality epochs after a lost guard file [FIN-7]. */
  lossEpochs: 2
} as const
