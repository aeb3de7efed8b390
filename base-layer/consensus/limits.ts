// Every bound of the base chain's consensus machine on what others can make it hold, with its reason [GSP-3].
export const BASE_LIMITS = {
  /** Blocks above the last final one: hours of a stall at ten seconds a slot; above it the lightest leaves go. */
  treeBlocks: 8_192,
  /** Blocks of one proposer and slot taken unasked; one that a waiting child names is always taken. */
  twins: 2,
  /** Proposals of a slot that are relayed: the best three tickets, whoever sent them [POS-4]. */
  relayedPerSlot: 3,
  /** Blocks that wait for a parent; the highest gives way, so that the next needed one stays. */
  orphans: 256,
  /** Encoded bytes of the blocks that wait, for a parent or for the clock: some full blocks. */
  waitingBytes: 16 * 1024 * 1024,
  /** An orphan this far above the head is not kept: the driver synchronises a range instead. */
  orphanReach: 128,
  /** Senders remembered for a missing parent. */
  sourcesPerMissing: 4,
  /** Times a missing block is asked for before it is given up, with what waits for it; gossip may bring it up again. */
  asksPerMissing: 12,
  /** Headers ahead of the clock; a block more than `heldSlots` ahead is dropped. */
  held: 64,
  heldSlots: 2,
  /** Ids of refused blocks remembered, and refused bodies for one id: a wrong body does not condemn its header. */
  refusedIds: 1_024,
  refusedBodies: 8,
  /** Blocks beside the final chain remembered to tell a certificate for one of them: a few epochs of them. */
  deadIds: 64,
  /** Slots around the current one whose acknowledgements and proposals from gossip are looked at. */
  acknowledgementSlots: 4,
  /** Slots in which everyone's proposals and acknowledgements are remembered; then only what weighs. */
  slotsRemembered: 64,
  /** Acknowledgements waiting for their block. */
  acknowledgementsWaiting: 4_096,
  /** Epochs back from the current one in which a vote is still collected. */
  voteEpochs: 16,
  /** Different votes of one peer and epoch: two are the evidence. */
  votesPerEpoch: 2,
  /** Votes kept per peer to find a surrounding one later. */
  votesRemembered: 64,
  /** Certificates whose source or target is not known yet; the oldest target goes first. */
  certificatesWaiting: 64,
  /** Peers whose votes are collected, who vote for their standing; those of the table come on top of them. */
  voters: 2_000,
  /** Blocks below the final one kept for digests and to tell a fork from an old block. */
  finalBlocksKept: 64
} as const
