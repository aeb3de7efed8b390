// Bounds of what base chain peers may send, ask and make this node do, each with its reason [GSP-3].
const KIB = 1024
const MIB = 1024 * KIB

export const SYNC_LIMITS = {
  /** Gossip carries whole blocks up to this size; of larger ones only the header, and peers fetch the body. */
  gossipBlockBytes: 192 * KIB,
  /** Blocks of one answer: at ten seconds a slot, forty minutes of chain. */
  rangeBlocks: 256,
  /** Bytes of one answer; a single larger block still fits. */
  rangeBytes: 4 * MIB,
  /** One whole block above the range, and framing. */
  responseBytes: 9 * MIB,
  headers: 1_024,
  /** Bytes of the blocks that one answer of headers is cut from: decoding them is done between two events. */
  headersWorkBytes: MIB,
  /** Ids of one locator: steps double, so this spans any tree consensus keeps. */
  locatorIds: 32,
  /** Blocks a transaction waits before it is handed to peers again: gossip and the next proposers had their turn. */
  overdueHeights: 3,
  /** Transactions offered at once to a peer that may have missed them, and their bytes. */
  offered: 64,
  offerBytes: 256 * KIB,
  requestBytes: 4 * KIB,
  statusBytes: KIB,
  /** Answers being made at once, all peers together: each holds up to rangeBytes. */
  concurrency: 8,
  statusConcurrency: 32,
  requestTimeoutMs: 5_000,
  statusTimeoutMs: 2_000,
  /** Blocks being fetched by id, and peers asked for one before giving up until it is named again. */
  fetches: 64,
  fetchPeers: 4,
  /** A peer this many blocks ahead makes this node stop signing until it has caught up. */
  behindBlocks: 4,
  /** Blocks of one answer that may turn out not to be kept; then the rest of it is not worth reading. */
  refusedPerRange: 8,
  /** A peer that claimed to be ahead and had nothing new is asked only if nobody else is there, this long. */
  unhelpfulMs: 15_000,
  unhelpfulPeers: 128,
  /** Status is asked at least this often even while blocks keep coming. */
  quietStatusMs: 5_000,
  /** At the start, how long to wait for somebody who is ahead before signing on the stored view. */
  firstLookMs: 1_500
} as const
