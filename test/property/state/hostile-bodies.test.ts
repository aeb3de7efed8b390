// Transactions that fit their schemas and mean harm, in random order: whatever they say, a block is built, applies
// as built, and no atom is gained or lost [LED-2, LED-4]. An assertion on the way would stop every node.
import { expect, it } from 'vitest'
import { countSupply } from '#test/support/state-reads.ts'
import { applyBlock } from '#base-layer/state/transition.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { bondIdOf } from '#contracts/ledger/actions/bond.ts'
import type { ClaimTarget } from '#contracts/ledger/actions/claim.ts'
import { type Transaction, transactionIdOf } from '#contracts/ledger/transaction.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { AssetId, BondId, CheckpointId, ClaimId, DagId, Hash } from '#contracts/primitives/ids.ts'
import { type Statement, statementCodec } from '#contracts/statements/statement.ts'
import { AssetBuilder, falseEdge, TestClaim, twinStatements } from '#test/support/asset-builder.ts'
import { type Actor, actor, ChainBuilder, shares } from '#test/support/chain-builder.ts'
import { createRandom, type Random } from '#test/support/random.ts'

const names = ['olga', 'oscar', 'wanda', 'walter']
const people = names.map(actor)
const MOST = Number.MAX_SAFE_INTEGER

class Villain {
  readonly #random: Random
  readonly #chain: ChainBuilder
  readonly #asset: AssetBuilder
  readonly #bonds: BondId[] = []
  readonly #claims: TestClaim[] = []

  constructor(random: Random, chain: ChainBuilder, asset: AssetBuilder) {
    this.#random = random
    this.#chain = chain
    this.#asset = asset
  }

