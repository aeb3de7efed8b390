// Quorum arithmetic for committees of equal seats [COM-4, COM-8].

/** Most seats that may lie without breaking safety: f of n >= 3f + 1. */
export function faultsOf(seats: number): number {
  return Math.floor((seats - 1) / 3)
}

/** Seats that make a quorum: floor(2n / 3) + 1, which is 2f + 1 for n = 3f + 1. */
export function quorumOf(seats: number): number {
  return Math.floor((2 * seats) / 3) + 1
}
