// The fuzz table of what base chain nodes ask each other beside blocks and ranges: short ids and pieces, bodies, proofs,
// what is final, and states in chunks.
import { compactBlockCodec, compactOf } from '#base-layer/network/compact-block.ts'
import { SYNC_LIMITS } from '#base-layer/network/limits.ts'
import {
  bodiesRequestCodec,
  finalAnswerCodec,
  finalRequestCodec,
  heightRequestCodec,
  piecesCodec,
  piecesRequestCodec,
  proofAnswerCodec,
  snapshotChunkCodec,
  snapshotChunkRequestCodec,
  snapshotHeadCodec,
  updateRequestCodec
} from '#base-layer/network/wire.ts'
import { encode } from '#contracts/codec/codec.ts'
import { transactionCodec } from '#contracts/ledger/transaction.ts'
import { blockCodec } from '#contracts/statements/block.ts'
import { type Decoder, decoder } from './decoder.ts'
import * as samples from './samples.ts'

const { id } = samples
const { requestBytes, responseBytes, statusBytes, gossipBlockBytes } = SYNC_LIMITS
const certificates = [...samples.certificates, ...samples.certificates, ...samples.certificates].slice(0, 2)
const encodedTransactions = samples.transactions.slice(0, 3).map(one => encode(transactionCodec, one))

export const NETWORK: readonly Decoder[] = [
  decoder('compactBlockCodec', compactBlockCodec, gossipBlockBytes, samples.blocks.slice(0, 3).map(compactOf)),
  decoder('piecesRequestCodec', piecesRequestCodec, SYNC_LIMITS.offerBytes, [{ id: id('block 40'), places: [0, 7] }]),
  decoder('piecesCodec', piecesCodec, responseBytes, [encodedTransactions, null]),
  decoder('bodiesRequestCodec', bodiesRequestCodec, requestBytes, [{ from: 3, count: 32 }]),
  decoder('updateRequestCodec', updateRequestCodec, requestBytes, [{ period: 2, height: 99 }]),
  decoder('heightRequestCodec', heightRequestCodec, requestBytes, [{ height: 50 }]),
  decoder('proofAnswerCodec', proofAnswerCodec, responseBytes, [Uint8Array.of(1, 2, 3), null]),
  decoder('finalRequestCodec', finalRequestCodec, requestBytes, [{ height: 50 }]),
  decoder('finalAnswerCodec', finalAnswerCodec, statusBytes, [
    { finalHeight: 60, id: id('block 50') },
    { finalHeight: 40, id: null }
  ]),
  decoder('snapshotHeadCodec', snapshotHeadCodec, responseBytes, [
    ...samples.blocks
      .slice(0, 1)
      .map(block => ({ block: encode(blockCodec, block), state: Uint8Array.of(4, 5), certificates, chunks: 7 })),
    null
  ]),
  decoder('snapshotChunkRequestCodec', snapshotChunkRequestCodec, requestBytes, [{ id: id('block 40'), index: 3 }]),
  decoder('snapshotChunkCodec', snapshotChunkCodec, responseBytes, [
    [
      { section: 0, key: Uint8Array.of(1), value: Uint8Array.of(2, 3) },
      { section: 3, key: Uint8Array.of(4), value: new Uint8Array() }
    ],
    null
  ])
]