  /** Something harmful, or nothing if this person has no coin for it. */
  next(): Transaction | undefined {
    const from = this.#random.pick(people)
    try {
      return this.#random.pick([
        () => this.#bond(from),
        () => this.#bondAction(from),
        () => this.#post(from),
        () => this.#commit(from),
        () => this.#reveal(),
        () => this.#bare(from),
        () => this.#noise(from)
      ])()
    } catch (error) {
      if (/has no output|no asset yet/.test(String(error))) return undefined
      throw error
    }
  }

  #number(): number {
    return this.#random.pick([0, 1, 2, 3, this.#random.below(200), MOST, MOST - 1])
  }

  #hash<T extends Hash>(): T {
    return this.#random.chance(50)
      ? (this.#asset.id as Hash as T)
      : hashHex<T>('test', asciiToBytes(`${this.#number()}`))
  }

  #bond(from: Actor): Transaction {
    const made = this.#asset.bond(from, [`v${this.#random.below(9)}`], { units: this.#random.between(1, 3) })
    this.#bonds.push(bondIdOf(transactionIdOf(made), 0))
    return made
  }

  #bondAction(from: Actor): Transaction {
    const kind = this.#random.pick(['bond.leave', 'bond.release'] as const)
    const bonds = [0, 1].map(() => (this.#bonds.length > 0 ? this.#random.pick(this.#bonds) : this.#hash<BondId>()))
    return this.#chain.spend({ from, action: { kind, bonds: bonds.slice(this.#random.below(2)) } })
  }

  #statement(): Statement {
    if (this.#asset.record.current === 0) throw new Error('no asset yet')
    const place = this.#random.chance(60) ? falseEdge(this.#asset).statement : this.#asset.statement()
    const change: Partial<Record<keyof Statement, unknown>> = {}
    const numbers = [
      'sequence',
      'baseHeight',
      'logConsumed',
      'firstStep',
      'stepCount',
      'commitIndex',
      'exitCount'
    ] as const
    if (this.#random.chance(40)) change[this.#random.pick(numbers)] = this.#number()
    if (this.#random.chance(10)) change.closes = this.#random.pick(['open', 'interval', 'cap', 'epoch'])
    if (this.#random.chance(10)) change.stepCount = 8000
    return { ...place, ...change } as Statement
  }

  #post(from: Actor): Transaction {
    const statement = this.#statement()
    const signatures = this.#asset.signatures(statement, this.#random.chance(70) ? undefined : [0, 1, 2])
    return this.#chain.spend({
      from,
      action: { kind: 'checkpoint.post', statement: encode(statementCodec, statement), signatures }
    })
  }

  #accusation(): { readonly target: ClaimTarget; readonly claim: Uint8Array } {
    const { record } = this.#asset
    if (record.current === 0) throw new Error('no asset yet')
    if (this.#random.chance(40)) return twinStatements(this.#asset, this.#random.below(4))
    const { claim, target } = falseEdge(this.#asset, { sequence: record.sequence })
    if (this.#random.chance(30)) return { claim, target }
    const checkpoint = this.#chain.state.get('checkpoints', {
      asset: record.sequence > 0 ? this.#asset.id : this.#hash(),
      sequence: record.sequence
    })
    const id = checkpoint?.id ?? this.#hash<CheckpointId>()
    return { claim, target: { kind: 'checkpoint', asset: this.#asset.id, sequence: record.sequence, checkpoint: id } }
  }

  #commit(from: Actor): Transaction {
    const { target, claim } = this.#accusation()
    const made = new TestClaim(this.#chain, from, target, claim, shares(1))
    this.#claims.push(made)
    return made.commit
  }

  #reveal(): Transaction | undefined {
    return this.#claims.length === 0 ? undefined : this.#random.pick(this.#claims).reveal()
  }

  #bare(from: Actor): Transaction {
    const { target, claim } = this.#accusation()
    return new TestClaim(this.#chain, from, target, claim, shares(1)).reveal({ commit: null })
  }

  #noise(from: Actor): Transaction {
    const seat = { asset: this.#hash<AssetId>(), epoch: this.#number(), dag: this.#hash<DagId>(), seat: 3 }
    const point = { asset: this.#hash<AssetId>(), sequence: this.#number(), checkpoint: this.#hash<CheckpointId>() }
    const hidden = { commitment: this.#hash<Hash>(), claimant: from.key, deposit: shares(1) }
    const action: Action = this.#random.pick([
      { kind: 'log.post', asset: this.#hash<AssetId>(), instruction: Uint8Array.of(1) },
      { kind: 'seed.reveal', peer: from.key, period: this.#number(), proof: new Uint8Array(80) },
      { kind: 'evidence.post', evidence: Uint8Array.of(0x80) },
      { kind: 'claim.commit', target: { kind: 'seat', ...seat }, ...hidden },
      { kind: 'claim.commit', target: { kind: 'checkpoint', ...point }, ...hidden },
      {
        kind: 'claim.reveal',
        commit: this.#hash<ClaimId>(),
        claim: Uint8Array.of(0x80),
        claimant: from.key,
        salt: this.#hash()
      }
    ])
    return this.#chain.spend({ from, action, locks: shares(1), fee: this.#random.chance(50) ? 1000n : 0n })
  }
}

it.each(['one', 'two', 'three'])('of seed %s stop nobody and conserve every atom', seed => {
  const random = createRandom(`hostile ${seed}`)
  const chain = new ChainBuilder({ owners: names })
  const asset = new AssetBuilder(chain, people[0] as Actor)
  chain.produce([asset.transaction])
  chain.produce([asset.bond(people[1] as Actor, ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8'])])
  chain.produceTo(60)
  const villain = new Villain(random, chain, asset)
  const kinds = new Set<string>()
  for (let i = 0; i < ROUNDS; i++) {
    // What was left out spends nothing, so its inputs may be chosen again.
    chain.rewind(chain.state)
    chain.isVoting = !random.chance(15)
    const made = Array.from({ length: random.below(6) }, () => villain.next()).filter(one => one !== undefined)
    const { block } = chain.draft(made, random.below(2))
    for (const { action } of block.transactions) kinds.add(action?.kind ?? 'payment')
    const applied = applyBlock(chain.state, block)
    if (!applied.ok) throw new Error(applied.code)
    chain.append(block)
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  }
  expect(kinds.size).toBeGreaterThanOrEqual(4)
})

const ROUNDS = 160
