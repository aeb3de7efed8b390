// A chain small enough to draw by hand: states that are only headers, a table with chosen weights, recorded finality as
// FIN-8 has it, and a bench that feeds a machine and keeps what it says. Signatures are not looked at here.
import type {
  BaseEffect,
  BaseEvent,
  Collaborators,
  FinalityAnchor,
  GuardMarks,
  Intention
} from '#base-layer/consensus/events.ts'
import { genesisAnchor } from '#base-layer/consensus/anchor.ts'
import { type BaseMachine, createBaseMachine, stepBaseMachine } from '#base-layer/consensus/machine.ts'
import type { ChainView, Draft, Transition } from '#base-layer/consensus/transition.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { DEV_PARAMETERS, type Parameters } from '#contracts/ledger/parameters.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId, GenesisHash, Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { accept, present, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { deriveDigest, derivePieceAt, type SignedAcknowledgement } from '#contracts/statements/acknowledgement.ts'
import {
  type Block,
  blockCodec,
  type BlockHeader,
  blockIdOf,
  type RecordedAcknowledgement
} from '#contracts/statements/block.ts'
import { deriveLink, lastHeightOf, type PeriodTable, ticketsOf } from '#contracts/statements/period-table.ts'
import {
  type Certificate,
  type FinalityPoint,
  isSamePoint,
  type PeriodId,
  linkHashOf,
  type SignedVote,
  type Vote
} from '#contracts/statements/vote.ts'

/** Slots of 500 ms, epochs of two slots, L_0 = 23. */
export const P: Parameters = { ...DEV_PARAMETERS, lag: 8, period: 16 }
export const GENESIS = hashHex<GenesisHash>('test', asciiToBytes('genesis'))
export const NO_MARKS: GuardMarks = {
  vote: null,
  acknowledgedSlot: -1,
  proposedSlot: -1,
  maySignFromMs: 0,
  loss: null
}
const HISTORY = asciiToBytes('the encoded genesis block')
const ANY = hashHex('test', asciiToBytes('any'))
const NO_SIGNATURE = new Uint8Array(64)

export function keyOf(name: string): PublicKey {
  return hashHex('test-peer', asciiToBytes(name)) as string as PublicKey
}

export function tableOf(weights: Readonly<Record<string, bigint>>, period = 0): PeriodTable {
  const entries = Object.entries(weights)
    .map(([name, weight]) => ({ peer: keyOf(name), vrfKey: keyOf(name), weight }))
    .sort((a, b) => (a.peer < b.peer ? -1 : 1))
  return {
    period,
    recovery: null,
    seed: hashHex('test-seed', asciiToBytes(String(period))),
    seeded: true,
    entries,
    silent: new Set(),
    total: entries.reduce((sum, entry) => sum + entry.weight, 0n),
    byPeer: new Map(entries.map(entry => [entry.peer, entry]))
  }
}

/** A header with a place on the chain and nothing behind it. */
export function headerOf(fields: Partial<BlockHeader>): BlockHeader {
  return {
    height: 0,
    slot: 0,
    parent: ANY,
    proposer: keyOf('alice'),
    timeMs: (fields.slot ?? 0) * P.slotMs,
    transactionsRoot: ANY,
    certificatesHash: ANY,
    stateRoot: ANY,
    historyRoot: ANY,
    spentRoot: ANY,
    acknowledgements: [],
    score: 0n,
    justified: { epoch: 0, height: 0, id: ANY },
    recordedFinal: 0,
    ticks: 0,
    ...fields
  }
}

export class ToyState implements ChainView {
  readonly id: BlockId
  readonly header: BlockHeader
  readonly justified: readonly FinalityPoint[]
  readonly recordedFinal: FinalityPoint
  readonly ticks = 0
  readonly #weights: Readonly<Record<string, bigint>>
  readonly #strangers: ReadonlySet<PublicKey>
  /** Whose votes this chain carries, by link. */
  readonly #carried: ReadonlyMap<string, ReadonlySet<PublicKey>>

