// Numbers of the benchmark: how long each part takes, how much is offered, and what "sustained" means.
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'

export const VERIFY_BENCH = {
  /** Signed messages made at a time; the clock runs only while they are verified. */
  batch: 500,
  measureMs: 2_500
} as const

export const ASSET_BENCH = {
  symbol: 'BEN',
  seats: 4,
  collateralAtoms: 100n * ATOMS_PER_SHARE,
  reserveAtoms: 1n * ATOMS_PER_SHARE,
  /** Accounts that pay each other: each may have only its window of instructions under way [EXE-1]. */
  accounts: 192,
  mintedUnits: 1_000_000n,
  /** Heights from the signing on at which an instruction still runs: longer than the whole benchmark. */
  validHeights: 600,
  /** Transfers signed before the clock starts: more than can be accepted in all parts together. */
  prepared: 90_000,
  /** A tenth of the target rate: latency at low load [DAG-8]. */
  lowPerSecond: 100,
  lowMs: 8_000,
  /** In flight while the rate is looked for, and for how long each; the next is tried while the last one held. */
  levels: [200, 400, 500, 600, 800],
  warmUpMs: 5_000,
  levelMs: 4_000,
  /** The measured window. */
  measureMs: 15_000,
  /** 99 % of a short level must be accepted within this time, so that the longer window stays under a second. */
  heldP99Ms: 650,
  /** Everything together, start of the network included. */
  deadlineMs: 140_000
} as const

export const BASE_BENCH = {
  /** Each with one input and two outputs, of payers and payees who appear only once. */
  payments: 1_000,
  /** Unspent outputs of the ledger; the larger one in long mode only. */
  outputs: [100_000, 1_000_000] as const,
  /** Owners of what nobody spends. */
  strangers: 4_096,
  /** Blocks before the clock starts, and while it runs, in parts with a look at the verify bound between them. */
  warmUpBlocks: 4,
  measuredBlocks: 16,
  parts: 4,
  verifyMs: 400,
  /** Blocks at the tip that no certificate has made final yet. */
  finalLag: 8,
  /** Proofs made and checked for one mean. */
  proofs: 500,
  genesisBytes: 16_000_000,
  /** How long nodes run before their memory is looked at. */
  restMs: 15_000,
  /** The ledger made, taken twice, and the nodes; with the larger ledger. */
  deadlineMs: 300_000,
  longDeadlineMs: 900_000
} as const
