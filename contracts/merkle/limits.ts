// Bounds of everything the Merkle structures read from outside, each with its reason.

/** Bits of a path, so also the deepest place a leaf can have. */
export const TREE_DEPTH = 256
/**
 * Nodes of one witness: two for each level of the 24 keys of a step, were they as deep as the tree. Two keys ground
 * to have 60 bits in common cost 2^30 hashes and 240 nodes of one byte.
 */
export const WITNESS_NODES_MAX = 16_384
/** Bytes of a key shown in a witness: section prefix and a few ids. */
export const WITNESS_KEY_BYTES_MAX = 256
/** Bytes of one value shown in a witness; the sections and templates have tighter bounds of their own. */
export const WITNESS_VALUE_BYTES_MAX = 65_536
/** Bytes of a whole encoded witness when it stands alone; nested ones are bounded by what carries them. */
export const WITNESS_BYTES_MAX = 1_048_576
/** Hashes of one log proof: log2 of the largest size (2^53) for each of two edges. */
export const LOG_PATH_MAX = 108
