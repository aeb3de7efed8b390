// The lottery of proof of share in integers [POS-2, POS-4, POS-7]: who may propose when, and what a link of
// the chain weighs. Called by header checks, acknowledgement counting and fork choice. Logarithms are fixed
// point: Q32 and Q64 mean an integer that stands for value * 2^32 and value * 2^64. Every operation
// truncates, so every machine agrees to the bit.
import { bytesToBigint, compareText, hexToBytes, uintToBytes } from '../primitives/bytes.ts'
import type { Hash, PublicKey, Slot } from '../primitives/ids.ts'
import { assert } from '../primitives/verdict.ts'
import { hashHex } from './hash.ts'

export type TicketIndex = 1 | 2 | 3

/** One arrival of a peer in a slot, at time numerator / (2^64 * weight). Smaller is better. */
export interface Ticket {
  readonly peer: PublicKey
  readonly index: TicketIndex
  /** L_1 + ... + L_index in Q64, at least 1. */
  readonly numerator: bigint
  /** The peer's weight in the period, at least 1. */
  readonly weight: bigint
  /** Decides between equal arrivals. */
  readonly hash: Hash
}

/** The hash that L_index of a peer in a slot is read from [POS-2]. */
export function ticketHash(seed: Hash, slot: Slot, peer: PublicKey, index: TicketIndex): Hash {
  return hashHex('ticket', hexToBytes(seed), uintToBytes(slot, 8), hexToBytes(peer), Uint8Array.of(index))
}

/**
 * A peer's three tickets of a slot, best first: the first three arrivals of a Poisson process whose rate is
 * its weight. Asserts if the weight is not positive: a peer without weight has no tickets [POS-2].
 */
export function deriveTickets(
  seed: Hash,
  slot: Slot,
  peer: PublicKey,
  weight: bigint
): readonly [Ticket, Ticket, Ticket] {
  assert(weight > 0n, 'a ticket needs weight')
  let numerator = 0n
  const next = (index: TicketIndex): Ticket => {
    const hash = ticketHash(seed, slot, peer, index)
    numerator += negLnU(bytesToBigint(hexToBytes(hash.slice(0, 32))))
    return { peer, index, numerator, weight, hash }
  }
  return [next(1), next(2), next(3)]
}

/**
 * Order of two tickets, the better first, exact: fractions by cross-multiplication, ties by ticket hash
 * [POS-2].
 */
export function compareTickets(a: Ticket, b: Ticket): number {
  const left = a.numerator * b.weight
  const right = b.numerator * a.weight
  return left < right ? -1 : left > right ? 1 : compareText(a.hash, b.hash)
}

/**
 * The second smallest of the best three tickets [POS-7], which is the second smallest of all. The same ticket
 * counts once however often it is listed. Undefined if there are fewer than two.
 */
export function medianTicket(tickets: Iterable<Ticket>): Ticket | undefined {
  let best: Ticket | undefined
  let second: Ticket | undefined
  for (const ticket of tickets) {
    const toBest = best === undefined ? -1 : compareTickets(ticket, best)
    if (toBest < 0) {
      second = best
      best = ticket
    } else if (toBest > 0 && (second === undefined || compareTickets(ticket, second) < 0)) {
      second = ticket
    }
  }
  return second
}

/**
 * Milliseconds after the slot's start before which a peer may not propose: floor(delta * L_1 * total /
 * (weight * 2^64)) [POS-4], at most 2^53 - 1. `firstTicketL` is the numerator of the peer's first ticket.
 */
export function proposalDelayMs(firstTicketL: bigint, total: bigint, weight: bigint, deltaMs: number): number {
  assert(weight > 0n, 'a proposer has weight')
  const delay = (BigInt(deltaMs) * firstTicketL * total) / (weight << 64n)
  return delay > MAX_DELAY ? Number.MAX_SAFE_INTEGER : Number(delay)
}

/**
 * Weight of the link to a block in Q32 bits: max(0, C - log2(M * total)), 0 without M [POS-7]. `median` is M,
 * `total` the period's total weight (positive), `c` the parameter C in whole bits.
 */
export function linkWeight(median: Ticket | undefined, total: bigint, c: number): bigint {
  if (median === undefined) return 0n
  const x = (BigInt(c) << 32n) + ticketQuality(median.numerator, median.weight) - log2Q(total, 32)
  return x > 0n ? x : 0n
}

/** -log2 of the arrival time L / (2^64 * weight), in Q32 bits. Both at least 1. Larger is better. */
export function ticketQuality(numerator: bigint, weight: bigint): bigint {
  return log2Q(weight, 32) - log2Q(numerator, 32) + (64n << 32n)
}

/**
 * log2(x) for x >= 1 with `fractionBits` bits after the point, truncated: squares a 129-bit mantissa bit by
 * bit.
 */
export function log2Q(x: bigint, fractionBits: number): bigint {
  assert(x > 0n, 'logarithm of nothing')
  const exponent = x.toString(2).length - 1
  let mantissa = exponent <= 128 ? x << BigInt(128 - exponent) : x >> BigInt(exponent - 128)
  let result = BigInt(exponent)
  for (let i = 0; i < fractionBits; i++) {
    mantissa = (mantissa * mantissa) >> 128n
    result <<= 1n
    if (mantissa >= TWO_MANTISSA) {
      mantissa >>= 1n
      result += 1n
    }
  }
  return result
}

/** -ln((2U + 1) / 2^129) in Q64 for U below 2^128, at least 1. */
export function negLnU(u: bigint): bigint {
  assert(u >= 0n && u < 1n << 128n, 'U has 128 bits')
  const bits = (129n << 64n) - log2Q(2n * u + 1n, 64)
  const nats = (bits * LN_2_Q64) >> 64n
  return nats > 0n ? nats : 1n
}

const LN_2_Q64 = 12_786_308_645_202_655_659n
const TWO_MANTISSA = 1n << 129n
const MAX_DELAY = BigInt(Number.MAX_SAFE_INTEGER)
