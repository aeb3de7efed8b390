// The history of every key [PRF-4]: one entry for each transaction or payout that created or spent an output of the
// key, holds it as claimant or refund key of a lock, or names it as authority. State keeps count and frontier; the
// entries of a block are handed out for the node to store, and follow again from the block.
import { appendEntry, type HistoryEntry } from '#contracts/merkle/history.ts'
import { EMPTY_LOG } from '#contracts/merkle/log.ts'
import type { Hash, Height, PublicKey } from '#contracts/primitives/ids.ts'
import type { Put, Reader } from '../finality/period-tables.ts'

/** Something that happened to a key, in the order of the block. */
export interface Touch {
  readonly key: PublicKey
  /** Of the transaction, or of the payout's output. */
  readonly id: Hash
}

/** One entry of one key's history. */
export interface KeyEntry {
  readonly key: PublicKey
  readonly index: number
  readonly entry: HistoryEntry
}

/** Appends a block's touches, one write for each key, and returns the entries they became. */
export function appendTouches(get: Reader, put: Put, height: Height, touches: readonly Touch[]): readonly KeyEntry[] {
  const entries: KeyEntry[] = []
  const grown = new Map<PublicKey, { frontier: typeof EMPTY_LOG }>()
  for (const { key, id } of touches) {
    let history = grown.get(key)
    if (history === undefined) {
      history = { frontier: get('keys', key)?.frontier ?? EMPTY_LOG }
      grown.set(key, history)
    }
    const entry = { height, id }
    entries.push({ key, index: history.frontier.size, entry })
    history.frontier = appendEntry(history.frontier, entry)
  }
  for (const [key, { frontier }] of grown) put('keys', key, { frontier })
  return entries
}
