// Every bound of the asset layer's drivers on what others can make them hold, send or do, each with its reason.
const KIB = 1024
const MIB = 1024 * KIB

export const LINK_LIMITS = {
  /** One frame of a link: two of the largest blocks, or several hundred usual ones. */
  frameBytes: MIB,
  /** Things in one frame. */
  items: 256,
  /** Blocks of one answer, whatever was asked. */
  answerBlocks: 256,
  /** Bytes of blocks in one answer: leaves room for framing. */
  answerBytes: 512 * KIB,
  /** Headers of one push. */
  headers: 256,
  /** Statements of one push: what a member signs in ten seconds. */
  statements: 128,
  /** Frames a second that one peer may have us answer; more are dropped, and it asks again. */
  answersPerSecond: 200,
  /** Questions for blocks in one frame; an honest peer asks one or two at a time. */
  questionsPerFrame: 8,
  /** Introductions of one peer on one link: a bad one costs a slow signature check. */
  hellos: 8,
  /** Links from peers that are no members. Members are bounded by the committee. */
  observers: 64,
  /** Between attempts to reach a member. */
  retryMs: 500,
  retryMostMs: 5_000,
  /** The peer with the greater id lets the other call first. */
  courtesyMs: 1_500
} as const

export const REQUEST_LIMITS = {
  requestBytes: 4 * KIB,
  /** Requests of one kind worked on at once. */
  concurrency: 16,
  timeoutMs: 4_000,
  /** Steps, leaves or entries of one answer. */
  steps: 1_024,
  leaves: 8_192,
  entries: 2_048,
  /** Payload of one answer; an item over it is sent alone. */
  answerBytes: 768 * KIB,
  responseBytes: MIB + 512 * KIB,
  /** Validators of one question for addresses. */
  validators: 64,
  /** Keys of one query. */
  keys: 16
} as const

export const SUBMIT_LIMITS = {
  frameBytes: 512 * KIB,
  /** Instructions of one frame. */
  instructions: 512,
  /** Instructions one session waits for; more are refused with E_BUSY. */
  waiting: 8_192,
  /** Bad signatures after which a session is closed: each costs the slow path. */
  badSignatures: 16,
  /** Sessions of clients. */
  sessions: 64,
  /** A client that hears nothing for this long tries another member. */
  silenceMs: 3_000,
  /** A node that hands an instruction on waits this long for its outcome. */
  relayMs: 15_000
} as const

export const MEMPOOL_LIMITS = {
  /** In all: eight seconds at the target rate. */
  instructions: 8_192,
  bytes: 16 * MIB,
  /** Of one account: as far as its sequences may run ahead [EXE-1]. */
  perAccount: 64,
  /** Of one block: half the largest body, so that four members never fill a frame. */
  blockBytes: 128 * KIB,
  blockInstructions: 512
} as const

export const REPLICA_LIMITS = {
  /** Rounds of encoded blocks kept in memory for answers; older ones are read from the store. */
  recentRounds: 64,
  /** Writes that wait for the next durable one. */
  pendingWrites: 4_096,
  /** A replica that signs nothing durable writes at least this often. */
  flushMs: 1_000,
  /** Commits of which the state is kept until their certificate comes. */
  uncertified: 256,
  /** Own statements told again to a peer that links anew. */
  retoldStatements: 64,
  /** Sequences whose traces are kept in memory for receipts and claims. */
  traces: 4,
  /** Bodies of blocks kept decoded until their commit. */
  bodies: 8_192
} as const

export const DISCOVERY_LIMITS = {
  /** Address records remembered, a few hundred bytes each. */
  records: 4_096,
  /** How long a record is believed before the DHT is asked again. */
  freshMs: 30_000,
  /** Own records are published again this often. */
  republishMs: 10_000,
  /** Connected peers asked when the DHT knows nothing. */
  askPeers: 6
} as const

export const WATCH_LIMITS = {
  /** Offences waiting for the claimant; each is proven, so more are repeats of the same fault. */
  offences: 64,
  /** Between two looks at the base chain on behalf of an open claim. */
  pollMs: 500
} as const
