// What anybody may do on a test chain, drawn from its state alone: so the same draws make sense on every fork. Some of it
// does not apply, as with people.
import { signMessage } from '#contracts/crypto/signature.ts'
import { termsHashOf } from '#contracts/bonds/terms.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashBytes, hashHex } from '#contracts/crypto/hash.ts'
import { hashOfPreimage, hostOf, type Output, ownerOf } from '#contracts/ledger/output.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId, OutputId, PublicKey } from '#contracts/primitives/ids.ts'
import { acknowledgementSigningBytes } from '#contracts/statements/acknowledgement.ts'
import { type Evidence, evidenceCodec } from '#contracts/statements/evidence.ts'
import { voteSigningBytes } from '#contracts/statements/vote.ts'
import { AssetBuilder } from './asset-builder.ts'
import { type Actor, type ChainBuilder, output, type Peer, peer, shares, type Spend } from './chain-builder.ts'
import type { Random } from './random.ts'

type Lock = Extract<Output, { kind: 'hashlock' }>

/** Peers that may come to register. */
const COMING = Array.from({ length: 12 }, (_, i) => peer(`coming ${i}`))
const PREIMAGES = [0, 1, 2].map(i => hashBytes('test-preimage', uintToBytes(i, 4)))

export class AnyAct {
  readonly #random: Random
  readonly #chain: ChainBuilder
  readonly #people: readonly Actor[]

  constructor(random: Random, chain: ChainBuilder, people: readonly Actor[]) {
    this.#random = random
    this.#chain = chain
    this.#people = people
  }

  /** One transaction, or undefined where nobody can do what was drawn. */
  next(): Transaction | undefined {
    const acts = [
      () => this.#pay(),
      () => this.#pay(),
      () => this.#together(),
      () => this.#lock(),
      () => this.#open(),
      () => this.#register(),
      () => this.#retire(),
      () => this.#acknowledgements(),
      () => this.#votes(),
      () => this.#asset(),
      () => this.#bond(),
      () => this.#unbond(),
      () => this.#log(),
      () => this.#commitName()
    ]
    try {
      return this.#random.pick(acts)()
    } catch (error) {
      // A person without a large enough output does nothing.
      if (String(error).includes('has no output')) return undefined
      throw error
    }
  }

