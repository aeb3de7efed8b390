// Bounds of every proof that a wallet takes from a stranger, each with its reason [GSP-3].

/** Periods one proof may span: a year of the main network is about 770. */
export const HANDOVERS_MAX = 4096
/** Most bytes of a whole proof of finality; longer absences are followed in parts. */
export const FINALITY_PROOF_BYTES = 64 * 1024 * 1024
/** Most bytes of one part: an answer of a node carries it as hexadecimal twice as long. */
export const UPDATE_BYTES = 4 * 1024 * 1024
/** One state value: a full table of periods has 75 kB. */
export const VALUE_BYTES = 1024 * 1024
/** Keys shown by one proof of state: a wallet's coins; more are shown in several. */
export const STATE_KEYS_MAX = 256
/** Encoded key of any section. */
export const KEY_BYTES = 256
/** Encoded proof of state: all keys at the depth of 10^9 leaves, with their values, are below. */
export const STATE_PROOF_BYTES = 2 * 1024 * 1024
/** Entries of a history in one proof: more are shown in parts, each going on from the last. */
export const HISTORY_ENTRIES_MAX = 16_384
/** Entries of a history that a node hashes again to show the newest of them: 60 ms. */
export const HISTORY_SERVED_MAX = 65_536
/** Body of any proof document: the largest is a history of full length. */
export const PROOF_BODY_BYTES = 4 * 1024 * 1024
/** Recovery files that one client follows: each is a disaster of its own. */
export const RECOVERIES_MAX = 8
/** A trusted head with full tables of 1000 peers, its own and those of recovery files. */
export const LIGHT_STATE_BYTES = 1024 * 1024
/** A trusted head as shown by a node: its table and a path to it. */
export const ANCHOR_BYTES = 512 * 1024
