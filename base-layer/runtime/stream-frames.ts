// Single frames over a libp2p stream, with a deadline: the two halves of one request or response. Writing goes in
// slices so that a peer that does not read fills its own window and not our memory.
import type { Stream } from '@libp2p/interface'
import { RuntimeError } from './errors.ts'
import { encodeFrame, FrameReader } from './frames.ts'
import { NETWORK_LIMITS } from './limits.ts'

/** Writes one frame. Rejects when the stream closes or the signal fires first. */
export async function writeFrame(stream: Stream, body: Uint8Array, signal: AbortSignal): Promise<void> {
  await writeSlices(stream, encodeFrame(body), signal)
}

/** Writes all bytes; the next slice goes only when the stream has passed on the last. */
export async function writeSlices(stream: Stream, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
  for (let start = 0; start < bytes.length; start += NETWORK_LIMITS.writeSliceBytes) {
    stream.send(bytes.subarray(start, start + NETWORK_LIMITS.writeSliceBytes))
    if (stream.writeBufferLength > 0) await untilIdle(stream, signal)
  }
}

/** Stream.onDrain would do, but its promise resolves once for the life of a stream. */
function untilIdle(stream: Stream, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      stream.removeEventListener('idle', onIdle)
      stream.removeEventListener('close', onClose)
      signal?.removeEventListener('abort', onAbort)
      settle()
    }
    const onIdle = (): void => finish(resolve)
    const onClose = (): void =>
      finish(() => reject(new RuntimeError('E_PEER_REFUSED', 'the stream closed while writing')))
    const onAbort = (): void => finish(() => reject(new RuntimeError('E_TIMEOUT', 'the peer does not read')))
    if (signal?.aborted === true) return onAbort()
    stream.addEventListener('idle', onIdle)
    stream.addEventListener('close', onClose)
    signal?.addEventListener('abort', onAbort)
    if (stream.status !== 'open') onClose()
  })
}

/**
 * Reads exactly one frame. Rejects E_TOO_LARGE on the length, E_BAD_FRAME for bytes after the frame or an end inside
 * it, E_PEER_REFUSED if the peer ends the stream without a frame, E_TIMEOUT when the signal fires.
 */
export function readFrame(stream: Stream, bodyBytesMax: number, signal: AbortSignal): Promise<Uint8Array> {
  const reader = new FrameReader(bodyBytesMax)
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      stream.removeEventListener('message', onMessage)
      stream.removeEventListener('end', onEnd)
      stream.removeEventListener('close', onEnd)
      signal.removeEventListener('abort', onAbort)
      settle()
    }
    const fail = (error: RuntimeError): void => finish(() => reject(error))
    const onMessage = (event: { data: Uint8Array | { subarray(): Uint8Array } }): void => {
      const read = reader.push(event.data.subarray())
      if (!read.ok) return fail(new RuntimeError(read.code, read.why))
      const [body, ...more] = read.value
      if (body === undefined) return
      if (more.length > 0 || !reader.atFrameBorder)
        return fail(new RuntimeError('E_BAD_FRAME', 'bytes after the frame'))
      finish(() => resolve(body))
    }
    const onEnd = (): void =>
      fail(
        reader.atFrameBorder
          ? new RuntimeError('E_PEER_REFUSED', 'the peer ended the stream without a frame')
          : new RuntimeError('E_BAD_FRAME', 'the stream ended inside a frame')
      )
    const onAbort = (): void => fail(new RuntimeError('E_TIMEOUT', 'no complete frame in time'))
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort)
    stream.addEventListener('end', onEnd)
    stream.addEventListener('close', onEnd)
    // Last: adding it delivers what is buffered already.
    stream.addEventListener('message', onMessage)
    if (stream.readBufferLength === 0 && (stream.readableEnded || stream.status !== 'open')) onEnd()
  })
}
