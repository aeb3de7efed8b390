// BaseChain over a node's JSON-RPC: for the command line, wallets and any process
// without a node of its own. Answers are checked for form, not for truth: what must be
// proved is asked with proofs and checked by base-layer/light.
import type { z } from 'zod'
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import { type OutputRecord, outputRecordCodec } from '#contracts/ledger/output.ts'
import { parametersCodec } from '#contracts/ledger/parameters.ts'
import { type Transaction, transactionCodec } from '#contracts/ledger/transaction.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { GenesisHash, OutputId, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import { signedHeaderCodec } from '#contracts/statements/block.ts'
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
import { RpcCallError, rpcCall } from '../runtime/json-rpc-client.ts'
import type { KeyOf, SectionName, ValueOf } from '../state/trees/sections.ts'
import { keyCodecOf, valueCodecOf } from './rpc-methods.ts'
import { RemoteProofs } from './rpc-proofs.ts'
import { RPC_ANSWERS, type RpcName } from './rpc-schemas.ts'

export interface RemoteChainSettings {
  /** How often finality is asked for while somebody listens. Default 200 ms. */
  readonly pollMs?: number
  readonly timeoutMs?: number
}

const POLL_MS = 200

/** `url` is the node's RPC address. `stop` ends polling. Methods reject with RpcCallError when nothing answers. */
export function connectBaseChain(url: string, settings: RemoteChainSettings = {}): BaseChain & { stop(): void } {
  return new RemoteChain(url, settings)
}

class RemoteChain implements BaseChain {
  readonly #url: string
  readonly #pollMs: number
  readonly #call: { readonly timeoutMs?: number }
  readonly #listeners = new Set<(tip: BlockSummary) => void>()
  #timer: NodeJS.Timeout | undefined
  #height: number | undefined

  readonly proofs: ChainProofs = new RemoteProofs({
    proof: params => this.#ask('proof', params),
    update: params => this.#ask('update', params),
    anchor: params => this.#ask('anchor', params),
    relate: params => this.#ask('relate', params),
    badAnswer: why => this.#badAnswer(why)
  })

  constructor(url: string, settings: RemoteChainSettings) {
    this.#url = url
    this.#pollMs = settings.pollMs ?? POLL_MS
    this.#call = settings.timeoutMs === undefined ? {} : { timeoutMs: settings.timeoutMs }
  }

  async info(): Promise<ChainInfo> {
    const { genesis, parameters, ...rest } = await this.#ask('info', {})
    return { ...rest, genesis: genesis as GenesisHash, parameters: this.#read(parametersCodec, parameters) }
  }

  async tip(which: Which): Promise<BlockSummary> {
    return (await this.#ask('tip', { which })) as BlockSummary
  }

  async block(height: number): Promise<BlockSummary | undefined> {
    return ((await this.#ask('block', { height })) ?? undefined) as BlockSummary | undefined
  }

  async transactions(height: number): Promise<readonly Transaction[] | undefined> {
    const found = await this.#ask('transactions', { height })
    return found?.map(one => this.#read(transactionCodec, one))
  }

  async read<S extends SectionName>(
    section: S,
    key: KeyOf<S>,
    which: Which = 'final'
  ): Promise<ValueOf<S> | undefined> {
    const value = await this.#ask('read', { section, key: hexOf(keyCodecOf(section), key), which })
    return value === null ? undefined : this.#read(valueCodecOf(section), value)
  }

  async list<S extends SectionName>(section: S, which: Which = 'final'): Promise<readonly Listed<S>[]> {
    const entries = await this.#ask('list', { section, which })
    return entries.map(({ key, value }) => ({
      key: this.#read(keyCodecOf(section), key),
      value: this.#read(valueCodecOf(section), value)
    }))
  }

  async outputsOf(owner: PublicKey): Promise<readonly { readonly id: OutputId; readonly record: OutputRecord }[]> {
    const outputs = await this.#ask('outputs', { owner })
    return outputs.map(({ id, record }) => ({ id: id as OutputId, record: this.#read(outputRecordCodec, record) }))
  }

  async prove<S extends SectionName>(section: S, key: KeyOf<S>): Promise<StateProof<S>> {
    const proof = await this.#ask('prove', { section, key: hexOf(keyCodecOf(section), key) })
    return {
      key,
      value: proof.value === null ? null : this.#read(valueCodecOf(section), proof.value),
      header: this.#read(signedHeaderCodec, proof.header),
      sectionRoots: proof.sectionRoots.map(hexToBytes),
      witness: hexToBytes(proof.witness)
    }
  }

  async proveFinality(): Promise<Uint8Array> {
    return hexToBytes(await this.#ask('finalityProof', {}))
  }

  async submit(transaction: Transaction): Promise<Verdict<TransactionId>> {
    return (await this.#ask('submit', { transaction: hexOf(transactionCodec, transaction) })) as Verdict<TransactionId>
  }

  async status(id: TransactionId): Promise<TransactionStatus> {
    return (await this.#ask('status', { id })) as TransactionStatus
  }

  async floors(): Promise<readonly number[]> {
    return await this.#ask('floors', {})
  }

  onFinal(listener: (tip: BlockSummary) => void): () => void {
    this.#listeners.add(listener)
    if (this.#timer === undefined) this.#schedule(0)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.stop()
    }
  }

  stop(): void {
    this.#listeners.clear()
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#height = undefined
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      void this.#poll().finally(() => {
        if (this.#timer !== undefined) this.#schedule(this.#pollMs)
      })
    }, delayMs)
    this.#timer.unref()
  }

  /** A node that does not answer is asked again: whoever listens has other calls that fail. */
  async #poll(): Promise<void> {
    let tip: BlockSummary
    try {
      tip = await this.tip('final')
    } catch {
      return
    }
    const isNews = this.#height !== undefined && tip.height > this.#height
    this.#height = Math.max(tip.height, this.#height ?? 0)
    if (isNews) for (const listener of this.#listeners) listener(tip)
  }

  async #ask<N extends RpcName>(name: N, params: object): Promise<z.output<(typeof RPC_ANSWERS)[N]>> {
    const answer = RPC_ANSWERS[name].safeParse(await rpcCall(this.#url, `base.${name}`, params, this.#call))
    if (!answer.success) throw this.#badAnswer(name)
    return answer.data as z.output<(typeof RPC_ANSWERS)[N]>
  }

  #read<T>(codec: Codec<T>, hex: string): T {
    const bytes = hexToBytes(hex)
    const decoded = decode(codec, bytes, bytes.length)
    if (!decoded.ok) throw this.#badAnswer(decoded.why)
    return decoded.value
  }

  #badAnswer(what: string): RpcCallError {
    return new RpcCallError('E_RPC_BAD_ANSWER', `${this.#url} gave an answer that cannot be read: ${what}`)
  }
}

function hexOf<T>(codec: Codec<T>, value: T): string {
  return bytesToHex(encode(codec, value))
}
