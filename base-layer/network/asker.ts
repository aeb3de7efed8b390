// One question to one peer: encoded, bounded, decoded. Every failure is undefined, so that whoever asks goes on to
// the next peer; an answer that no honest peer gives counts against who gave it. Shared by everything that asks.
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import { isRuntimeError } from '../runtime/errors.ts'
import type { Host } from '../runtime/host.ts'
import type { Logger } from '../runtime/logger.ts'
import { SYNC_LIMITS } from './limits.ts'

export interface Question<Request, Answer> {
  readonly protocol: string
  readonly request: Codec<Request>
  readonly answer: Codec<Answer>
  readonly maxResponseBytes?: number
  readonly timeoutMs?: number
}

export class Asker {
  readonly host: Host
  readonly #logger: Logger

  constructor(host: Host, logger: Logger) {
    this.host = host
    this.#logger = logger
  }

  async ask<Request, Answer>(
    peer: string,
    { protocol, request, answer, maxResponseBytes, timeoutMs }: Question<Request, Answer>,
    value: Request
  ): Promise<Answer | undefined> {
    const limit = maxResponseBytes ?? SYNC_LIMITS.responseBytes
    try {
      const bytes = await this.host.request(peer, protocol, encode(request, value), {
        timeoutMs: timeoutMs ?? SYNC_LIMITS.requestTimeoutMs,
        maxResponseBytes: limit
      })
      const decoded = decode(answer, bytes, limit)
      if (decoded.ok) return decoded.value
      this.drop(peer, `${protocol}: ${decoded.why}`)
    } catch (error) {
      if (isRuntimeError(error) && (error.code === 'E_BAD_FRAME' || error.code === 'E_TOO_LARGE'))
        this.drop(peer, `${protocol}: ${error.code}`)
      else this.#logger.debug({ peer, protocol, err: String(error) }, 'a peer did not answer')
    }
    return undefined
  }

  /** It answered as no honest peer does: twice, and it is cut off for a while. */
  drop(peer: string, why: string): void {
    this.#logger.debug({ peer, why }, 'a peer served garbage')
    this.host.penalise(peer, SYNC_LIMITS.garbageOffences)
  }
}
