// The board and the chief [GOV-1, GOV-2]: derived from the share table of the period and from what its members said.
// Nothing here says which block counts.
import { compareText } from '#contracts/primitives/bytes.ts'
import type { Height, PublicKey } from '#contracts/primitives/ids.ts'
import { isMajority } from '#contracts/statements/certificate.ts'
import { type PeriodEntry, periodOf } from '#contracts/statements/period-table.ts'
import { type Reader, readTable } from '../finality/period-tables.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import { BOARD_SEATS } from '../limits.ts'

export interface Board {
  /** Atoms by member. */
  readonly weights: ReadonlyMap<PublicKey, bigint>
  /** Of all members together: the denominator of every majority. */
  readonly total: bigint
}

/** The 21 heaviest of a table, ties by key; all of them if there are fewer. */
export function deriveBoard(entries: readonly PeriodEntry[]): Board {
  const heaviest = [...entries].sort((a, b) =>
    a.weight === b.weight ? compareText(a.peer, b.peer) : a.weight < b.weight ? 1 : -1
  )
  const members = heaviest.slice(0, BOARD_SEATS)
  return {
    weights: new Map(members.map(({ peer, weight }) => [peer, weight])),
    total: members.reduce((sum, { weight }) => sum + weight, 0n)
  }
}

const derived = new WeakMap<readonly PeriodEntry[], Board>()

/** The board of the period that a height is in. */
export function boardAt(read: Reader, height: Height, parameters: Parameters): Board {
  const entries = readTable(read, periodOf(height, parameters))?.entries ?? []
  let board = derived.get(entries)
  if (board === undefined) {
    board = deriveBoard(entries)
    derived.set(entries, board)
  }
  return board
}

/** More than half of the board's weight. */
export function hasMajority(board: Board, members: Iterable<PublicKey>): boolean {
  let weight = 0n
  for (const member of new Set(members)) weight += board.weights.get(member) ?? 0n
  return isMajority(board, weight)
}

export interface Nomination {
  readonly member: PublicKey
  readonly candidate: PublicKey
}

/** What members on the board say of candidates on the board: a nomination ends with either's seat. */
export function standingNominations(board: Board, nominations: readonly Nomination[]): readonly Nomination[] {
  return nominations.filter(one => board.weights.has(one.member) && board.weights.has(one.candidate))
}

/** Whom a majority of the board's weight nominates; null if nobody. */
export function chiefOf(board: Board, nominations: readonly Nomination[]): PublicKey | null {
  for (const { candidate } of nominations) {
    const members = nominations.filter(one => one.candidate === candidate).map(one => one.member)
    if (hasMajority(board, members)) return candidate
  }
  return null
}
