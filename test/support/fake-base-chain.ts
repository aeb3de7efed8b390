// A base chain without peers, for tests of the asset layer: blocks come when the test says so, everything is final two blocks
// later, and of the rules only those hold that the asset layer leans on. State is kept for each height, so that "final" and
// "head" differ as they do in earnest.
import type { BaseChain, BlockSummary, ChainInfo, Listed, TransactionStatus, Which } from '#base-layer/index.ts'
import type { KeyOf, SectionName, ValueOf } from '#base-layer/state/trees/sections.ts'
import { type LogItem, logEntryCodec } from '#contracts/assets/log-item.ts'
import { decodeClaim } from '#contracts/claims/claim.ts'
import { judgeClaim } from '#contracts/claims/judge.ts'
import type { Judgement } from '#contracts/claims/judgement.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { quorumOf } from '#contracts/committees/quorum.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import { DEV_PARAMETERS, type Parameters } from '#contracts/ledger/parameters.ts'
import { type Transaction, transactionIdOf } from '#contracts/ledger/transaction.ts'
import { appendLeaf, EMPTY_LOG } from '#contracts/merkle/log.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type {
  AssetId,
  BlockId,
  ClaimId,
  GenesisHash,
  Hash,
  PublicKey,
  TransactionId
} from '#contracts/primitives/ids.ts'
import { accept, assert, present, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { statementCodec, statementIdOf, statementSigningBytes } from '#contracts/statements/statement.ts'
import { bondIdFor, bondOf, committeeOf, liveAsset, registrationCheckpoint } from './fake-assets.ts'

const FINAL_BEHIND = 2
const RECORDED_BEHIND = 3

type State = Map<string, { readonly section: SectionName; readonly key: unknown; readonly value: unknown }>

export interface FakeChainSettings {
  readonly genesisTimeMs: number
  readonly parameters?: Partial<Parameters>
}

export class FakeBaseChain implements BaseChain {
  readonly genesis = hashHex<GenesisHash>('test-genesis')
  readonly parameters: Parameters
  readonly judgements: Judgement[] = []
  readonly #genesisTimeMs: number
  /** By height. */
  readonly #states: State[] = [new Map()]
  /** When each block was made, milliseconds after genesis. */
  readonly #times: number[] = [0]
  /** The state of the block being made; undefined between blocks. */
  #next: State | undefined
  readonly #listeners = new Set<(tip: BlockSummary) => void>()
  readonly #waiting: Transaction[] = []
  readonly #included = new Map<TransactionId, number>()
  readonly #refused = new Map<TransactionId, Verdict<never>>()

  constructor(settings: FakeChainSettings) {
    this.#genesisTimeMs = settings.genesisTimeMs
    this.parameters = { ...DEV_PARAMETERS, ...settings.parameters }
  }

  get height(): number {
    return this.#states.length - 1
  }

  get final(): number {
    return Math.max(0, this.height - FINAL_BEHIND)
  }

  /** Adds a block with everything submitted; then finality advances. */
  advance(blocks = 1): void {
    for (let i = 0; i < blocks; i++) {
      const next: State = new Map(present(this.#states.at(-1), 'a state'))
      this.#next = next
      const height = this.height + 1
      for (const transaction of this.#waiting.splice(0)) this.#include(transaction, height)
      this.#settle(height)
      this.#states.push(next)
      this.#times.push(Math.max(0, Date.now() - this.#genesisTimeMs))
      this.#next = undefined
    }
    for (const listener of this.#listeners) listener(this.#summary(this.final))
  }

  set<S extends SectionName>(section: S, key: KeyOf<S>, value: ValueOf<S>): void {
    this.#newest.set(nameOf(section, key), { section, key, value })
  }

  now<S extends SectionName>(section: S, key: KeyOf<S>): ValueOf<S> | undefined {
    return this.#newest.get(nameOf(section, key))?.value as ValueOf<S> | undefined
  }

  get #newest(): State {
    return this.#next ?? present(this.#states.at(-1), 'a state')
  }

  /** A live asset whose first epoch begins at `begins` with these seats; reserves are bonded and not seated. */
  addAsset(
    registration: AssetRegister,
    seats: readonly PublicKey[],
    begins: number,
    reserves: readonly PublicKey[] = []
  ): AssetId {
    const asset = hashHex<AssetId>('test-asset', uintToBytes(this.#states[this.height]?.size ?? 0, 4))
    this.set('assets', asset, liveAsset(registration, begins))
    this.set('checkpoints', { asset, sequence: 0 }, registrationCheckpoint(asset))
    this.set('logs', { kind: 'head', asset }, { kind: 'head', frontier: EMPTY_LOG })
    this.#bond(asset, reserves)
    this.addCommittee(asset, 1, seats, begins)
    return asset
  }

  addCommittee(asset: AssetId, epoch: number, seats: readonly PublicKey[], begins: number): void {
    this.#bond(asset, seats)
    this.set('committees', { asset, epoch }, committeeOf(asset, epoch, seats, begins, this.parameters.margin))
    const record = present(this.now('assets', asset), 'the asset')
    this.set('assets', asset, { ...record, epoch })
  }

  addLogItem(asset: AssetId, item: LogItem): void {
    const head = this.now('logs', { kind: 'head', asset })
    assert(head?.kind === 'head', 'the asset has a log')
    const entry = { height: this.height, item }
    this.set('logs', { kind: 'entry', asset, index: head.frontier.size }, { kind: 'entry', ...entry })
    this.set(
      'logs',
      { kind: 'head', asset },
      {
        kind: 'head',
        frontier: appendLeaf(head.frontier, encode(logEntryCodec, entry))
      }
    )
  }

  account(key: PublicKey): { readonly key: PublicKey; act(action: Action): Promise<Verdict<TransactionId>> } {
    let made = 0
    return {
      key,
      act: async action => {
        made += 1
        return this.submit({
          inputs: [hashHex('test-input', new TextEncoder().encode(`${key}/${made}`))],
          outputs: [],
          action,
          notBefore: null,
          notAfter: null,
          memo: null,
          preimages: [],
          signature: new Uint8Array(64)
        })
      }
    }
  }

  async info(): Promise<ChainInfo> {
    const { genesis, parameters } = this
    return { genesis, genesisTimeMs: this.#genesisTimeMs, parameters, prefix: 'sdev' }
  }

  async tip(which: Which): Promise<BlockSummary> {
    return this.#summary(which === 'final' ? this.final : this.height)
  }

  async block(height: number): Promise<BlockSummary | undefined> {
    return height <= this.final ? this.#summary(height) : undefined
  }

  async transactions(height: number): Promise<readonly Transaction[] | undefined> {
    return height <= this.final ? [] : undefined
  }

  async read<S extends SectionName>(
    section: S,
    key: KeyOf<S>,
    which: Which = 'final'
  ): Promise<ValueOf<S> | undefined> {
    return this.#state(which).get(nameOf(section, key))?.value as ValueOf<S> | undefined
  }

  async list<S extends SectionName>(section: S, which: Which = 'final'): Promise<readonly Listed<S>[]> {
    const entries = [...this.#state(which).values()].filter(entry => entry.section === section)
    return entries.map(({ key, value }) => ({ key: key as KeyOf<S>, value: value as ValueOf<S> }))
  }

  async outputsOf(): Promise<readonly never[]> {
    return []
  }

  get proofs(): never {
    throw new Error('this chain has no proofs')
  }

  async prove(): Promise<never> {
    throw new Error('this chain has no proofs')
  }

  async proveFinality(): Promise<never> {
    throw new Error('this chain has no proofs')
  }

  async submit(transaction: Transaction): Promise<Verdict<TransactionId>> {
    this.#waiting.push(transaction)
    return accept(transactionIdOf(transaction))
  }

  async floors(): Promise<readonly number[]> {
    return []
  }

  async status(id: TransactionId): Promise<TransactionStatus> {
    const refused = this.#refused.get(id)
    if (refused !== undefined && !refused.ok) return { kind: 'refused', code: refused.code, why: refused.why }
    const height = this.#included.get(id)
    if (height === undefined) return { kind: 'unknown' }
    return { kind: height <= this.final ? 'final' : 'likely', height, block: this.#summary(height).id }
  }

  onFinal(listener: (tip: BlockSummary) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #bond(asset: AssetId, validators: readonly PublicKey[]): void {
    const { registration } = present(this.now('assets', asset), 'the asset')
    for (const validator of validators) {
      this.set('bonds', bondIdFor(asset, validator), bondOf(asset, validator, registration.collateralPerSeat))
    }
  }

  #state(which: Which): State {
    return present(this.#states[which === 'final' ? this.final : this.height], 'a state for each height')
  }

  #summary(height: number): BlockSummary {
    return {
      height,
      id: hashHex<BlockId>('test-block', uintToBytes(height, 4)),
      slot: height,
      ticks: height,
      transactions: 0,
      timeMs: this.#times[height] ?? 0,
      recordedFinal: Math.max(0, height - RECORDED_BEHIND),
      proposer: '11'.repeat(32) as PublicKey
    }
  }

  #include(transaction: Transaction, height: number): void {
    const id = transactionIdOf(transaction)
    const { action } = transaction
    const verdict = action === null ? accept() : this.#apply(action, id, height)
    if (verdict.ok) this.#included.set(id, height)
    else this.#refused.set(id, verdict)
  }

  #apply(action: Action, id: TransactionId, height: number): Verdict<undefined> {
    switch (action.kind) {
      case 'checkpoint.post':
        return this.#postCheckpoint(action, height)
      case 'claim.commit': {
        const { target, commitment, claimant, deposit } = action
        this.set(
          'claims',
          { kind: 'commit', id: id as Hash as ClaimId },
          {
            kind: 'commit',
            target,
            commitment,
            claimant,
            refund: claimant,
            deposit,
            feeAtoms: 0n,
            committedAt: height,
            place: 0,
            status: 'committed',
            revealedAt: null,
            revealFeeAtoms: 0n
          }
        )
        return accept()
      }
      case 'claim.reveal':
        return this.#reveal(action, height)
      default:
        return reject('E_TEST_ACTION', `this chain knows no ${action.kind}`)
    }
  }

  #postCheckpoint(action: Extract<Action, { kind: 'checkpoint.post' }>, height: number): Verdict<undefined> {
    const decoded = decode(statementCodec, action.statement, 1024)
    if (!decoded.ok) return decoded
    const statement = decoded.value
    const { asset, sequence, epoch } = statement
    const record = present(this.now('assets', asset), 'the asset')
    const committee = present(this.now('committees', { asset, epoch }), 'the committee')
    const previous = this.now('checkpoints', { asset, sequence: sequence - 1 })
    if (sequence <= record.sequence) return reject('E_CHECKPOINT_ALREADY', 'posted')
    if (sequence !== record.sequence + 1 || previous?.id !== statement.previous)
      return reject('E_CHECKPOINT_SEQUENCE', 'not next')
    if (committee.closedAt !== null) return reject('E_CHECKPOINT_CLOSED', 'closed')
    if (statement.baseHeight > height - RECORDED_BEHIND) return reject('E_CHECKPOINT_HEIGHT', 'not recorded final')
    const message = statementSigningBytes(this.genesis, statement)
    const good = action.signatures.filter(({ seat, signature }) => {
      const key = committee.seats[seat]?.validator
      return key !== undefined && verifySignature(key, message, signature)
    })
    if (good.length < quorumOf(committee.seats.length)) return reject('E_CERTIFICATE_QUORUM', 'too few')
    this.set(
      'checkpoints',
      { asset, sequence },
      {
        id: statementIdOf(statement),
        statement,
        postedAt: height,
        status: 'standing',
        signers: good.map(({ seat }) => seat),
        openCommits: 0,
        settledAt: null
      }
    )
    this.set('assets', asset, { ...record, sequence })
    return accept()
  }

  #reveal(action: Extract<Action, { kind: 'claim.reveal' }>, height: number): Verdict<undefined> {
    const claim = decodeClaim(action.claim)
    if (!claim.ok) return claim
    if (claim.value.kind === 'equivocation' || claim.value.kind === 'contradiction') {
      return reject('E_TEST_ACTION', 'this chain judges checkpoints only')
    }
    const { asset, sequence } = claim.value
    const record = present(this.now('assets', asset), 'the asset')
    const checkpoint = present(this.now('checkpoints', { asset, sequence }), 'the checkpoint')
    const statement = present(checkpoint.statement, 'a posted one')
    const committee = present(this.now('committees', { asset, epoch: statement.epoch }), 'the committee')
    const head = this.now('logs', { kind: 'head', asset })
    const previous = this.now('checkpoints', { asset, sequence: sequence - 1 })
    const judged = judgeClaim(
      claim.value,
      {
        genesis: this.genesis,
        asset,
        registration: record.registration,
        committee,
        log: head?.kind === 'head' ? head.frontier : EMPTY_LOG,
        target: {
          kind: 'checkpoint',
          id: checkpoint.id,
          statement,
          signers: checkpoint.signers,
          previousBaseHeight: previous?.statement?.baseHeight ?? 0
        }
      },
      verifySignature
    )
    this.judgements.push(judged)
    const key = { kind: 'commit', id: present(action.commit, 'a commit') } as const
    const commit = this.now('claims', key)
    if (commit?.kind === 'commit') {
      this.set('claims', key, {
        ...commit,
        status: judged.kind === 'guilty' ? 'proven' : 'refuted',
        revealedAt: height
      })
    }
    if (judged.kind !== 'guilty' || checkpoint.status === 'void') return accept()
    for (let at = sequence; at <= record.sequence; at++) {
      const later = present(this.now('checkpoints', { asset, sequence: at }), 'a posted one')
      this.set('checkpoints', { asset, sequence: at }, { ...later, status: 'void' })
    }
    this.set('committees', { asset, epoch: statement.epoch }, { ...committee, closedAt: height })
    this.set('assets', asset, { ...record, status: 'restaffing', current: 0, sequence: sequence - 1 })
    return accept()
  }

  #settle(height: number): void {
    for (const { section, key, value } of [...this.#newest.values()]) {
      if (section !== 'checkpoints') continue
      const checkpoint = value as ValueOf<'checkpoints'>
      const { asset, sequence } = key as KeyOf<'checkpoints'>
      const record = present(this.now('assets', asset), 'the asset')
      const window = record.registration.windowTicks
      if (checkpoint.status !== 'standing' || height < checkpoint.postedAt + window || record.settled !== sequence - 1)
        continue
      this.set('checkpoints', { asset, sequence }, { ...checkpoint, status: 'settled', settledAt: height })
      this.set('assets', asset, { ...record, settled: sequence })
    }
  }
}

function nameOf(section: SectionName, key: unknown): string {
  return `${section}/${JSON.stringify(key)}`
}
