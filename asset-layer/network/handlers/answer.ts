// The frame around every request handler: bytes that are no question are refused with a code before anything looks at them.
import { RuntimeError } from '#base-layer/runtime/errors.ts'
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import { REQUEST_LIMITS } from '../../limits.ts'

export type RequestHandler = (body: Uint8Array, from: string) => Promise<Uint8Array>

/** Rejects E_BAD_FRAME for bytes that are no question of this protocol. */
export function answering<Question, Answer>(
  question: Codec<Question>,
  answer: Codec<Answer>,
  respond: (question: Question) => Answer
): RequestHandler {
  return async body => {
    const decoded = decode(question, body, REQUEST_LIMITS.requestBytes)
    if (!decoded.ok) throw new RuntimeError('E_BAD_FRAME', decoded.why)
    return encode(answer, respond(decoded.value))
  }
}

/** As many as fit into one answer; at least one, if there is any. */
export function fitting<T>(items: readonly T[], sizeOf: (item: T) => number): readonly T[] {
  let size = 0
  let count = 0
  for (const item of items) {
    size += sizeOf(item) + 8
    if (count > 0 && size > REQUEST_LIMITS.answerBytes) break
    count += 1
  }
  return items.slice(0, count)
}
