// Every bound of the consensus machine on what others can make it hold or do, with its reason.
export const CONSENSUS_LIMITS = {
  /** Rounds below the last committed leader that still count: part of what a commit means, the same on every node. */
  gcDepth: 60,
  /** Blocks further above our round are ignored: they cannot be used soon and would fill the memory. */
  futureRounds: 200,
  /** Distinct blocks of one (author, round) taken unasked; one that a waiting block names is always taken. */
  twins: 4,
  /** Blocks of one author that wait for ancestors; the farthest ahead gives way. */
  suspendedPerAuthor: 64,
  /** Blocks of one author that are announced and not yet here; the farthest ahead gives way. */
  announcedPerAuthor: 64,
  /** References in one request: the answer stays below 8 MB. */
  fetchRefs: 32,
  /** Headers in one push: about 64 kB with 13 members. */
  pushHeaders: 128
} as const