  constructor(
    header: BlockHeader,
    weights: Readonly<Record<string, bigint>>,
    finality?: Pick<ToyState, 'justified' | 'recordedFinal'>,
    strangers: ReadonlySet<PublicKey> = new Set(),
    carried: ReadonlyMap<string, ReadonlySet<PublicKey>> = new Map()
  ) {
    this.id = blockIdOf(header)
    this.header = header
    this.#weights = weights
    this.#strangers = strangers
    this.#carried = carried
    const root = { epoch: 0, height: 0, id: this.id }
    this.justified = finality?.justified ?? [root]
    this.recordedFinal = finality?.recordedFinal ?? root
  }

  tableAt(height: number): PeriodTable {
    return this.tableOf(Math.max(0, Math.floor((height - P.lag) / P.period)))
  }

  /** Of the period that the recorded root begins. */
  get finalityPeriod() {
    const root = present(this.justified[0], 'a root')
    return { period: root.height === 0 ? 0 : Math.floor((root.height + 1 - P.lag) / P.period), recovery: null }
  }

  votingTable({ period, recovery }: PeriodId): PeriodTable | undefined {
    return recovery === null ? this.tableOf(period) : undefined
  }

  tableOf(period: number): PeriodTable {
    return tableOf(this.#weights, period)
  }

  lateVoters(vote: Vote, peers: Iterable<PublicKey>): readonly PublicKey[] {
    const carried = this.#carried.get(linkHashOf(vote))
    return carried === undefined ? [] : [...peers].filter(peer => !carried.has(peer)).sort()
  }

  isPeer(peer: PublicKey): boolean {
    return this.tableOf(0).byPeer.has(peer) || this.#strangers.has(peer)
  }

  /** The state after a child with this header and these certificates [FIN-8]. */
  after(header: BlockHeader, certificates: readonly Certificate[]): ToyState {
    let { justified, recordedFinal } = this
    const carried = new Map(this.#carried)
    for (const { vote, votes } of certificates) {
      const { period, source, target } = vote
      const known = carried.get(linkHashOf(vote))
      carried.set(linkHashOf(vote), new Set([...(known ?? []), ...votes.map(one => one.peer)]))
      if (known !== undefined) continue
      if (!justified.some(point => isSamePoint(point, source))) continue
      justified = [...justified, target]
      const isHigher =
        source.height > recordedFinal.height ||
        (source.height === recordedFinal.height && source.epoch > recordedFinal.epoch)
      if (source.epoch > 0 && target.epoch === source.epoch + 1 && isHigher) recordedFinal = source
      if (recordedFinal.height === lastHeightOf(period, P)) justified = [{ ...recordedFinal, epoch: 0 }]
    }
    return new ToyState(header, this.#weights, { justified, recordedFinal }, this.#strangers, carried)
  }
}

export interface Drawn {
  readonly slot: number
  readonly by?: string
  readonly timeMs?: number
  readonly certificates?: readonly Certificate[]
  readonly acknowledgements?: readonly RecordedAcknowledgement[]
  /** Makes an otherwise equal block another one. */
  readonly mark?: string
}

/** A block on a parent, as an honest proposer of the toy chain builds it. */
export function blockOn(parent: ToyState, drawn: Drawn): Block {
  const acknowledgements = drawn.acknowledgements ?? []
  const table = parent.tableAt(parent.header.height)
  const link = deriveLink(
    table,
    parent.header.slot,
    acknowledgements.map(one => one.peer),
    P.linkBits
  )
  const { slot, certificates = [] } = drawn
  const header = headerOf({
    height: parent.header.height + 1,
    slot,
    parent: parent.id,
    proposer: keyOf(drawn.by ?? 'alice'),
    timeMs: drawn.timeMs ?? slot * P.slotMs,
    acknowledgements,
    score: parent.header.score + link.weight,
    stateRoot: hashHex('test', asciiToBytes(drawn.mark ?? ''))
  })
  return { header, signature: NO_SIGNATURE, transactions: [], certificates }
}

/** Counts how often a block is executed; refuses those with this mark in their signature. */
export class ToyTransition implements Transition<ToyState> {
  readonly applied: BlockId[] = []

  apply(parent: ToyState, block: Block): Verdict<ToyState> {
    this.applied.push(blockIdOf(block.header))
    if (block.signature[0] === 0xff) return reject('E_BLOCK_STATE', 'refused by the test')
    return accept(parent.after(block.header, block.certificates))
  }

  build(parent: ToyState, draft: Draft) {
    const proposer = present(
      NAMES.find(name => keyOf(name) === draft.proposer),
      'a known peer'
    )
    const block = blockOn(parent, { ...draft, by: proposer })
    return { block, state: parent.after(block.header, block.certificates), dropped: [] }
  }
}

const NAMES = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'zero']

export const EVEN = { alice: 100n, bob: 100n, carol: 100n, dave: 100n }

export interface BenchOptions {
  readonly weights?: Readonly<Record<string, bigint>>
  /** Whose machine it is; null signs nothing. */
  readonly self?: string | null
  readonly guard?: GuardMarks
  readonly start?: boolean
  /** Registered peers without weight. */
  readonly strangers?: readonly string[]
  /** Starts from this final block instead of genesis. */
  readonly resume?: { readonly final: ToyState; readonly anchor: FinalityAnchor }
  /** Final blocks that the store holds. */
  readonly stored?: readonly Block[]
}

/** A machine with its collaborators, its clock, and everything it ever said. */
export class Bench {
  readonly transition = new ToyTransition()
  readonly genesis: ToyState
  readonly machine: BaseMachine<ToyState>
  readonly said: BaseEffect<ToyState>[] = []
  readonly #weights: Readonly<Record<string, bigint>>
  readonly #stored: ReadonlyMap<number, Uint8Array>
  nowMs = 0

  constructor(options: BenchOptions = {}) {
    this.#weights = options.weights ?? EVEN
    const stored = (options.stored ?? []).map(block => [block.header.height, encode(blockCodec, block)] as const)
    this.#stored = new Map([[0, HISTORY], ...stored])
    this.genesis = new ToyState(headerOf({}), this.#weights, undefined, new Set((options.strangers ?? []).map(keyOf)))
    const self = options.self === undefined ? 'alice' : options.self
    const { final, anchor } = options.resume ?? { final: this.genesis, anchor: genesisAnchor(this.genesis) }
    this.machine = this.#make(self, final, anchor)
    if (options.start !== false) this.feed({ kind: 'start', guard: options.guard ?? NO_MARKS, nowMs: 0 })
  }

  #make(self: string | null, final: ToyState, anchor: FinalityAnchor): BaseMachine<ToyState> {
    const collaborators: Collaborators<ToyState> = {
      transition: this.transition,
      finalBlockBytes: height => this.#stored.get(height),
      pickTransactions: () => []
    }
    return createBaseMachine(
      { genesis: GENESIS, parameters: P, self: self === null ? null : keyOf(self), recoveries: new Set() },
      collaborators,
      final,
      anchor
    )
  }

  feed(event: BaseEvent): readonly BaseEffect<ToyState>[] {
    const effects = stepBaseMachine(this.machine, event)
    this.said.push(...effects)
    return effects
  }

  /** Lets time pass to this moment. */
  at(nowMs: number): readonly BaseEffect<ToyState>[] {
    this.nowMs = nowMs
    return this.feed({ kind: 'timer', nowMs })
  }

  block(block: Block, from: string | null = 'x'): readonly BaseEffect<ToyState>[] {
    return this.feed({ kind: 'block', block, from, nowMs: this.nowMs })
  }

  /** Draws a block on a known one and feeds it; time moves on to its stated time if it must. */
  draw(parent: BlockId | ToyState, drawn: Drawn): ToyState {
    const state = typeof parent === 'string' ? this.stateOf(parent) : parent
    const block = blockOn(state, drawn)
    this.nowMs = Math.max(this.nowMs, block.header.timeMs)
    this.block(block)
    return this.stateOf(blockIdOf(block.header))
  }

  /** Draws a chain of one block a slot, from the slot after the parent's. */
  chain(parent: ToyState, count: number, drawn: Partial<Drawn> = {}): ToyState {
    let state = parent
    for (let i = 0; i < count; i++) state = this.draw(state, { slot: state.header.slot + 1, ...drawn })
    return state
  }

  stateOf(id: BlockId): ToyState {
    return present(this.machine.stateOf(id), 'a block of the tree')
  }

  acknowledge(name: string, state: ToyState, digest?: Hash): readonly BaseEffect<ToyState>[] {
    return this.feed({
      kind: 'acknowledgement',
      acknowledgement: acknowledgementOf(name, state, digest),
      from: 'x',
      nowMs: this.nowMs
    })
  }

  vote(name: string, vote: Vote): readonly BaseEffect<ToyState>[] {
    return this.feed({ kind: 'vote', vote: signedVote(name, vote), from: 'x', nowMs: this.nowMs })
  }

  votes(names: readonly string[], vote: Vote): void {
    for (const name of names) this.vote(name, vote)
  }

  /** A vote of the running period for a link between two points. */
  link(source: FinalityPoint, target: FinalityPoint): Vote {
    const { period, recovery, root } = this.machine.anchor
    return { period, recovery, root, source, target }
  }

  intentions<K extends Intention['kind']>(kind: K): readonly Extract<Intention, { kind: K }>[] {
    return this.said.flatMap(effect =>
      effect.kind === 'sign' && effect.intention.kind === kind
        ? [effect.intention as Extract<Intention, { kind: K }>]
        : []
    )
  }

  of<K extends BaseEffect<ToyState>['kind']>(kind: K): readonly Extract<BaseEffect<ToyState>, { kind: K }>[] {
    return this.said.filter(effect => effect.kind === kind) as Extract<BaseEffect<ToyState>, { kind: K }>[]
  }
}

export function pointOf(epoch: number, { id, header: { height } }: ToyState): FinalityPoint {
  return { epoch, height, id }
}

export function signedVote(name: string, vote: Vote): SignedVote {
  return { vote, peer: keyOf(name), signature: signatureOf(name) }
}

/** The right digest of blocks whose chain has recorded nothing but genesis as final. */
export function acknowledgementOf(
  name: string,
  { id, header: { slot } }: ToyState,
  digest?: Hash
): SignedAcknowledgement {
  const { seed } = derivePieceAt(id, keyOf(name), 0)
  const right = deriveDigest(id, keyOf(name), seed, HISTORY)
  return {
    acknowledgement: { slot, block: id, digest: digest ?? right },
    peer: keyOf(name),
    signature: signatureOf(name)
  }
}

export function recordOf(names: readonly string[], parent: ToyState): readonly RecordedAcknowledgement[] {
  return names.map(name => {
    const { acknowledgement, peer, signature } = acknowledgementOf(name, parent)
    return { peer, digest: acknowledgement.digest, signature }
  })
}

export function certificateBy(names: readonly string[], vote: Vote): Certificate {
  const votes = names.map(name => ({ peer: keyOf(name), signature: signatureOf(name) }))
  return { vote, votes: votes.sort((a, b) => (a.peer < b.peer ? -1 : 1)) }
}

/** Peers by their best ticket of a slot, the best first. */
export function ranking(slot: number, weights: Readonly<Record<string, bigint>> = EVEN): readonly string[] {
  const table = tableOf(weights)
  const time = (name: string): bigint => {
    const ticket = present(ticketsOf(table, slot, keyOf(name))?.[0], 'a ticket')
    return (ticket.numerator << 32n) / ticket.weight
  }
  return Object.keys(weights).sort((a, b) => (time(a) < time(b) ? -1 : 1))
}

function signatureOf(name: string): Uint8Array {
  const half = asciiToBytes(name.padEnd(32, '.').slice(0, 32))
  return Uint8Array.from([...half, ...half])
}
