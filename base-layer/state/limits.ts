// Bounds of what one block may ask of whoever checks it, each with its reason [LED-5]. Bytes and counts that
// differ between networks are parameters; these do not.

/**
 * Price of a block in signature checks, at the slow path's price each [SIG-1]: 3 s of native or 20 s of
 * portable work.
 */
export const BLOCK_VERIFICATIONS = 24_576
/** A VRF proof is always verified portably, in 2.8 ms: as much as this many native checks. */
export const VRF_VERIFICATIONS = 32
/** A key met for the first time is decompressed portably, in 0.12 ms [SIG-3]. */
export const KEY_VERIFICATIONS = 1
/** One of several keys of a transaction: decompressed, multiplied and added into their aggregate, in 0.4 ms [SIG-3]. */
export const SIGNER_VERIFICATIONS = 4
/** Longest time a hash lock may hold its coin: over a year of slots of ten seconds. */
export const LOCK_TICKS = 4_194_304
/** Bonds of retired peers paid back in one block; those that are due with them wait for the next. */
export const BONDS_RETURNED = 64
/** Slots a peer has been punished for, remembered one by one; each cost it a hundredth of what was left [POS-5]. */
export const PENALISED_SLOTS = 512
/** Clocks of heights in one leaf: rewritten with every block, and 70 bytes of tree for each leaf that is kept. */
export const CLOCKS_PER_LEAF = 64
/** Leaves of clocks forgotten in one block: more than are filled, so that a stall is caught up with. */
export const CLOCKS_FORGOTTEN = 4
/** Judging a step within its meter [CLM-2: 5 ms] costs as much as this many native checks. */
export const CLAIM_VERIFICATIONS = 128
/**
 * Justified points kept beside the root. Votes start from the newest, so older ones matter to nobody; without a
 * bound, a third of a table that votes in every other epoch would fill the leaf until no block could be built.
 */
export const JUSTIFIED_KEPT = 64
/**
 * Checkpoints of one asset that wait to settle: a void rewrites all that stand on it, two seconds' work at the
 * most. On the main network this is 500 steps a second for a whole window.
 */
export const UNSETTLED_CHECKPOINTS = 16_384
/** Least bytes of a recovery file for each signature in it: its holder's key, one output and the signature [FIN-9]. */
export const HOLDER_BYTES = 128
/** Two signatures of evidence. */
export const EVIDENCE_VERIFICATIONS = 2
/**
 * Claim commits of one asset waiting at one time, and convictions without one: they share a leaf. By asset, so
 * that nobody crowds out claims on one with the cheap deposits of another: here the deposits cost many times
 * the reward.
 */
export const OPEN_CLAIMS = 1024
/** Seats of the board [GOV-1]. */
export const BOARD_SEATS = 21
/** Lapsed commitments and payments that one block removes, of each: more than one block can add. */
export const NAMES_PRUNED = 8192
