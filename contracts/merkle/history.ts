// Histories of keys and names [PRF-4]: append-only logs (RFC 9162) of the transactions that touched them. State keeps
// count and frontier alone; whoever has stored the entries proves that it shows all of them.
import { type Decoded, encode, hex32, record, uint } from '../codec/codec.ts'
import type { Hash } from '../primitives/ids.ts'
import { appendLeaf, type LogFrontier } from './log.ts'

export const historyEntryCodec = record({
  /** Height of the block. */
  height: uint(),
  /** Id of the transaction, or of the payout the chain made. */
  id: hex32<Hash>()
})
export type HistoryEntry = Decoded<typeof historyEntryCodec>

export function historyLeaf(entry: HistoryEntry): Uint8Array {
  return encode(historyEntryCodec, entry)
}

/** The history with one more entry. */
export function appendEntry(history: LogFrontier, entry: HistoryEntry): LogFrontier {
  return appendLeaf(history, historyLeaf(entry))
}
