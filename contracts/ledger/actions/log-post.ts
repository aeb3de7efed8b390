// log.post: a forced instruction for an asset, which its committee must consume before INBOX_DEADLINE [VAL-1, VAL-3].
import { bytes, type Decoded, hex32, record } from '../../codec/codec.ts'
import type { AssetId } from '../../primitives/ids.ts'

/** Longest instruction, forced or not [EXE-4]. */
export const INSTRUCTION_BYTES = 8 * 1024

export const logPostCodec = record({
  asset: hex32<AssetId>(),
  instruction: bytes(INSTRUCTION_BYTES, 1)
})
export type LogPost = Decoded<typeof logPostCodec>
