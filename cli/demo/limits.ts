// Numbers of the demo's story. Terms of its two assets, and how much is paid, minted and lied about.
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'

/** The first asset is honest throughout; of the second a quorum lies. */
export const HONEST_SYMBOL = 'HBR'
export const FALSE_SYMBOL = 'KIT'
export const DECIMALS = 2

export const SEATS = 4
export const COLLATERAL_ATOMS = 100n * ATOMS_PER_SHARE
export const RESERVE_ATOMS = 1n * ATOMS_PER_SHARE
export const PAID_ATOMS = 25n * ATOMS_PER_SHARE

/** Who bonds one unit to which asset: four seats of the first; four and three reserves of the second [BND-6]. */
export const HONEST_BONDS = ['ada', 'ben', 'eve', 'finn'] as const
export const FALSE_BONDS = ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gil'] as const

/** Accounts that trade the first asset, and how many instructions each sends. */
export const TRADERS = 16
export const TRANSFERS_PER_TRADER = 24
export const MINTED_UNITS = 1_000_000n

/** The sequence in which a quorum lies, and what it gives itself. */
export const FALSE_SEQUENCE = 3
export const FALSE_UNITS = 1_000_000_00n
/** Pause between payments of the second asset: a step in every sequence keeps its checkpoints coming. */
export const TRICKLE_MS = 700
/** Heights an instruction stays valid. */
export const VALID_HEIGHTS = 200

/** Of the whole, so that stopping the nodes still fits into two minutes. */
export const DEADLINE_MS = 113_000
