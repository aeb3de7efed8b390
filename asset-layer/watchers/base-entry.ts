// An item of an asset's base log with its path, as claims about a step's input show it [CLM-6]. Disputes ask for it; the head
// is the one that base state kept when the checkpoint was posted, so what is appended later does not outrun the claim.
import type { BaseChain } from '#base-layer/index.ts'
import { logEntryCodec } from '#contracts/assets/log-item.ts'
import type { BaseEntry } from '#contracts/claims/build.ts'
import { encode } from '#contracts/codec/codec.ts'
import { type LogFrontier, MerkleLog } from '#contracts/merkle/log.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'

/** Null if the log with this head has no such item; undefined if final base state does not hold all of the log. */
export async function readBaseEntry(
  chain: Pick<BaseChain, 'read'>,
  asset: AssetId,
  index: number,
  { size }: LogFrontier
): Promise<BaseEntry | null | undefined> {
  if (index >= size) return null
  const log = new MerkleLog()
  let shown = new Uint8Array(0)
  for (let at = 0; at < size; at++) {
    const found = await chain.read('logs', { kind: 'entry', asset, index: at })
    if (found?.kind !== 'entry') return undefined
    const encoded = encode(logEntryCodec, { height: found.height, item: found.item })
    if (at === index) shown = Uint8Array.from(encoded)
    log.append(encoded)
  }
  return { entry: shown, path: log.inclusionProof(index) }
}
