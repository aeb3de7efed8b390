// Makes an AssetClient over a base chain and a host, which may be a DHT client that serves nobody. Members are found by the
// asset's id alone; every answer is checked against keys and roots from final base state [COM-3, COM-6].
import type { BaseChain, ChainInfo } from '#base-layer/index.ts'
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import { decodeInstruction, instructionIdOf } from '#contracts/assets/instruction.ts'
import { NO_SEQUENCES, sequenceKey, sequencesCodec, templateStateKey } from '#contracts/assets/reserved.ts'
import { tokenAmountCodec, tokenKeys } from '#contracts/assets/token.ts'
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import type { AssetId, Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { committeeKeysOf } from '../checkpoints/certificate.ts'
import { checkReceipt, RECEIPT_BYTES, receiptCodec } from '../checkpoints/receipt.ts'
import { checkStateProof, STATE_PROOF_BYTES, stateProofCodec } from '../checkpoints/state-proof.ts'
import { deriveDuties } from '../committees/schedule.ts'
import { AddressBook } from '../discovery/address-book.ts'
import { loadAssetView } from '../discovery/asset-views.ts'
import { REQUEST_LIMITS } from '../limits.ts'
import { type Protocols, protocolsOf } from '../network/protocols.ts'
import { queryAnswerCodec, queryQuestionCodec, receiptAnswerCodec, receiptQuestionCodec } from '../network/requests.ts'
import type { AssetClient, CheckedReceipt, CheckedValue, CommitteeView, Notice, SubmitOptions } from './asset-client.ts'
import { readWitness } from './read-witness.ts'
import { SubmitSession } from './submit-session.ts'

export interface AssetClientSettings {
  readonly chain: BaseChain
  /** Made with `addressRecordRules`. */
  readonly host: Host
  readonly clock: Clock
}

export function createAssetClient(settings: AssetClientSettings): AssetClient {
  return new Client(settings)
}

interface Ground {
  readonly info: ChainInfo
  readonly protocols: Protocols
  readonly book: AddressBook
}

class Client implements AssetClient {
  readonly #settings: AssetClientSettings
  #ground: Promise<Ground> | undefined
  readonly #sessions = new Map<AssetId, SubmitSession>()

  constructor(settings: AssetClientSettings) {
    this.#settings = settings
  }

  async committee(asset: AssetId): Promise<Verdict<CommitteeView>> {
    const { chain, clock } = this.#settings
    const { book, info } = await this.#prepare()
    const [view, tip] = await Promise.all([loadAssetView(chain, asset), chain.tip('final')])
    if (view === undefined) return reject('E_ASSET_UNKNOWN', 'final base state has no such asset')
    if (clock.nowMs() - info.genesisTimeMs - tip.timeMs > info.parameters.headAgeMs) {
      return reject('E_HEAD_OLD', 'the newest final head is too old to trust a committee by')
    }
    const duty = deriveDuties(view, null, tip.height).at(-1)
    if (duty === undefined) {
      return reject('E_ASSET_NO_COMMITTEE', `the asset is ${view.record.status}: no committee is in office`)
    }
    const { epoch, dag, committee } = duty
    const members = await Promise.all(
      committee.seats.map(async ({ validator }, seat) => {
        const found = await book.find(asset, validator)
        return { seat, validator, addresses: found?.addresses ?? [] }
      })
    )
    return accept({ asset, epoch, dag, committee, members })
  }

  async nextSequence(asset: AssetId, account: PublicKey): Promise<Verdict<number>> {
    const found = await this.query(asset, sequenceKey(account))
    if (!found.ok) return found
    const { value } = found.value
    if (value === null) return accept(NO_SEQUENCES.next)
    const decoded = decode(sequencesCodec, value, value.length)
    return decoded.ok ? accept(decoded.value.next) : decoded
  }

  async submit(
    asset: AssetId,
    instructions: readonly Uint8Array[],
    options: SubmitOptions = {}
  ): Promise<Verdict<readonly Notice[]>> {
    const { protocols, book } = await this.#prepare()
    const { host, clock } = this.#settings
    const known = this.#sessions.get(asset)
    const session =
      known ??
      new SubmitSession({
        asset,
        host,
        clock,
        protocol: protocols.submit,
        committee: () => this.committee(asset),
        standing: () => this.#standing(asset),
        doubt: validator => book.doubt(asset, validator)
      })
    this.#sessions.set(asset, session)
    return session.submit(instructions, options)
  }

  async receipt(asset: AssetId, id: Hash): Promise<Verdict<CheckedReceipt>> {
    const { info, protocols } = await this.#prepare()
    const view = await this.committee(asset)
    if (!view.ok) return view
    const { epoch, dag, committee } = view.value
    const keys = committeeKeysOf(info.genesis, asset, epoch, dag, committee)
    const question = encode(receiptQuestionCodec, { asset, instruction: id })
    return this.#askMembers(view.value, protocols.receipt, question, receiptAnswerCodec, ({ receipt: encoded }) => {
      if (encoded === null) return reject('E_RECEIPT_UNKNOWN', 'the member holds no receipt of this instruction')
      const receipt = decode(receiptCodec, encoded, RECEIPT_BYTES)
      if (!receipt.ok) return receipt
      const checked = checkReceipt(receipt.value, keys, verifySignature)
      if (!checked.ok) return checked
      const { input, effects } = checked.value
      const instruction = input.kind === 'instruction' ? decodeInstruction(input.instruction) : undefined
      if (instruction === undefined || !instruction.ok || instructionIdOf(instruction.value) !== id) {
        return reject('E_RECEIPT_INPUT', 'the receipt is of another instruction')
      }
      return accept({ receipt: receipt.value, ...effects })
    })
  }

  async query(
    asset: AssetId,
    key: Uint8Array,
    at: 'accepted' | 'settled' = 'accepted'
  ): Promise<Verdict<CheckedValue>> {
    const view = await this.committee(asset)
    if (!view.ok) return view
    return at === 'settled' ? this.#querySettled(view.value, key) : this.#queryAccepted(view.value, key)
  }

  async balance(asset: AssetId, account: PublicKey, at?: 'accepted' | 'settled'): Promise<Verdict<bigint>> {
    const found = await this.query(asset, templateStateKey(tokenKeys.balance(account)), at)
    if (!found.ok) return found
    const { value } = found.value
    return value === null ? accept(0n) : decode(tokenAmountCodec, value, value.length)
  }

  async stop(): Promise<void> {
    for (const session of this.#sessions.values()) session.stop()
    this.#sessions.clear()
  }

  async #standing(asset: AssetId): Promise<string> {
    const record = await this.#settings.chain.read('assets', asset)
    return record === undefined ? 'unknown' : `${record.status}/${record.epoch}/${record.current}`
  }

  async #queryAccepted(view: CommitteeView, key: Uint8Array): Promise<Verdict<CheckedValue>> {
    const { asset, epoch, dag, committee } = view
    const { info, protocols } = await this.#prepare()
    const keys = committeeKeysOf(info.genesis, asset, epoch, dag, committee)
    const record = await this.#settings.chain.read('assets', asset)
    const start =
      record === undefined
        ? undefined
        : await this.#settings.chain.read('checkpoints', { asset, sequence: record.sequence })
    const startRoot = start?.statement?.postRoot ?? record?.firstRoot
    const question = encode(queryQuestionCodec, { asset, sequence: null, keys: [key] })
    return this.#askMembers(view, protocols.query, question, queryAnswerCodec, ({ proof: encoded, witness }) => {
      if (encoded === null) {
        // A dag without a certificate yet still has the state that the base chain knows the root of.
        if (witness === null || startRoot === undefined) return reject('E_PROOF_NONE', 'the member shows no proof')
        return readWitness(witness, startRoot, key, null, 'checkpointed')
      }
      const proof = decode(stateProofCodec, encoded, STATE_PROOF_BYTES)
      if (!proof.ok) return proof
      const checked = checkStateProof(proof.value, [key], keys, verifySignature)
      if (!checked.ok) return checked
      const { certified, witness: shown } = proof.value
      return accept({ value: checked.value[0] ?? null, statement: certified, witness: shown, how: 'accepted' as const })
    })
  }

  async #querySettled(view: CommitteeView, key: Uint8Array): Promise<Verdict<CheckedValue>> {
    const { asset } = view
    const { protocols } = await this.#prepare()
    const record = await this.#settings.chain.read('assets', asset)
    if (record === undefined) return reject('E_ASSET_UNKNOWN', 'final base state has no such asset')
    const sequence = record.settled
    const checkpoint = await this.#settings.chain.read('checkpoints', { asset, sequence })
    const root = checkpoint?.statement?.postRoot ?? record.firstRoot
    const question = encode(queryQuestionCodec, { asset, sequence, keys: [key] })
    return this.#askMembers(view, protocols.query, question, queryAnswerCodec, ({ witness }) => {
      if (witness === null) return reject('E_PROOF_NONE', 'the member keeps that state no longer')
      return readWitness(witness, root, key, checkpoint?.statement ?? null, 'settled')
    })
  }

  /** The first answer that is good; else why the last one was not. */
  async #askMembers<Answer, T>(
    { members }: CommitteeView,
    protocol: string,
    question: Uint8Array,
    codec: Codec<Answer>,
    check: (answer: Answer) => Verdict<T>
  ): Promise<Verdict<T>> {
    const { host } = this.#settings
    let last: Verdict<T> = reject('E_MEMBERS_UNREACHABLE', 'no member of the committee could be reached')
    for (const { addresses } of members) {
      if (addresses.length === 0) continue
      const options = { timeoutMs: REQUEST_LIMITS.timeoutMs, maxResponseBytes: REQUEST_LIMITS.responseBytes }
      const answer = await host.request(addresses, protocol, question, options).catch(() => undefined)
      if (answer === undefined) continue
      const decoded = decode(codec, answer, REQUEST_LIMITS.responseBytes)
      last = decoded.ok ? check(decoded.value) : decoded
      if (last.ok) return last
    }
    return last
  }

  #prepare(): Promise<Ground> {
    this.#ground ??= this.#build().catch(error => {
      this.#ground = undefined
      throw error
    })
    return this.#ground
  }

  async #build(): Promise<Ground> {
    const { chain, host, clock } = this.#settings
    const info = await chain.info()
    const protocols = protocolsOf(info.genesis)
    const { genesis, genesisTimeMs } = info
    const book = new AddressBook({ host, clock, genesis, genesisTimeMs, protocol: protocols.addresses })
    return { info, protocols, book }
  }
}
