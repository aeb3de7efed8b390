// One entry of a name's history [PRF-4]: what a block hands out for the node to store, beside the leaf that counts it.
import type { HistoryEntry } from '#contracts/merkle/history.ts'
import type { Name } from '#contracts/names/name.ts'

export interface NameEntry {
  readonly name: Name
  readonly index: number
  readonly entry: HistoryEntry
}
