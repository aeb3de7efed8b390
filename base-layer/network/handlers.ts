// Answers to peers, one handler per request. A request that does not decode is refused by rejecting, which resets the
// stream; answers are bounded in blocks and bytes.
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import type { SignedHeader } from '#contracts/statements/block.ts'
import type { ChainProofs } from '../base-chain.ts'
import { bytesOfBlock } from '../chain/block-bytes.ts'
import type { Chain } from '../chain/chain.ts'
import { decodeStoredBlock } from '../chain/restore.ts'
import { RuntimeError } from '../runtime/errors.ts'
import type { Host } from '../runtime/host.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { type AnswerKind, AnswerMeter } from './answer-meter.ts'
import { piecesOf } from './compact-block.ts'
import type { Intake } from './intake.ts'
import { SYNC_LIMITS } from './limits.ts'
import type { Questions } from './questions.ts'
import { finalAt } from './sampling.ts'
import type { SnapshotServer } from './snapshot-server.ts'
import type { Status } from './wire.ts'

export interface Served {
  readonly chain: Chain
  readonly store: ChainStore
  readonly intake: Pick<Intake, 'takeTransaction' | 'recentBlock'>
  readonly proofs: Pick<ChainProofs, 'update' | 'anchor'>
  readonly snapshots: SnapshotServer
}

/** Registers all handlers; the result removes them. */
export function serveRequests(host: Host, questions: Questions, served: Served): () => void {
  const { chain, store, intake, snapshots } = served
  const q = questions
  const many = { concurrency: SYNC_LIMITS.statusConcurrency, meter: null }
  const meter = new AnswerMeter()
  const metered = { meter, kind: 'each' } as const
  const rare = { meter, kind: 'all', concurrency: SYNC_LIMITS.proofConcurrency } as const
  const stops = [
    serve(host, q.status, () => statusOf(chain), many),
    serve(host, q.final, ({ height }) => finalAt(chain, one => store.finalIdsBetween(one, one + 1)[0], height), many),
    serve(host, q.range, ({ locator }) => rangeAfter(served, locator), metered),
    serve(host, q.block, ({ id }) => blockOf(served, id), metered),
    serve(host, q.headers, ({ from, count }) => headersOf(served, from, count), metered),
    serve(host, q.bodies, ({ from, count }) => bodiesOf(served, from, count), metered),
    serve(host, q.pieces, ({ id, places }) => piecesIn(served, id, places), {
      ...metered,
      maxRequestBytes: SYNC_LIMITS.offerBytes
    }),
    serve(host, q.offer, (offer, from) => takeOffer(intake, offer, from), {
      meter: null,
      maxRequestBytes: SYNC_LIMITS.offerBytes
    }),
    serve(host, q.update, position => updateOf(served, position), rare),
    serve(host, q.anchor, ({ height }) => anchorOf(served, height), rare),
    serve(host, q.snapshotHead, () => snapshots.head(), rare),
    serve(host, q.snapshotChunk, ({ id, index }) => snapshots.chunk(id, index), rare)
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
function blockOf({ store, intake }: Pick<Served, 'store' | 'intake'>, id: BlockId): Uint8Array | null {
  const recent = intake.recentBlock(id)
  return recent === undefined ? (store.blockBytes(id) ?? null) : bytesOfBlock(recent)
}

function piecesIn(
  served: Pick<Served, 'store' | 'intake'>,
  id: BlockId,
  places: readonly number[]
): Uint8Array[] | null {
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

/** Null where this node has not seen what the answer would have to show. */
async function updateOf(
  { store, proofs }: Pick<Served, 'store' | 'proofs'>,
  position: { readonly period: number; readonly height: number }
): Promise<Uint8Array | null> {
  return position.height < store.beginsAt ? null : proofs.update(position)
}

async function anchorOf(
  { store, proofs }: Pick<Served, 'store' | 'proofs'>,
  height: number
): Promise<Uint8Array | null> {
  return height < store.beginsAt ? null : ((await proofs.anchor(height)) ?? null)
}

/** Encoded final blocks from a height on: fewer than asked for where they are large, or not kept any more. */
function bodiesOf({ chain, store }: Pick<Served, 'chain' | 'store'>, from: number, count: number): Uint8Array[] {
  const to = Math.min(chain.final.height, from + count - 1)
  return from > to ? [] : store.finalRange(from, to, SYNC_LIMITS.rangeBytes)
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
  {
    protocol,
    request,
    answer
  }: { readonly protocol: string; readonly request: Codec<Request>; readonly answer: Codec<Answer> },
  handle: (request: Request, from: string) => Answer | Promise<Answer>,
  { concurrency = SYNC_LIMITS.concurrency, maxRequestBytes = SYNC_LIMITS.requestBytes, ...paying }: ServeOptions
): () => void {
  return host.handle(
    protocol,
    async (body, from) => {
      const decoded = decode(request, body, maxRequestBytes)
      if (!decoded.ok) throw new RuntimeError('E_BAD_FRAME', decoded.why)
      const make = async (): Promise<Uint8Array> => encode(answer, await handle(decoded.value, from))
      return paying.meter === null ? make() : paying.meter.answer(from, paying.kind, make)
    },
    { maxRequestBytes, concurrency }
  )
}

/** Null: what is cheap, or pays in another way. */
type ServeOptions = ({ readonly meter: null } | { readonly meter: AnswerMeter; readonly kind: AnswerKind }) & {
  readonly concurrency?: number
  readonly maxRequestBytes?: number
}
