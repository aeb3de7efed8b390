// Everything that touched a key or a name, and nothing left out [PRF-4]: the state holds how many entries there
// are and the frontier of their log, so a peer that shows fewer, others or in another order is found out. Pure.
import { type Decoded, list, record, uint } from '#contracts/codec/codec.ts'
import { leafHash } from '#contracts/merkle/hash.ts'
import { appendEntry, type HistoryEntry, historyEntryCodec, historyLeaf } from '#contracts/merkle/history.ts'
import { frontierRoot, type LogFrontier } from '#contracts/merkle/log.ts'
import { type RangeRoot, rangePath } from '#contracts/merkle/log-paths.ts'
import { logPathCodec, verifyRange } from '#contracts/merkle/log-proof.ts'
import { equalBytes } from '#contracts/primitives/bytes.ts'
import { type Invalid, invalid, type Present, shown } from './answer.ts'
import { HISTORY_ENTRIES_MAX } from './limits.ts'

/** All entries from `start` on; the path leads to the log's root over those before. */
export const logHistoryCodec = record({
  start: uint(),
  entries: list(historyEntryCodec, HISTORY_ENTRIES_MAX),
  path: logPathCodec
})
export type LogHistory = Decoded<typeof logHistoryCodec>

export interface WholeHistory {
  /** Entries before the first one shown. */
  readonly start: number
  readonly entries: readonly HistoryEntry[]
}

/**
 * `present` if these are all entries from `start` to the last: `frontier` is the one that proven state holds,
 * the empty one where the state holds none. Never throws.
 */
export function checkHistory(
  frontier: LogFrontier,
  { start, entries, path }: LogHistory
): Present<WholeHistory> | Invalid {
  if (start + entries.length !== frontier.size) {
    return invalid('E_PROOF_INCOMPLETE', `the state counts ${frontier.size} entries, not ${start + entries.length}`)
  }
  if (entries.length === 0) {
    return path.length === 0 ? shown({ start, entries }) : invalid('E_PROOF_MALFORMED', 'a path to nothing')
  }
  const leafHashes = entries.map(one => leafHash(historyLeaf(one)))
  const isLog = verifyRange({ root: frontierRoot(frontier), size: frontier.size, start, leafHashes, path })
  return isLog ? shown({ start, entries }) : invalid('E_PROOF_ROOT', 'these are not the entries that the state counts')
}

/**
 * `present` if the later history is the earlier one and then these entries: for a wallet that kept the leaf it
 * saw last. Never throws.
 */
export function checkHistorySince(
  earlier: LogFrontier,
  later: LogFrontier,
  entries: readonly HistoryEntry[]
): Present<WholeHistory> | Invalid {
  if (earlier.size + entries.length !== later.size) {
    return invalid('E_PROOF_INCOMPLETE', `the state counts ${later.size - earlier.size} new entries`)
  }
  let grown = earlier
  for (const one of entries) grown = appendEntry(grown, one)
  const isSame =
    grown.peaks.length === later.peaks.length && grown.peaks.every((peak, i) => isPeak(peak, later.peaks[i]))
  return isSame
    ? shown({ start: earlier.size, entries })
    : invalid('E_PROOF_ROOT', 'the history does not go on from the one known before')
}

function isPeak(peak: Uint8Array, other: Uint8Array | undefined): boolean {
  return other !== undefined && equalBytes(peak, other)
}

/** The entries from `start` on of a log with these roots. `entries`: all from `start`. */
export function buildHistory(root: RangeRoot, start: number, entries: readonly HistoryEntry[]): LogHistory {
  const size = start + entries.length
  return { start, entries, path: entries.length === 0 ? [] : rangePath(root, start, size, size) }
}
