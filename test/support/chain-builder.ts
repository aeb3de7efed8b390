// A small base chain in memory: peers with fixed keys that propose, acknowledge and vote in every slot as
// honest ones do. Tests say which transactions go into which block; everything else is valid unless they change
// it.
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { createGenesis } from '#base-layer/state/genesis-state.ts'
import { earliestTimeMs } from '#base-layer/state/header-checks.ts'
import { applyBlock, buildBlock } from '#base-layer/state/transition.ts'
import { hashBytes, hashHex } from '#contracts/crypto/hash.ts'
import { derivePublicKey, signMessage } from '#contracts/crypto/signature.ts'
import { vrfProve, vrfPublicKey } from '#contracts/crypto/vrf.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { seedAlpha } from '#contracts/ledger/actions/seed-reveal.ts'
import { feeThatCovers, leastFeeFor } from '#contracts/ledger/fee.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { hostOf, type Output, ownerOf } from '#contracts/ledger/output.ts'
import { DEV_PARAMETERS, type Parameters } from '#contracts/ledger/parameters.ts'
import { type Transaction, type TransactionBody, transactionSigningBytes } from '#contracts/ledger/transaction.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { GenesisHash, OutputId, PublicKey } from '#contracts/primitives/ids.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import { type Acknowledgement, acknowledgementSigningBytes } from '#contracts/statements/acknowledgement.ts'
import { type Block, headerSigningBytes } from '#contracts/statements/block.ts'
import { lastHeightOf } from '#contracts/statements/period-table.ts'
import { type Certificate, type Vote, voteSigningBytes } from '#contracts/statements/vote.ts'
import { signTogether } from './joint-signature.ts'

installNodeCrypto()

/** A fixed key by name. */
export interface Actor {
  readonly name: string
  readonly secret: Uint8Array
  readonly key: PublicKey
}

export interface Peer extends Actor {
  readonly vrfSecret: Uint8Array
  readonly vrfKey: PublicKey
  readonly rewards: Actor
}

export function actor(name: string): Actor {
  const secret = hashBytes('test-key', asciiToBytes(name))
  return { name, secret, key: derivePublicKey(secret) }
}

export function peer(name: string): Peer {
  const vrfSecret = hashBytes('test-vrf-key', asciiToBytes(name))
  return { ...actor(name), vrfSecret, vrfKey: vrfPublicKey(vrfSecret), rewards: actor(`${name}'s rewards`) }
}

export const shares = (count: number): bigint => BigInt(count) * ATOMS_PER_SHARE

export function output(owner: PublicKey, atoms: bigint, host: PublicKey | null = null): Output {
  return { kind: 'key', owner, host, atoms }
}

/** What a test says about a transaction; `from` owns the inputs. */
export interface Spend {
  readonly from: Actor
  readonly to?: readonly Output[]
  readonly action?: Action
  /** Atoms that the action locks. */
  readonly locks?: bigint
  readonly fee?: bigint
  readonly inputs?: readonly OutputId[]
  readonly notBefore?: number
  readonly notAfter?: number
  readonly preimages?: readonly Uint8Array[]
  /** Others who sign: owners of inputs, or authorities of the action. */
  readonly beside?: readonly Actor[]
}

export interface ChainOptions {
  readonly peers?: readonly string[]
  readonly parameters?: Partial<Parameters>
  /** Owners of 10 outputs of 1000 shares each, without a host. */
  readonly owners?: readonly string[]
}

/** Slots without a proposer that a test puts up with. */
const SLOTS_TRIED = 100
/** More than the least fee of any transaction. */
const FEE_ROOM = 500_000n

export class ChainBuilder {
  readonly peers: readonly Peer[]
  readonly document: Genesis
  readonly genesisState: ChainState
  /** The newest state. */
  state: ChainState
  readonly blocks: Block[] = []
  /** Peers that propose, acknowledge and vote; tests take some away. */
  awake: readonly Peer[]
  /** Registered peers without weight that vote as well, for their standing. */
  newcomers: readonly Peer[] = []
  /** Votes that came late: the next block carries what it can of them. */
  late: readonly Certificate[] = []
  /** False stops votes, and with them finality. */
  isVoting = true
  /** False withholds seed reveals. */
  isRevealing = true
  readonly #used = new Set<OutputId>()

