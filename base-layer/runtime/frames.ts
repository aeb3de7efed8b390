// Frames on a byte stream: a 4-byte big-endian length, then that many bytes. The limit is checked on the length alone,
// and memory grows only with bytes that really arrived. Used by requests and channels.
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'

export const FRAME_HEAD_BYTES = 4

/** One frame ready to write. */
export function encodeFrame(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEAD_BYTES + body.length)
  new DataView(frame.buffer).setUint32(0, body.length)
  frame.set(body, FRAME_HEAD_BYTES)
  return frame
}

/** Above this capacity the buffer is given back as soon as it is empty. */
const KEPT_BYTES = 4_096

/** Cuts a stream of chunks into frame bodies. After a rejection the stream is beyond repair: close it. */
export class FrameReader {
  readonly #bodyBytesMax: number
  /** Grows by doubling, so bytes that trickle in one by one cost at most twice their number. */
  #buffer = new Uint8Array(0)
  #filled = 0

  constructor(bodyBytesMax: number) {
    this.#bodyBytesMax = bodyBytesMax
  }

  /** True if nothing of a further frame has arrived. */
  get atFrameBorder(): boolean {
    return this.#filled === 0
  }

  /** The bodies completed by this chunk. Rejects E_TOO_LARGE for a length above the limit. */
  push(chunk: Uint8Array): Verdict<readonly Uint8Array[], 'E_TOO_LARGE'> {
    this.#append(chunk)
    const view = new DataView(this.#buffer.buffer)
    const bodies: Uint8Array[] = []
    let start = 0
    while (this.#filled - start >= FRAME_HEAD_BYTES) {
      const length = view.getUint32(start)
      if (length > this.#bodyBytesMax) {
        return reject('E_TOO_LARGE', `a frame of ${length} bytes, the limit is ${this.#bodyBytesMax}`)
      }
      const end = start + FRAME_HEAD_BYTES + length
      if (end > this.#filled) break
      bodies.push(this.#buffer.slice(start + FRAME_HEAD_BYTES, end))
      start = end
    }
    this.#buffer.copyWithin(0, start, this.#filled)
    this.#filled -= start
    if (this.#filled === 0 && this.#buffer.length > KEPT_BYTES) this.#buffer = new Uint8Array(0)
    return accept(bodies)
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#filled + chunk.length
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2))
      grown.set(this.#buffer.subarray(0, this.#filled))
      this.#buffer = grown
    }
    this.#buffer.set(chunk, this.#filled)
    this.#filled = needed
  }
}
