// What peers put into their blocks in a simulated run: reveals for the seed, coins that move and change hosts, evidence,
// and a recovery file. Everything follows from the state a block is built on, so that forks have theirs each.
import { encode } from '#contracts/codec/codec.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import { vrfProve } from '#contracts/crypto/vrf.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { seedAlpha } from '#contracts/ledger/actions/seed-reveal.ts'
import { feeThatCovers } from '#contracts/ledger/fee.ts'
import type { Output } from '#contracts/ledger/output.ts'
import { type Transaction, type TransactionBody, transactionSigningBytes } from '#contracts/ledger/transaction.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import type { GenesisHash, OutputId, PublicKey } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type Evidence, evidenceCodec } from '#contracts/statements/evidence.ts'
import {
  type RecoveryBody,
  recoveryFileCodec,
  recoveryIdOf,
  recoverySigningBytes
} from '#contracts/statements/recovery.ts'
import type { BasePlan } from './base-plan.ts'
import { type SimPeer, type SimState, simPeer } from './base-world.ts'

/** Heights between two payments, and between two postings of evidence. */
const PAYMENT_EVERY = 3
const POSTING_EVERY = 4

export class BaseTraffic {
  readonly #plan: BasePlan
  readonly #peers: readonly SimPeer[]
  readonly #evidence: ReadonlyMap<string, Evidence>
  readonly #proofs = new Map<string, Transaction>()
  #recovery: Action | undefined

  constructor(plan: BasePlan, evidence: ReadonlyMap<string, Evidence>) {
    this.#plan = plan
    this.#peers = plan.shares.map((_, index) => simPeer(index))
    this.#evidence = evidence
  }

  /** Candidates for the next block; the transition leaves out what does not apply. */
  pick(state: SimState): readonly Transaction[] {
    const found = [...(this.#plan.reveals ? this.#reveals(state) : [])]
    const { height } = state
    const payer = this.#peerAt(Math.floor(height / PAYMENT_EVERY))
    if (this.#recovery !== undefined && state.finalityPeriod.recovery === null)
      found.push(...this.#pay(state, this.#peerAt(this.#peers.length - 1), this.#recovery))
    if (!this.#plan.traffic) return found
    if (height % PAYMENT_EVERY === 0) found.push(...this.#pay(state, payer, null))
    const waiting = [...this.#evidence.values()]
    const evidence = waiting[Math.floor(height / POSTING_EVERY) % Math.max(1, waiting.length)]
    if (height % POSTING_EVERY === 1 && evidence !== undefined)
      found.push(...this.#pay(state, payer, { kind: 'evidence.post', evidence: encode(evidenceCodec, evidence) }))
    return found
  }

  /** A file that gives finality to those who are left, signed with what they hold [FIN-9]; its id. */
  recover(state: SimState, left: readonly number[]): ReturnType<typeof recoveryIdOf> {
    const { parameters, genesis } = state.chain
    const sorted = left.map(index => simPeer(index)).sort((a, b) => (a.key < b.key ? -1 : 1))
    const block = present(state.ancestorAt(state.height - 2), 'a block of this chain')
    const body: RecoveryBody = {
      genesis,
      period: Math.max(state.finalityPeriod.period, Math.floor(state.height / parameters.period) + 1),
      height: state.height - 2,
      block,
      table: sorted.map(({ key }) => ({ peer: key, weight: 1000n * ATOMS_PER_SHARE }))
    }
    // Only what counted in the table that is stuck can speak for another.
    const stuck = state.tableOf(state.finalityPeriod.period)
    const counted = sorted.filter(({ key }) => stuck?.byPeer.has(key) === true)
    const holders = counted.map(({ key, secret }) => ({
      owner: key,
      outputs: [present(stakeOf(state, key), 'every peer holds its stake')],
      signature: signMessage(secret, recoverySigningBytes(body))
    }))
    this.#recovery = { kind: 'finality.recover', file: encode(recoveryFileCodec, { body, holders }) }
    return recoveryIdOf(body)
  }

  #peerAt(index: number): SimPeer {
    return present(this.#peers[index % this.#peers.length], 'a peer')
  }

  #reveals(state: SimState): readonly Transaction[] {
    const { parameters, genesis } = state.chain
    const next = state.height + 1
    const period = Math.floor(next / parameters.period)
    const place = next - period * parameters.period
    const kept = state.get('periods', { kind: 'reveals', period })
    if (period === 0 || place < 1 || place >= parameters.reveals || kept?.kind !== 'reveals') return []
    const table = state.tableOf(period)
    // One peer never reveals and goes without tickets; every height brings some, so that they spread.
    const due = this.#peers.filter(
      ({ key }, index) =>
        index !== period % this.#peers.length &&
        table?.byPeer.has(key) === true &&
        !kept.reveals.some(one => one.peer === key)
    )
    return due.slice(0, 2).map(peer => this.#reveal(genesis, peer, period))
  }

  #reveal(genesis: GenesisHash, peer: SimPeer, period: number): Transaction {
    const name = `${peer.key}/${period}`
    const known = this.#proofs.get(name)
    if (known !== undefined) return known
    const proof = vrfProve(peer.vrfSecret, seedAlpha(genesis, period))
    const body = bodyOf([], [], { kind: 'seed.reveal', peer: peer.key, period, proof })
    const made = { ...body, signature: signMessage(peer.secret, transactionSigningBytes(genesis, body)) }
    this.#proofs.set(name, made)
    return made
  }

  /** Some coin of a peer that is not its stake, back to it, hosted by the next of its peers; it pays for the action. */
  #pay(state: SimState, { key, secret }: SimPeer, action: Action | null): readonly Transaction[] {
    const coin = purseOf(state, key)
    if (coin === undefined) return []
    const { genesis } = state.chain
    const host = this.#peerAt(state.height).key
    const bodyWith = (fee: bigint): TransactionBody =>
      bodyOf([coin.id], [{ kind: 'key', owner: key, host, atoms: coin.atoms - fee }], action)
    const body = bodyWith(feeThatCovers(state.parameters, bodyWith))
    return [{ ...body, signature: signMessage(secret, transactionSigningBytes(genesis, body)) }]
  }
}

function bodyOf(inputs: readonly OutputId[], outputs: readonly Output[], action: Action | null): TransactionBody {
  return { inputs, outputs, action, notBefore: null, notAfter: null, memo: null, preimages: [] }
}

/** Between a share and a thousand: more is its stake, less came from fees. */
function purseOf(state: SimState, owner: PublicKey): { readonly id: OutputId; readonly atoms: bigint } | undefined {
  for (const [id, { output, maturesAt }] of state.entries('outputs')) {
    const { kind, atoms } = output
    const isPurse = atoms >= ATOMS_PER_SHARE && atoms < 1000n * ATOMS_PER_SHARE
    if (kind === 'key' && output.owner === owner && isPurse && maturesAt === null) return { id, atoms }
  }
  return undefined
}

function stakeOf(state: SimState, owner: PublicKey): OutputId | undefined {
  for (const [id, { output }] of state.entries('outputs')) {
    if (output.kind === 'key' && output.owner === owner && output.atoms >= 1000n * ATOMS_PER_SHARE) return id
  }
  return undefined
}
