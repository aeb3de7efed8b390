// BaseChain in process: reads the states the chain holds and its store. The same answers, in the same words, as
// remote-chain.ts gives over JSON-RPC.
import { encode } from '#contracts/codec/codec.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { BlockId, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { present, type Verdict } from '#contracts/primitives/verdict.ts'
import { type Block, blockIdOf } from '#contracts/statements/block.ts'
import type {
  BaseChain,
  BlockSummary,
  ChainInfo,
  ChainProofs,
  Listed,
  StateProof,
  TransactionStatus,
  Which
} from '../base-chain.ts'
import type { Chain } from '../chain/chain.ts'
import { PROOF_BYTES, proofCodec, proveKey } from '../chain/finalise.ts'
import { CHAIN_LIMITS } from '../chain/limits.ts'
import { decodeStoredBlock } from '../chain/restore.ts'
import { finalityProofCodec, handoverCodec } from '../light/finality-proof.ts'
import { HANDOVERS_MAX } from '../light/limits.ts'
import { RuntimeError } from '../runtime/errors.ts'
import { LAST_LANE } from '../state/transactions/block-limits.ts'
import type { ChainState } from '../state/chain-state.ts'
import type { KeyOf, SectionName, ValueOf } from '../state/trees/sections.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { OutputIndex } from './output-index.ts'
import { HANDOVER_BYTES, ProofServer, readStored } from './proof-server.ts'
import { summaryOf } from './summary.ts'

export interface LocalChainParts {
  readonly chain: Chain
  readonly store: ChainStore
  /** Checks the signature off the main thread and puts it into the mempool. */
  readonly submit: (transaction: Transaction) => Promise<Verdict<TransactionId>>
}

export class LocalChain implements BaseChain {
  readonly #parts: LocalChainParts
  readonly #outputs = new OutputIndex()
  readonly proofs: ChainProofs

  constructor(parts: LocalChainParts) {
    this.#parts = parts
    this.proofs = new ProofServer(parts)
  }

  async info(): Promise<ChainInfo> {
    const { chain, parameters } = this.#parts.chain.final
    const { genesis, document } = chain
    return { genesis, genesisTimeMs: document.genesisTimeMs, parameters, prefix: document.prefix }
  }

  async tip(which: Which): Promise<BlockSummary> {
    const { chain } = this.#parts
    const open = which === 'head' ? chain.preferred.at(chain.head.height) : undefined
    if (open !== undefined) return summaryOf(open.id, open.block.header, open.block.transactions.length)
    return present(await this.block(chain.final.height), 'the final block is stored')
  }

  async block(height: number): Promise<BlockSummary | undefined> {
    const block = this.#finalBlock(height)
    if (block === undefined) return undefined
    return summaryOf(this.#idOf(block), block.header, block.transactions.length)
  }

  async transactions(height: number): Promise<readonly Transaction[] | undefined> {
    return this.#finalBlock(height)?.transactions
  }

  async read<S extends SectionName>(
    section: S,
    key: KeyOf<S>,
    which: Which = 'final'
  ): Promise<ValueOf<S> | undefined> {
    return this.#state(which).get(section, key)
  }

  async list<S extends SectionName>(section: S, which: Which = 'final'): Promise<readonly Listed<S>[]> {
    const found: Listed<S>[] = []
    for (const [key, value] of this.#state(which).entries(section)) {
      if (found.length === CHAIN_LIMITS.listed)
        throw new RuntimeError('E_TOO_LARGE', `section ${section} is too wide to list`)
      found.push({ key, value })
    }
    return found
  }

  async outputsOf(owner: PublicKey): ReturnType<BaseChain['outputsOf']> {
    return this.#outputs.of(owner, this.#parts.chain.head)
  }

  async prove<S extends SectionName>(section: S, key: KeyOf<S>): Promise<StateProof<S>> {
    const state = this.#parts.chain.final
    const { header, signature } = present(this.#finalBlock(state.height), 'the final block is stored')
    return {
      key,
      value: state.get(section, key) ?? null,
      header: { header, signature },
      ...proveKey(state, section, key)
    }
  }

  async proveFinality(): Promise<Uint8Array> {
    const { chain, store } = this.#parts
    const { header } = chain.final
    const handovers = store
      .handovers()
      .slice(0, HANDOVERS_MAX)
      .map(bytes => readStored(handoverCodec, bytes, HANDOVER_BYTES))
    const proof = store.meta('proof')
    const certificates = proof === undefined ? null : readStored(proofCodec, proof, PROOF_BYTES)
    return encode(finalityProofCodec, { handovers, certificates, header })
  }

  async submit(transaction: Transaction): Promise<Verdict<TransactionId>> {
    return this.#parts.submit(transaction)
  }

  async status(id: TransactionId): Promise<TransactionStatus> {
    const { chain, store } = this.#parts
    const height = store.heightOfTransaction(id)
    if (height !== undefined) {
      const block = present(this.#finalBlock(height), 'a final transaction has its block')
      return { kind: 'final', height, block: this.#idOf(block) }
    }
    const open = chain.preferred.placeOf(id)
    if (open !== undefined) {
      const { height } = open.block.header
      return chain.preferred.isLikely(height) ? { kind: 'likely', height, block: open.id } : { kind: 'seen' }
    }
    if (chain.mempool.has(id)) return { kind: 'seen' }
    const refusal = chain.mempool.refusalOf(id)
    return refusal === undefined ? { kind: 'unknown' } : { kind: 'refused', code: refusal.code, why: refusal.why }
  }

  async floors(): Promise<readonly number[]> {
    const { mempool } = this.#parts.chain
    return Array.from({ length: LAST_LANE + 1 }, (_, lane) => mempool.floorOf(lane))
  }

  onFinal(listener: (tip: BlockSummary) => void): () => void {
    return this.#parts.chain.onFinal(block => {
      listener(summaryOf(this.#idOf(block), block.header, block.transactions.length))
    })
  }

  #state(which: Which): ChainState {
    return which === 'final' ? this.#parts.chain.final : this.#parts.chain.head
  }

  #finalBlock(height: number): Block | undefined {
    if (!Number.isSafeInteger(height) || height < 0) return undefined
    const bytes = this.#parts.store.finalBytes(height)
    return bytes === undefined ? undefined : decodeStoredBlock(bytes)
  }

  #idOf(block: Block): BlockId {
    return blockIdOf(block.header)
  }
}
