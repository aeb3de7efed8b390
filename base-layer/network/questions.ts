// What base chain nodes ask each other: the codecs of each request and its answer under its protocol name.
// Handlers answer by the same table that askers ask by.
import type { Question } from './asker.ts'
import { SYNC_LIMITS } from './limits.ts'
import {
  blockAnswerCodec,
  blockRequestCodec,
  bodiesRequestCodec,
  finalAnswerCodec,
  finalRequestCodec,
  headersCodec,
  headersRequestCodec,
  heightRequestCodec,
  offerAnswerCodec,
  offerCodec,
  piecesCodec,
  piecesRequestCodec,
  proofAnswerCodec,
  rangeCodec,
  rangeRequestCodec,
  snapshotChunkCodec,
  snapshotChunkRequestCodec,
  snapshotHeadCodec,
  statusCodec,
  statusRequestCodec,
  updateRequestCodec,
  type WireNames
} from './wire.ts'

export type Questions = ReturnType<typeof questionsOf>

export function questionsOf(names: WireNames) {
  const small = { maxResponseBytes: SYNC_LIMITS.statusBytes, timeoutMs: SYNC_LIMITS.statusTimeoutMs }
  return {
    status: question(names.status, statusRequestCodec, statusCodec, small),
    range: question(names.range, rangeRequestCodec, rangeCodec),
    block: question(names.block, blockRequestCodec, blockAnswerCodec),
    headers: question(names.headers, headersRequestCodec, headersCodec),
    bodies: question(names.bodies, bodiesRequestCodec, rangeCodec),
    offer: question(names.offer, offerCodec, offerAnswerCodec, { maxResponseBytes: SYNC_LIMITS.statusBytes }),
    pieces: question(names.pieces, piecesRequestCodec, piecesCodec, { timeoutMs: SYNC_LIMITS.statusTimeoutMs }),
    update: question(names.update, updateRequestCodec, proofAnswerCodec),
    anchor: question(names.anchor, heightRequestCodec, proofAnswerCodec),
    final: question(names.final, finalRequestCodec, finalAnswerCodec, small),
    snapshotHead: question(names.snapshotHead, statusRequestCodec, snapshotHeadCodec),
    snapshotChunk: question(names.snapshotChunk, snapshotChunkRequestCodec, snapshotChunkCodec)
  }
}

function question<Request, Answer>(
  protocol: string,
  request: Question<Request, Answer>['request'],
  answer: Question<Request, Answer>['answer'],
  more: Partial<Question<Request, Answer>> = {}
): Question<Request, Answer> {
  return { protocol, request, answer, ...more }
}
