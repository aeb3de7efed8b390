// A Channel over one libp2p stream: frames both ways, a bounded queue out, a bounded inbox in. A full queue says so to
// the sender; a full inbox pauses the stream, which makes the peer wait. Anything malformed closes the channel.
import type { Stream } from '@libp2p/interface'
import { encodeFrame, FRAME_HEAD_BYTES, FrameReader } from './frames.ts'
import type { Channel, ChannelOptions } from './host.ts'
import { NETWORK_LIMITS } from './limits.ts'
import { writeSlices } from './stream-frames.ts'

/** How long the peer may take to close its half of a channel we closed. */
const CLOSE_TIMEOUT_MS = 5_000

export class StreamChannel implements Channel {
  readonly peer: string
  readonly #stream: Stream
  readonly #options: ChannelOptions
  readonly #reader: FrameReader
  readonly #queue: Uint8Array[] = []
  #queuedBytes = 0
  #writing = false
  readonly #inbox: Uint8Array[] = []
  #delivering = false
  #paused = false
  #handler: ((message: Uint8Array) => void | Promise<void>) | undefined
  readonly #closeListeners: (() => void)[] = []
  #remoteEnded = false
  #closing = false
  #closed = false

  constructor(stream: Stream, peer: string, options: ChannelOptions) {
    this.#stream = stream
    this.peer = peer
    this.#options = options
    this.#reader = new FrameReader(options.maxMessageBytes)
    stream.addEventListener('close', () => this.#end())
    stream.addEventListener('end', () => {
      this.#remoteEnded = true
      if (!this.#delivering && this.#inbox.length === 0) this.#end()
    })
    stream.addEventListener('message', event => this.#receive(event.data.subarray()))
    if (stream.status !== 'open') this.#end()
  }

  send(message: Uint8Array): boolean {
    if (this.#closed || this.#closing || message.length > this.#options.maxMessageBytes) return false
    const bytes = this.#queuedBytes + message.length + FRAME_HEAD_BYTES
    const full =
      this.#queue.length >= NETWORK_LIMITS.channelQueueMessagesMax ||
      (bytes > NETWORK_LIMITS.channelQueueBytesMax && this.#queue.length > 0)
    if (full) return false
    this.#queue.push(encodeFrame(message))
    this.#queuedBytes = bytes
    if (!this.#writing) void this.#write()
    return true
  }

  onMessage(handler: (message: Uint8Array) => void | Promise<void>): void {
    this.#handler = handler
    void this.#deliver()
  }

  onClose(listener: () => void): void {
    if (this.#closed) queueMicrotask(listener)
    else this.#closeListeners.push(listener)
  }

  close(): void {
    this.#closing = true
    if (!this.#writing) this.#end()
  }

  async #write(): Promise<void> {
    this.#writing = true
    try {
      for (let frame = this.#queue[0]; frame !== undefined && !this.#closed; frame = this.#queue[0]) {
        await writeSlices(this.#stream, frame)
        this.#queue.shift()
        this.#queuedBytes -= frame.length
      }
    } catch {
      this.#fail()
    } finally {
      this.#writing = false
    }
    if (this.#closing) this.#end()
  }

  #receive(chunk: Uint8Array): void {
    if (this.#closed) return
    const read = this.#reader.push(chunk)
    if (!read.ok) return this.#fail()
    this.#inbox.push(...read.value)
    if (this.#inbox.length > NETWORK_LIMITS.channelInboxMessagesMax && !this.#paused) {
      this.#paused = true
      this.#stream.pause()
    }
    void this.#deliver()
  }

  async #deliver(): Promise<void> {
    if (this.#delivering || this.#handler === undefined) return
    this.#delivering = true
    try {
      for (let next = this.#inbox.shift(); next !== undefined && !this.#closed; next = this.#inbox.shift()) {
        await this.#handler(next)
      }
    } catch {
      this.#fail()
    } finally {
      this.#delivering = false
    }
    if (this.#remoteEnded) this.#end()
    if (this.#paused && !this.#closed) {
      this.#paused = false
      this.#stream.resume()
    }
  }

  /** The peer broke the rules of the channel, or our handler did: nothing in flight matters any more. */
  #fail(): void {
    this.#stream.abort(new Error('channel failed'))
    this.#end()
  }

  #end(): void {
    if (this.#closed) return
    this.#closed = true
    this.#queue.length = 0
    this.#inbox.length = 0
    const stream = this.#stream
    if (stream.status === 'open') {
      // Our half closes now; a peer that never closes its half has the stream reset.
      stream.close({ signal: AbortSignal.timeout(CLOSE_TIMEOUT_MS) }).catch((error: Error) => stream.abort(error))
      setTimeout(() => {
        if (stream.status !== 'closed') stream.abort(new Error('not closed'))
      }, CLOSE_TIMEOUT_MS).unref()
    }
    for (const listener of this.#closeListeners) listener()
  }
}
