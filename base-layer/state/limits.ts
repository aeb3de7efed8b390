// Bounds of what one block may ask of whoever checks it, each with its reason [LED-5]. Bytes and counts that
// differ between networks are parameters; these do not.

/**
 * Price of a block in signature checks, at the slow path's price each [SIG-1]: 3 s of native or 20 s of
 * portable work.
 */
export const BLOCK_VERIFICATIONS = 24_576
/** A VRF proof is verified portably: about eight times a signature. */
export const VRF_VERIFICATIONS = 8
/** Judging a step within its meter [CLM-2: 5 ms] costs as much as this many native checks. */
export const CLAIM_VERIFICATIONS = 128
/** Two signatures of evidence. */
export const EVIDENCE_VERIFICATIONS = 2
/** Claim commits and convictions waiting at one time: they share one leaf, and each holds a deposit. */
export const OPEN_CLAIMS = 1024
