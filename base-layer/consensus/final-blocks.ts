// The newest final blocks in memory, and older ones as the node's store gives them: digests of acknowledgements read
// pieces of them [POS-6], and finality asks which id is final at a height [FIN-5]. Owned by the machine.
import { decode, encode } from '#contracts/codec/codec.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { BLOCK_BYTES, type Block, blockCodec, blockIdOf } from '#contracts/statements/block.ts'
import { BASE_LIMITS } from './limits.ts'

export class FinalBlocks {
  readonly #read: (height: number) => Uint8Array | undefined
  /** A block that has just become final may not be in the store yet. */
  readonly #recent = new Map<number, { readonly id: BlockId; readonly block: Block }>()
  readonly #encodings = new WeakMap<Block, Uint8Array>()

  constructor(read: (height: number) => Uint8Array | undefined) {
    this.#read = read
  }

  add(id: BlockId, block: Block): void {
    const { height } = block.header
    this.#recent.set(height, { id, block })
    this.#recent.delete(height - BASE_LIMITS.finalBlocksKept)
  }

  bytesAt(height: number): Uint8Array | undefined {
    const recent = this.#recent.get(height)
    return recent === undefined ? this.#read(height) : this.encoded(recent.block)
  }

  /** Id of the final block at a height, undefined if this node does not hold it. */
  idAt(height: number): BlockId | undefined {
    const recent = this.#recent.get(height)
    if (recent !== undefined) return recent.id
    const bytes = this.#read(height)
    if (bytes === undefined) return undefined
    const block = decode(blockCodec, bytes, BLOCK_BYTES)
    return block.ok ? blockIdOf(block.value.header) : undefined
  }

  /** Encoded once however many peers show a piece of it. */
  encoded(block: Block): Uint8Array {
    let bytes = this.#encodings.get(block)
    if (bytes === undefined) {
      bytes = encode(blockCodec, block)
      this.#encodings.set(block, bytes)
    }
    return bytes
  }
}