  constructor(options: ChainOptions = {}) {
    this.peers = (options.peers ?? ['alice', 'bob', 'carol', 'dave']).map(peer)
    this.awake = this.peers
    const owners = (options.owners ?? ['olga', 'oscar']).map(actor)
    this.document = {
      prefix: 'stest',
      genesisTimeMs: 1_700_000_000_000,
      parameters: { ...DEV_PARAMETERS, ...options.parameters },
      seed0: hashHex('test-seed'),
      peers: this.peers.map(({ key, vrfKey, rewards }) => ({
        peer: key,
        vrfKey,
        rewards: rewards.key,
        bondAtoms: shares(100)
      })),
      outputs: [
        ...this.peers.map(({ key }) => output(key, shares(5000), key)),
        ...owners.flatMap(({ key }) => Array.from({ length: 10 }, () => output(key, shares(1000))))
      ]
    }
    const created = createGenesis(this.document)
    assert(created.ok, 'the test genesis is valid')
    this.genesisState = created.value
    this.state = created.value
  }

  get genesis(): GenesisHash {
    return this.state.chain.genesis
  }

  /**
   * A signed transaction. Inputs are the owner's smallest unspent outputs without a host that suffice, and
   * change goes back.
   */
  spend({ from, to = [], action, locks = 0n, fee, beside = [], ...rest }: Spend): Transaction {
    const wanted = to.reduce((sum, one) => sum + one.atoms, 0n) + locks
    const inputs = rest.inputs ?? this.#choose(from.key, wanted + (fee ?? FEE_ROOM))
    const held = inputs.reduce((sum, id) => sum + (this.state.get('outputs', id)?.output.atoms ?? 0n), 0n)
    const bodyWith = (paid: bigint): TransactionBody => ({
      inputs,
      outputs: held > wanted + paid ? [...to, output(from.key, held - wanted - paid)] : to,
      action: action ?? null,
      notBefore: rest.notBefore ?? null,
      notAfter: rest.notAfter ?? null,
      memo: null,
      preimages: rest.preimages ?? []
    })
    const signers = [from, ...beside]
    return this.sign(signers, bodyWith(fee ?? feeThatCovers(this.state.parameters, bodyWith, signers.length)))
  }

  /** One signature by everyone whose inputs or authority it needs. */
  sign(by: Actor | readonly Actor[], body: TransactionBody): Transaction {
    const signers = 'key' in by ? [by] : by
    return { ...body, signature: signTogether(signers, transactionSigningBytes(this.genesis, body)) }
  }

  /** The least fee of a transaction [LED-5]. */
  feeOf(transaction: TransactionBody, keys = 1): bigint {
    return leastFeeFor(this.state.parameters, transaction, keys)
  }

  pay(from: Actor, to: Actor, atoms: bigint): Transaction {
    return this.spend({ from, to: [output(to.key, atoms)] })
  }

  /**
   * A block with these transactions in the next slot that somebody may propose in, applied as a stranger would.
   */
  produce(transactions: readonly Transaction[] = [], skippedSlots = 0): Block {
    const reveals = this.#reveals()
    const { block, dropped } = this.draft([...reveals, ...transactions], skippedSlots)
    const refused = dropped[0]
    assert(
      refused === undefined,
      `dropped ${refused?.action?.kind ?? 'a payment'}: ${refused && this.refusalOf(refused)}`
    )
    this.append(block)
    return block
  }

  /** Builds without applying. */
  draft(
    transactions: readonly Transaction[],
    skippedSlots = 0
  ): { readonly block: Block; readonly dropped: readonly Transaction[] } {
    const parent = this.state
    const { slotMs } = parent.chain.parameters
    for (let slot = parent.header.slot + 1 + skippedSlots; ; slot++) {
      assert(slot < parent.header.slot + SLOTS_TRIED, 'somebody awake may propose')
      const able = this.awake.flatMap(proposer => {
        const earliest = earliestTimeMs(parent, slot, proposer.key)
        return earliest.ok && earliest.value < (slot + 1) * slotMs ? [{ proposer, timeMs: earliest.value }] : []
      })
      const best = able.sort((a, b) => a.timeMs - b.timeMs)[0]
      if (best === undefined) continue
      const { proposer, timeMs } = best
      const { block, dropped } = buildBlock(parent, {
        slot,
        timeMs,
        proposer: proposer.key,
        transactions,
        acknowledgements: this.acknowledge(),
        certificates: [...(this.isVoting ? this.certify(slot) : []), ...this.late]
      })
      return { block: this.seal(proposer, block), dropped }
    }
  }

  append(block: Block): void {
    this.late = []
    const applied = applyBlock(this.state, block)
    assert(applied.ok, `refused: ${applied.ok ? '' : `${applied.code} ${applied.why}`}`)
    this.state = applied.value
    this.blocks.push(block)
  }

