// Answers to peers, one handler per request. A request that does not decode is refused by rejecting, which resets the
// stream; answers are bounded in blocks and bytes.
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import type { SignedHeader } from '#contracts/statements/block.ts'
import { bytesOfBlock } from '../chain/block-bytes.ts'
import type { Chain } from '../chain/chain.ts'
import { decodeStoredBlock } from '../chain/restore.ts'
import { RuntimeError } from '../runtime/errors.ts'
import type { Host } from '../runtime/host.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { piecesOf } from './compact-block.ts'
import type { Intake } from './intake.ts'
import { SYNC_LIMITS } from './limits.ts'
import {
  blockAnswerCodec,
  blockRequestCodec,
  headersCodec,
  headersRequestCodec,
  offerAnswerCodec,
  offerCodec,
  piecesCodec,
  piecesRequestCodec,
  rangeCodec,
  rangeRequestCodec,
  type Status,
  statusCodec,
  statusRequestCodec,
  type WireNames
} from './wire.ts'

export interface Served {
  readonly chain: Chain
  readonly store: ChainStore
  readonly intake: Pick<Intake, 'takeTransaction' | 'recentBlock'>
}

/** Registers all handlers; the result removes them. */
export function serveRequests(host: Host, names: WireNames, served: Served): () => void {
  const stops = [
    serve(
      host,
      names.status,
      statusRequestCodec,
      statusCodec,
      () => statusOf(served.chain),
      SYNC_LIMITS.statusConcurrency
    ),
    serve(host, names.range, rangeRequestCodec, rangeCodec, ({ locator }) => rangeAfter(served, locator)),
    serve(host, names.block, blockRequestCodec, blockAnswerCodec, ({ id }) => blockOf(served, id)),
    serve(host, names.headers, headersRequestCodec, headersCodec, ({ from, count }) => headersOf(served, from, count)),
    serve(
      host,
      names.offer,
      offerCodec,
      offerAnswerCodec,
      (offer, from) => takeOffer(served.intake, offer, from),
      SYNC_LIMITS.concurrency,
      SYNC_LIMITS.offerBytes
    ),
    serve(host, names.pieces, piecesRequestCodec, piecesCodec, ({ id, places }) => piecesIn(served, id, places))
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

export function statusOf(chain: Chain): Status {
  const { head, final } = chain
  return {
    finalHeight: final.height,
    finalId: final.id,
    headHeight: head.height,
    headId: head.id,
    score: head.header.score
  }
}

/** Stored, or about to be: who relayed a header is asked for its body at once. */
function blockOf({ store, intake }: Served, id: BlockId): Uint8Array | null {
  const recent = intake.recentBlock(id)
  return recent === undefined ? (store.blockBytes(id) ?? null) : bytesOfBlock(recent)
}

function piecesIn(served: Served, id: BlockId, places: readonly number[]): Uint8Array[] | null {
  const recent = served.intake.recentBlock(id)
  const stored = recent === undefined ? served.store.blockBytes(id) : undefined
  const block = recent ?? (stored === undefined ? undefined : decodeStoredBlock(stored))
  return block === undefined ? null : (piecesOf(block, places, SYNC_LIMITS.piecesBytes) ?? null)
}

/** Blocks of the preferred chain after the first known id, final ones first. */
export function rangeAfter(
  { chain, store }: Pick<Served, 'chain' | 'store'>,
  locator: readonly BlockId[]
): Uint8Array[] {
  const from = locator.map(id => heightOnChain({ chain, store }, id)).find(height => height !== undefined)
  if (from === undefined) return []
  const found: Uint8Array[] = []
  let bytes = 0
  const isFull = (): boolean => found.length >= SYNC_LIMITS.rangeBlocks || bytes >= SYNC_LIMITS.rangeBytes
  if (from < chain.final.height) {
    const to = Math.min(chain.final.height, from + SYNC_LIMITS.rangeBlocks)
    for (const one of store.finalRange(from + 1, to, SYNC_LIMITS.rangeBytes)) {
      found.push(one)
      bytes += one.length
    }
  }
  // Open blocks follow only when no final one is left out.
  let height = from + found.length + 1
  for (let open = chain.preferred.at(height); open !== undefined && !isFull(); open = chain.preferred.at(++height)) {
    const one = bytesOfBlock(open.block)
    found.push(one)
    bytes += one.length
  }
  return found
}

function heightOnChain({ chain, store }: Pick<Served, 'chain' | 'store'>, id: BlockId): number | undefined {
  for (let height = chain.final.height + 1; ; height++) {
    const open = chain.preferred.at(height)
    if (open === undefined) return store.finalHeightOf(id)
    if (open.id === id) return height
  }
}

/** Fewer than asked for where blocks are large: who wants the rest asks again from there. */
export function headersOf(
  { chain, store }: Pick<Served, 'chain' | 'store'>,
  from: number,
  count: number
): SignedHeader[] {
  const to = Math.min(chain.final.height, from + count - 1)
  const headers: SignedHeader[] = []
  let work = 0
  for (let height = from; height <= to && work < SYNC_LIMITS.headersWorkBytes; height++) {
    const bytes = store.finalBytes(height)
    if (bytes === undefined) break
    work += bytes.length
    const { header, signature } = decodeStoredBlock(bytes)
    headers.push({ header, signature })
  }
  return headers
}

/** Looks no further than the first that is worthless whoever looks at it: nobody honest hands such a thing over. */
export async function takeOffer(
  intake: Pick<Intake, 'takeTransaction'>,
  offer: readonly Uint8Array[],
  from: string
): Promise<{ readonly taken: number }> {
  let taken = 0
  for (const one of offer) {
    const verdict = await intake.takeTransaction(one, from)
    if (verdict === 'reject') break
    if (verdict === 'accept') taken += 1
  }
  return { taken }
}

function serve<Request, Answer>(
  host: Host,
  protocol: string,
  request: Codec<Request>,
  answer: Codec<Answer>,
  handle: (request: Request, from: string) => Answer | Promise<Answer>,
  concurrency: number = SYNC_LIMITS.concurrency,
  maxRequestBytes: number = SYNC_LIMITS.requestBytes
): () => void {
  return host.handle(
    protocol,
    async (body, from) => {
      const decoded = decode(request, body, maxRequestBytes)
      if (!decoded.ok) throw new RuntimeError('E_BAD_FRAME', decoded.why)
      return encode(answer, await handle(decoded.value, from))
    },
    { maxRequestBytes, concurrency }
  )
}
