// What a node proves to wallets [PRF-1 to PRF-4, FIN-10]: documents under its newest final head, updates for
// clients that follow it, anchors for those who trust one block. Everything of one answer is of one head, and
// every answer is bounded.
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import { EMPTY_LOG, MerkleLog } from '#contracts/merkle/log.ts'
import { historyLeaf } from '#contracts/merkle/history.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { transactionIdOf } from '#contracts/ledger/transaction.ts'
import type { BlockId, OutputId, TransactionId } from '#contracts/primitives/ids.ts'
import type { Block } from '#contracts/statements/block.ts'
import { lastHeightOf, periodOf } from '#contracts/statements/period-table.ts'
import type { ChainProofs, ProofDocument, ProofRequest } from '../base-chain.ts'
import type { Chain } from '../chain/chain.ts'
import { PROOF_BYTES, proofCodec } from '../chain/finalise.ts'
import { decodeStoredBlock } from '../chain/restore.ts'
import { buildNotSpent, buildSpent, buildTransactionPlace, spentBy } from '../light/body-proof.ts'
import { buildStateProof } from '../light/build-state-proof.ts'
import { type FinalityProof, finalityProofCodec, type Handover, handoverCodec } from '../light/finality-proof.ts'
import { buildBlockPath, buildLink, type PlacedBlock } from '../light/history-proof.ts'
import type { Relation } from '../light/heads.ts'
import { anchorProofCodec, updateCodec } from '../light/light-client.ts'
import { HISTORY_ENTRIES_MAX, HISTORY_SERVED_MAX, STATE_KEYS_MAX, UPDATE_BYTES } from '../light/limits.ts'
import { buildHistory } from '../light/log-history.ts'
import { historyOf, type ProofBody, proofBodyCodec, type ShownLeaf, stateKeyOf } from '../light/proof-document.ts'
import type { StateKey } from '../light/state-proof.ts'
import { RuntimeError } from '../runtime/errors.ts'
import type { ChainState } from '../state/chain-state.ts'
import { encodeKey } from '../state/trees/section-trees.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { HistoryIndex } from './history-index.ts'

/** Largest stored hand-over: a full table of 1000 peers, its certificates and a path. */
export const HANDOVER_BYTES = 2 * 1024 * 1024
/** Room that the head, its certificates and the link take in a part of hand-overs. */
const HEAD_BYTES = 512 * 1024

export interface ProofServerParts {
  readonly chain: Pick<Chain, 'final'>
  readonly store: ChainStore
}

export class ProofServer implements ChainProofs {
  readonly #parts: ProofServerParts
  readonly #history: HistoryIndex

  constructor(parts: ProofServerParts) {
    this.#parts = parts
    this.#history = new HistoryIndex((from, to) => parts.store.finalIdsBetween(from, to))
  }

  async document(request: ProofRequest, since = 0): Promise<ProofDocument | undefined> {
    const head = await this.#prepared()
    const finality = this.#finalityFrom(since)
    if (finality.header.height < head.height)
      throw new RuntimeError('E_TOO_LARGE', 'too many periods for one proof: follow finality in parts first')
    const body = this.#bodyOf(head, request)
    if (body === undefined) return undefined
    return { finality: encode(finalityProofCodec, finality), body: encode(proofBodyCodec, body) }
  }

  async update({ period, height }: { readonly period: number; readonly height: number }): Promise<Uint8Array> {
    const head = await this.#prepared()
    const finality = this.#finalityFrom(period)
    const reached = finality.header.height
    const isAhead = height > 0 && height < reached
    const link = isAhead ? buildLink(this.#history.rootBelow(head.height), height, reached) : null
    return encode(updateCodec, { ...finality, link })
  }

  async anchor(height: number): Promise<Uint8Array | undefined> {
    const head = await this.#prepared()
    const block = height <= head.height ? this.#blockAt(height) : undefined
    if (block === undefined) return undefined
    const { parameters } = head.chain
    const period = periodOf(height + 1, parameters)
    if (period === 0) return encode(anchorProofCodec, { header: block.header, base: null })
    const [stored] = this.#parts.store.handoversFrom(period - 1, 0)
    if (stored === undefined) return undefined
    const { header, sectionRoots, witness, entries } = readStored(handoverCodec, stored, HANDOVER_BYTES)
    const path = buildBlockPath(this.#history.rootBelow(head.height), lastHeightOf(period - 1, parameters), height)
    const base = { block: { header, path }, sectionRoots, witness, entries }
    return encode(anchorProofCodec, { header: block.header, base })
  }

  async relate(
    earlier: { readonly height: number; readonly id: BlockId },
    under: number
  ): Promise<Relation | undefined> {
    const head = await this.#prepared()
    if (under > head.height || earlier.height >= under) return undefined
    const id = this.#parts.store.finalIdAt(earlier.height)
    if (id === undefined) return undefined
    const root = this.#history.rootBelow(head.height)
    if (id === earlier.id) return { kind: 'prefix', ...buildLink(root, earlier.height, under) }
    return { kind: 'apart', height: earlier.height, id, path: buildBlockPath(root, earlier.height, under) }
  }

  /** The newest final state, with the history below it ready to prove from. */
  async #prepared(): Promise<ChainState> {
    await this.#history.prepare(this.#parts.chain.final.height)
    return this.#parts.chain.final
  }

  #bodyOf(head: ChainState, request: ProofRequest): ProofBody | undefined {
    switch (request.kind) {
      case 'head':
        return { kind: 'head' }
      case 'present':
      case 'absent':
        return this.#stateBody(head, request.kind, request.keys)
      case 'block': {
        const block = this.#placed(head, request.height)
        return block && { kind: 'block', block: block.placed }
      }
      case 'consistency': {
        if (request.height >= head.height) return undefined
        const older = this.#blockAt(request.height)?.header
        const root = this.#history.rootBelow(head.height)
        return older && { kind: 'consistency', older, link: buildLink(root, request.height, head.height) }
      }
      case 'transaction':
        return this.#transactionBody(head, request.id)
      case 'spent':
        return this.#spentBody(head, request.output)
      case 'notSpentIn': {
        const block = this.#placed(head, request.height)
        const shown = block && buildNotSpent(spentBy(block.transactions), request.output)
        if (block === undefined || shown === undefined) return undefined
        return { kind: 'notSpentIn', output: request.output, proof: { block: block.placed, ...shown } }
      }
      case 'history':
        return this.#historyBody(head, request)
    }
  }

