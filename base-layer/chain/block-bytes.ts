// The canonical bytes of a block, made or received once: storing, serving and gossiping a block need the same ones.
import { encode } from '#contracts/codec/codec.ts'
import { type Block, blockCodec } from '#contracts/statements/block.ts'

const known = new WeakMap<Block, Uint8Array>()

/** Notes the bytes that a block was decoded from: the codec is canonical, so encoding it gives these. */
export function rememberBytes(block: Block, bytes: Uint8Array): void {
  known.set(block, bytes)
}

export function bytesOfBlock(block: Block): Uint8Array {
  let bytes = known.get(block)
  if (bytes === undefined) {
    bytes = encode(blockCodec, block)
    known.set(block, bytes)
  }
  return bytes
}
