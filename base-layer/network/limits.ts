// Bounds of what base chain peers may send, ask and make this node do, each with its reason [GSP-3].
const KIB = 1024
const MIB = 1024 * KIB

export const SYNC_LIMITS = {
  /** Gossip carries whole blocks up to this size: asking for what is missing would cost more than it saves. */
  wholeBlockBytes: 8 * KIB,
  /**
   * Larger ones travel as a header with short ids, up to this size;
   * of others only the header, and peers fetch the body.
   */
  gossipBlockBytes: 192 * KIB,
  /** Transactions of one block asked for by index, and their bytes; with more missing the whole block is fetched. */
  pieces: 1_024,
  piecesBytes: MIB,
  /** Blocks rebuilt or received a moment ago, served before they are stored. */
  recentBlocks: 16,
  /** Blocks whose header was relayed and whose body is still missing: other forms of them are looked at. */
  bodiesAwaited: 32,
  /** Blocks being rebuilt: each goes through the whole mempool once. */
  rebuilding: 4,
  /** Blocks of one answer: at ten seconds a slot, forty minutes of chain. */
  rangeBlocks: 256,
  /** Bytes of one answer; a single larger block still fits. */
  rangeBytes: 4 * MIB,
  /** One whole block above the range, and framing. */
  responseBytes: 9 * MIB,
  headers: 1_024,
  /** Bytes of the blocks that one answer of headers is cut from: decoding them is done between two events. */
  headersWorkBytes: MIB,
  /** Headers held under one proven final block: a period of the main network and its lag. */
  headersAhead: 8_192,
  /** Final blocks behind at which what is final is learned first; nearer ones come as a range. */
  headerFirstBlocks: 32,
  /** Bodies of one request, peers asked at once, and bodies held ahead of the one being executed. */
  bodiesPerRequest: 32,
  bodyPeers: 4,
  bodiesAhead: 256,
  /** Address groups that make what was heard one's own circle, and peers asked outside of it [NET-2]. */
  sampleGroups: 4,
  samplePeers: 4,
  /** Ids of one locator: steps double, so this spans any tree consensus keeps. */
  locatorIds: 32,
  /** Blocks a transaction waits before it is handed to peers again: gossip and the next proposers had their turn. */
  overdueHeights: 3,
  /** Transactions offered at once to a peer that may have missed them, and their bytes. */
  offered: 64,
  offerBytes: 256 * KIB,
  /** A chunk of a state is cut at so many leaves or bytes; a state of 4 GB has the most chunks there may be. */
  snapshotLeaves: 4_096,
  snapshotChunkBytes: MIB,
  snapshotChunks: 4_096,
  /** Ids of the blocks since the period's root: a week without finality at ten seconds a slot. */
  snapshotAnchorBytes: 2 * MIB,
  leafKeyBytes: 512,
  leafValueBytes: MIB,
  /** How long one state is offered: a slow joiner takes this long to fetch it all. */
  snapshotMs: 900_000,
  /** Bytes of chunks kept ready, of the state offered. */
  snapshotKeptBytes: 64 * MIB,
  /** Times a joiner asks everyone for a state, and the time between: peers are being found at the same time. */
  snapshotRounds: 20,
  snapshotRetryMs: 1_000,
  requestBytes: 4 * KIB,
  statusBytes: KIB,
  /** Answers being made at once, all peers together: each holds up to rangeBytes. */
  concurrency: 8,
  statusConcurrency: 32,
  /** Proofs and chunks of state being made at once: each is up to a walk through what is kept. */
  proofConcurrency: 2,
  requestTimeoutMs: 5_000,
  statusTimeoutMs: 2_000,
  /** Blocks being fetched by id, and peers asked for one before giving up until it is named again. */
  fetches: 64,
  fetchPeers: 4,
  /** Times all of them are asked, and the time between: who relayed a header may be fetching the body as well. */
  fetchRounds: 4,
  fetchRetryMs: 150,
  /**
   * What an answer that no honest peer gives counts against who gave
   * it: the second within a few seconds cuts it off.
   */
  garbageOffences: 11,
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

/** Prices and budgets in native signature checks of 60 us each [GSP-1]; one that fails is checked portably, in 1 ms. */
export const GATE_LIMITS = {
  /**
   * What a peer may cost without being of use: two full minutes of the rate at once, since floods of honest traffic
   * come after a pause; then for a hundred peers a third of a core.
   */
  peer: { capacity: 8_192, perSecond: 64, namesMax: 1_024 },
  /** What a key may sign for nothing: a few things at once, one in two seconds after that. */
  signer: { capacity: 256, perSecond: 16, namesMax: 8_192 },
  /** A message that is worthless whoever looks at it: the portable verifier had the last word. */
  rejected: 16,
  /** Signed, relayed and then refused: a block executed for nothing or a transaction that does not apply. */
  failed: 32,
  /** Decoding and hashing so many bytes takes as long as one check. */
  bytesPerCheck: 4 * KIB,
  /** Short ids of waiting transactions made in the time of one check, when a block is put together again. */
  idsPerCheck: 20,
  /**
   * Transactions that cost more than this to check are checked before
   * they are relayed, or a flood would be multiplied.
   */
  relayUncheckedMax: 16,
  /** Things relayed whose full check waits its turn; above it they are checked first. */
  checksWaiting: 256,
  /** Votes and acknowledgements remembered as relayed: those of 2000 peers for sixteen epochs. */
  statementsRemembered: 32_768
} as const

/** Milliseconds of the main thread that answers to requests may take: a burst, and what comes back in a second. */
export const ANSWER_LIMITS = {
  /** One peer: a late joiner asks for ranges of final blocks, at a few milliseconds each. */
  each: { capacity: 4_000, perSecond: 100, namesMax: 1_024 },
  /** All peers with proofs and chunks of state, which nobody's next slot waits for. */
  all: { capacity: 4_000, perSecond: 250, namesMax: 1 }
} as const