  /** The code with which the next block would refuse a transaction, or undefined. */
  refusalOf(transaction: Transaction, others: readonly Transaction[] = []): string | undefined {
    // What is only asked about spends nothing, so its inputs may be chosen again.
    for (const input of transaction.inputs) this.#used.delete(input)
    const { block } = this.draft(others)
    const verdict = applyBlock(this.state, { ...block, transactions: [...block.transactions, transaction] })
    return verdict.ok || verdict.code === 'E_BLOCK_TRANSACTIONS' ? undefined : verdict.code
  }

  /** Back to an earlier state of this chain: states never change, so tests of one file share what led to it. */
  rewind(state: ChainState): void {
    this.state = state
    this.blocks.length = state.height
    this.awake = this.peers
    this.newcomers = []
    this.late = []
    this.isVoting = true
    this.isRevealing = true
    this.#used.clear()
  }

  /** Empty blocks up to a height. */
  produceTo(height: number): void {
    while (this.state.height < height) this.produce()
  }

  /** Signs a header as its proposer. */
  seal(proposer: Actor, block: Block): Block {
    return { ...block, signature: signMessage(proposer.secret, headerSigningBytes(this.genesis, block.header)) }
  }

  /** Acknowledgements of the newest block by everyone awake; the digest is not judged here. */
  acknowledge() {
    const { id, header } = this.state
    const value: Acknowledgement = { slot: header.slot, block: id, digest: hashHex('test-digest') }
    const message = acknowledgementSigningBytes(this.genesis, value)
    return this.awake.map(one => ({ peer: one.key, digest: value.digest, signature: signMessage(one.secret, message) }))
  }

  /**
   * The certificate of the epoch of a slot for the newest block with two descendants, if there is one to be
   * had.
   */
  certify(slot: number): readonly Certificate[] {
    const { state } = this
    const { slotMs, finalityEpochMs } = state.chain.parameters
    const epoch = Math.floor((slot * slotMs) / finalityEpochMs)
    const source = present(state.justified.at(-1), 'a root')
    const root = present(state.justified[0], 'a root')
    const period = state.finality.period
    const height = Math.min(Math.max(state.height - 2, source.height), lastHeightOf(period, state.chain.parameters))
    const { recovery } = state.finality
    const recovered = recovery === null ? undefined : state.get('finality', { kind: 'recovery', id: recovery })
    const first = recovered?.kind === 'recovery' ? recovered.at : 0
    if (epoch <= source.epoch || state.height < 1 || height < first) return []
    return [
      this.certificate({
        period,
        recovery,
        root,
        source,
        target: { epoch, height, id: present(state.ancestorAt(height), 'an ancestor') }
      })
    ]
  }

  certificate(vote: Vote, voters: readonly Peer[] = [...this.awake, ...this.newcomers]): Certificate {
    const message = voteSigningBytes(this.genesis, vote)
    const votes = voters.map(one => ({ peer: one.key, signature: signMessage(one.secret, message) }))
    return { vote, votes: votes.sort((a, b) => (a.peer < b.peer ? -1 : 1)) }
  }

  reveal(one: Peer, period: number): Transaction {
    const proof = vrfProve(one.vrfSecret, seedAlpha(this.genesis, period))
    const action: Action = { kind: 'seed.reveal', peer: one.key, period, proof }
    return this.sign(one, {
      inputs: [],
      outputs: [],
      action,
      notBefore: null,
      notAfter: null,
      memo: null,
      preimages: []
    })
  }

  /** Everyone awake reveals in the block after the snapshot. */
  #reveals(): readonly Transaction[] {
    const { period } = this.state.chain.parameters
    const newest = Math.floor(this.state.height / period)
    if (!this.isRevealing || newest === 0 || this.state.height !== newest * period) return []
    const table = present(this.state.tableOf(newest), 'a snapshot')
    return this.awake.filter(one => table.byPeer.has(one.key)).map(one => this.reveal(one, newest))
  }

  #choose(owner: PublicKey, wanted: bigint): readonly OutputId[] {
    const owned = [...this.state.entries('outputs')].filter(
      ([id, { output: one, maturesAt }]) =>
        ownerOf(one) === owner &&
        hostOf(one) === null &&
        !this.#used.has(id) &&
        (maturesAt === null || maturesAt <= this.state.recordedFinal.height)
    )
    owned.sort(([, a], [, b]) => (a.output.atoms < b.output.atoms ? -1 : 1))
    const enough = owned.find(([, one]) => one.output.atoms >= wanted)
    const [id] = present(enough, `${owner.slice(0, 8)} has no output of ${wanted} atoms`)
    this.#used.add(id)
    return [id]
  }
}