  #stateBody(head: ChainState, kind: 'present' | 'absent', keys: readonly StateKey[]): ProofBody | undefined {
    if (keys.length === 0 || keys.length > STATE_KEYS_MAX) return undefined
    const isThere = kind === 'present'
    if (keys.some(({ section, key }) => (head.get(section, key) !== undefined) !== isThere)) return undefined
    return { kind, keys: keys.map(stateKeyOf), proof: buildStateProof(head.trees, keys) }
  }

  #transactionBody(head: ChainState, id: TransactionId): ProofBody | undefined {
    const height = this.#parts.store.heightOfTransaction(id)
    const block = height === undefined ? undefined : this.#placed(head, height)
    if (block === undefined) return undefined
    const index = block.transactions.findIndex(one => transactionIdOf(one) === id)
    const transaction = block.transactions[index]
    if (transaction === undefined) return undefined
    const place = buildTransactionPlace(block.transactions, index)
    return { kind: 'transaction', block: block.placed, place, transaction }
  }

  #spentBody(head: ChainState, output: OutputId): ProofBody | undefined {
    const height = this.#parts.store.spendingOf(output)?.height
    const block = height === undefined ? undefined : this.#placed(head, height)
    const shown = block && buildSpent(spentBy(block.transactions), output)
    return shown && block && { kind: 'spent', block: block.placed, ...shown }
  }

  #historyBody(
    head: ChainState,
    { subject, start }: Extract<ProofRequest, { kind: 'history' }>
  ): ProofBody | undefined {
    const { section, key } = subject
    const value = head.get(section, key)
    const frontier = (value && historyOf({ ...subject, value } as ShownLeaf)) ?? EMPTY_LOG
    if (start > frontier.size) return undefined
    if (frontier.size - start > HISTORY_ENTRIES_MAX || frontier.size > HISTORY_SERVED_MAX)
      throw new RuntimeError(
        'E_TOO_LARGE',
        `at most ${HISTORY_ENTRIES_MAX} entries are shown at once: ask for later ones`
      )
    const all = this.#parts.store.history(section, encodeKey(section, key), 0, frontier.size)
    const entries = all.map(({ height, id }) => ({ height, id }))
    const log = new MerkleLog()
    for (const one of entries) log.append(historyLeaf(one))
    const history = buildHistory((from, to) => log.rangeRoot(from, to), start, entries.slice(start))
    return { kind: 'history', subject: stateKeyOf(subject), proof: buildStateProof(head.trees, [subject]), history }
  }

  /** A block of the final chain with its path under the head. */
  #placed(
    head: ChainState,
    height: number
  ): { readonly placed: PlacedBlock; readonly transactions: readonly Transaction[] } | undefined {
    const block = height <= head.height ? this.#blockAt(height) : undefined
    if (block === undefined) return undefined
    const path = buildBlockPath(this.#history.rootBelow(head.height), height, head.height)
    return { placed: { header: block.header, path }, transactions: block.transactions }
  }

  #blockAt(height: number): Block | undefined {
    const stored = this.#parts.store.finalBytes(height)
    return stored === undefined ? undefined : decodeStoredBlock(stored)
  }

  /**
   * Hand-overs from a period on and the newest final head; the last hand-over's own block where there are too
   * many.
   */
  #finalityFrom(period: number): FinalityProof {
    const { chain, store } = this.#parts
    const handovers = this.#handoversFrom(period)
    const last = handovers.at(-1)
    // Periods may be missing in between: a recovered table takes the place of more than one [FIN-9].
    const next = last === undefined ? period : periodOf(last.header.height, chain.final.chain.parameters) + 1
    if (last !== undefined && store.handoversFrom(next, 0).length > 0)
      return { handovers, certificates: null, header: last.header }
    const proof = store.meta('proof')
    const certificates = proof === undefined ? null : readStored(proofCodec, proof, PROOF_BYTES)
    return { handovers, certificates, header: chain.final.header }
  }

  #handoversFrom(period: number): readonly Handover[] {
    const stored = this.#parts.store.handoversFrom(period, UPDATE_BYTES - HEAD_BYTES)
    return stored.map(bytes => readStored(handoverCodec, bytes, HANDOVER_BYTES))
  }
}

/** What this node wrote; anything else is a damaged file. */
export function readStored<T>(codec: Codec<T>, bytes: Uint8Array, limit: number): T {
  const decoded = decode(codec, bytes, limit)
  if (!decoded.ok) throw new RuntimeError('E_DATA_UNUSABLE', `chain.db: ${decoded.why}`)
  return decoded.value
}
