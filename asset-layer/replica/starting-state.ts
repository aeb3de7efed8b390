// The state a dag starts from: of the registration, of an earlier lane here, or fetched in pieces from whoever serves it. Whatever
// the source, its root is the one that final base state names [COM-4, CKP-1].
import type { Host } from '#base-layer/runtime/host.ts'
import { firstStateOf } from '#contracts/assets/registry.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import type { AssetId, Hash } from '#contracts/primitives/ids.ts'
import type { EpochStart } from '../committees/schedule.ts'
import { REQUEST_LIMITS } from '../limits.ts'
import { snapshotAnswerCodec, snapshotQuestionCodec } from '../network/requests.ts'
import type { AssetStore } from '../store/asset-store.ts'
import type { StateEntry } from '../store/lane-store.ts'
import { rootOfTree, treeOf } from './executor.ts'

export interface StartingStateParts {
  readonly host: Host
  readonly store: AssetStore
  readonly protocol: string
}

/** Pieces of one snapshot: 2048 entries or 768 kB each. */
const PIECES_MAX = 4096

/** The entries, or undefined if no source has them now. `sources` are looked for only if none of our own lanes has them. */
export async function findStartingState(
  parts: StartingStateParts,
  asset: AssetId,
  registration: AssetRegister,
  start: EpochStart,
  sources: () => Promise<readonly (readonly string[])[]>
): Promise<readonly StateEntry[] | undefined> {
  if (start.statement === null) {
    const first = firstStateOf(registration)
    return first.ok ? entriesOf(first.value.entries()) : undefined
  }
  const root = start.statement.postRoot
  for (const lane of parts.store.lanesOf(asset)) {
    if (!lane.ready || lane.row.start.sequence > start.sequence) continue
    const entries = lane.stateAt(start.sequence)
    if (rootOfTree(treeOf(entries)) === root) return entries
  }
  for (const addresses of await sources()) {
    const entries = await fetchSnapshot(parts, addresses, asset, start)
    if (entries !== undefined && isOfRoot(entries, root)) return entries
  }
  return undefined
}

function entriesOf(
  leaves: Iterable<{ readonly key: Uint8Array | undefined; readonly value: Uint8Array | undefined }>
): StateEntry[] {
  const entries: StateEntry[] = []
  for (const { key, value } of leaves) if (key !== undefined && value !== undefined) entries.push({ key, value })
  return entries
}

function isOfRoot(entries: readonly StateEntry[], root: Hash): boolean {
  try {
    return rootOfTree(treeOf(entries)) === root
  } catch {
    // The same key twice: not a state.
    return false
  }
}

async function fetchSnapshot(
  { host, protocol }: StartingStateParts,
  addresses: readonly string[],
  asset: AssetId,
  { sequence, id }: EpochStart
): Promise<readonly StateEntry[] | undefined> {
  const entries: StateEntry[] = []
  let after: Uint8Array = new Uint8Array(0)
  for (let piece = 0; piece < PIECES_MAX; piece++) {
    const question = encode(snapshotQuestionCodec, { asset, sequence, checkpoint: id, after })
    const options = { timeoutMs: REQUEST_LIMITS.timeoutMs, maxResponseBytes: REQUEST_LIMITS.responseBytes }
    const answer = await host.request(addresses, protocol, question, options).catch(() => undefined)
    const decoded = answer === undefined ? undefined : decode(snapshotAnswerCodec, answer, REQUEST_LIMITS.responseBytes)
    if (decoded === undefined || !decoded.ok) return undefined
    entries.push(...decoded.value.entries)
    if (decoded.value.last === 'last') return entries
    const newest = decoded.value.entries.at(-1)
    if (newest === undefined) return undefined
    after = newest.key
  }
  return undefined
}