  #spend(wishes: Omit<Spend, 'from'>): Transaction {
    return this.#chain.spend({ from: this.#random.pick(this.#people), ...wishes })
  }

  #pay(): Transaction {
    const host = this.#random.chance(50) ? this.#random.pick(this.#chain.peers).key : null
    const to = output(this.#random.pick(this.#people).key, shares(this.#random.between(1, 40)), host)
    return this.#spend({
      to: [to],
      ...(this.#random.chance(20) ? { fee: BigInt(this.#random.between(900, 5000)) } : {})
    })
  }

  #together(): Transaction | undefined {
    const inputs: OutputId[] = []
    for (const [id, { output: one, maturesAt }] of this.#chain.state.entries('outputs')) {
      const owner = ownerOf(one)
      if (inputs.length === 2 || maturesAt !== null || hostOf(one) !== null) continue
      if (owner === this.#people[inputs.length]?.key && this.#random.chance(50)) inputs.push(id)
    }
    const [from, other] = this.#people
    if (inputs.length < 2 || from === undefined || other === undefined) return undefined
    return this.#chain.spend({ from, beside: [other], inputs, to: [] })
  }

  #lock(): Transaction {
    const lock: Lock = {
      kind: 'hashlock',
      hash: hashOfPreimage(this.#random.pick(PREIMAGES)),
      claimant: this.#random.pick(this.#people).key,
      refund: this.#random.pick(this.#people).key,
      timeout: this.#chain.state.ticks + this.#random.between(0, 20),
      atoms: shares(this.#random.between(1, 5))
    }
    return this.#spend({ to: [lock] })
  }

  #open(): Transaction | undefined {
    const locks = [...this.#chain.state.entries('outputs')].flatMap(([id, { output: one }]) =>
      one.kind === 'hashlock' ? [{ id, one }] : []
    )
    if (locks.length === 0) return undefined
    const { id, one } = this.#random.pick(locks)
    const preimage = PREIMAGES.find(shown => hashOfPreimage(shown) === one.hash)
    const claims = this.#random.chance(50) && preimage !== undefined
    const from = this.#people.find(person => person.key === (claims ? one.claimant : one.refund))
    return from && this.#chain.spend({ from, inputs: [id], to: [], preimages: claims ? [preimage] : [] })
  }

  #register(): Transaction {
    const one = this.#random.pick(COMING)
    const bondAtoms = shares(this.#random.between(9, 20))
    const keys = { peer: one.key, vrfKey: one.vrfKey, rewards: one.rewards.key }
    return this.#spend({ beside: [one], locks: bondAtoms, action: { kind: 'peer.register', ...keys, bondAtoms } })
  }

  /** One of those who come and go; the chain goes on without them. */
  #retire(): Transaction {
    const one = this.#random.pick(COMING)
    return this.#spend({ beside: [one.rewards], action: { kind: 'peer.retire', peer: one.key } })
  }

  #post(evidence: Evidence): Transaction {
    return this.#spend({ action: { kind: 'evidence.post', evidence: encode(evidenceCodec, evidence) } })
  }

  #acknowledgements(): Transaction {
    const one = this.#random.pick([...COMING, ...this.#chain.peers.slice(0, 1)])
    const slot = this.#random.between(1, this.#chain.state.header.slot + 2)
    const sign = (name: 'a' | 'b') => {
      const acknowledgement = { slot, block: hashHex<BlockId>(`block ${name}`), digest: hashHex('digest') }
      const message = acknowledgementSigningBytes(this.#chain.genesis, acknowledgement)
      return { acknowledgement, peer: one.key, signature: signMessage(one.secret, message) }
    }
    return this.#post({ kind: 'acknowledgements', first: sign('a'), second: sign('b') })
  }

  #votes(): Transaction {
    const one = this.#random.pick(COMING)
    const root = { epoch: 0, height: 0, id: this.#chain.state.chain.genesis as string as BlockId }
    const sign = (name: 'a' | 'b') => {
      const target = { epoch: 3, height: 2, id: hashHex<BlockId>(`block ${name}`) }
      const vote = { period: 0, recovery: null, root, source: root, target }
      return { vote, peer: one.key, signature: signMessage(one.secret, voteSigningBytes(this.#chain.genesis, vote)) }
    }
    return this.#post({ kind: 'votes', first: sign('a'), second: sign('b') })
  }

  #asset(): Transaction {
    return new AssetBuilder(this.#chain, this.#random.pick(this.#people)).transaction
  }

  #bond(): Transaction | undefined {
    const assets = [...this.#chain.state.entries('assets')]
    if (assets.length === 0) return undefined
    const [asset, { registration }] = this.#random.pick(assets)
    const { key } = this.#random.pick(this.#people)
    const units = this.#random.between(1, 2)
    const terms = termsHashOf(registration)
    const bonds = [{ asset, validator: this.#validator(), owner: key, rewards: key, terms, units }]
    return this.#spend({ action: { kind: 'bond.post', bonds }, locks: registration.collateralPerSeat * BigInt(units) })
  }

  #validator(): PublicKey {
    return this.#random.pick([...COMING, ...this.#people]).key
  }

  #unbond(): Transaction | undefined {
    const bonds = [...this.#chain.state.entries('bonds')]
    if (bonds.length === 0) return undefined
    const [bond, { owner, status }] = this.#random.pick(bonds)
    const from = this.#people.find(person => person.key === owner)
    const kind = status === 'active' ? 'bond.leave' : 'bond.release'
    return from && this.#chain.spend({ from, action: { kind, bonds: [bond] } })
  }

  #log(): Transaction | undefined {
    const assets = [...this.#chain.state.entries('assets')]
    if (assets.length === 0) return undefined
    const [asset] = this.#random.pick(assets)
    return this.#spend({ action: { kind: 'log.post', asset, instruction: Uint8Array.of(this.#random.below(256)) } })
  }

  #commitName(): Transaction {
    const commitment = hashHex('test-commitment', uintToBytes(this.#random.below(1000), 4))
    return this.#spend({ action: { kind: 'name.commit', commitment } })
  }
}

export const comingPeers: readonly Peer[] = COMING
