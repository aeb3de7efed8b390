// Names on a drawn chain: transactions of people who take, change and pay them. Tests say which go into which block.
import type { Action } from '#contracts/ledger/actions/action.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { frontierRoot } from '#contracts/merkle/log.ts'
import type { Name } from '#contracts/names/name.ts'
import {
  NO_TARGETS,
  nameCommitmentOf,
  namePriceOf,
  type NameRecord,
  type NameStanding,
  type NameTargets,
  standingOf
} from '#contracts/names/name-record.ts'
import { asciiToBytes, bytesToHex } from '#contracts/primitives/bytes.ts'
import type { Hash, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { type Actor, type ChainBuilder, output } from './chain-builder.ts'

/** Blocks after which a commitment is old enough and recorded final under the dev parameters. */
const RIPE = 10

export class NameBuilder {
  readonly #chain: ChainBuilder

  constructor(chain: ChainBuilder) {
    this.#chain = chain
  }

  saltOf(name: Name, owner: Actor): Hash {
    return hashHex('test-salt', asciiToBytes(`${name}/${owner.name}`))
  }

  commit(name: Name, owner: Actor, from = owner): Transaction {
    const commitment = nameCommitmentOf(name, owner.key, this.saltOf(name, owner))
    return this.#chain.spend({ from, action: { kind: 'name.commit', commitment } })
  }

  claim(name: Name, owner: Actor, targets: NameTargets = { ...NO_TARGETS, key: owner.key }): Transaction {
    const action: Action = { kind: 'name.claim', name, owner: owner.key, salt: this.saltOf(name, owner), targets }
    return this.#chain.spend({ from: owner, action, locks: this.price(name, 1) })
  }

  update(name: Name, owner: Actor, targets: NameTargets): Transaction {
    return this.#chain.spend({ from: owner, action: { kind: 'name.update', name, owner: owner.key, targets } })
  }

  transfer(name: Name, owner: Actor, to: Actor | null): Transaction {
    const action: Action = { kind: 'name.transfer', name, owner: owner.key, to: to?.key ?? null }
    return this.#chain.spend({ from: owner, action })
  }

  renew(name: Name, owner: Actor, terms = 1): Transaction {
    const action: Action = { kind: 'name.renew', name, owner: owner.key, terms }
    return this.#chain.spend({ from: owner, action, locks: this.price(name, terms) })
  }

  pay(name: Name, from: Actor, to: PublicKey, atoms = 1000n, index = 0): Transaction {
    return this.#chain.spend({
      from,
      to: [output(to, atoms)],
      action: { kind: 'name.pay', name, output: index }
    })
  }

  review(payment: TransactionId, from: Actor, rating = 5, author = from): Transaction {
    const opinion = { kind: 'review', rating, words: { kind: 'text', text: 'fine' } } as const
    return this.#chain.spend({ from, action: { kind: 'name.review', payment, author: author.key, opinion } })
  }

  reply(payment: TransactionId, from: Actor): Transaction {
    const opinion = { kind: 'reply', words: { kind: 'text', text: 'thanks' } } as const
    return this.#chain.spend({ from, action: { kind: 'name.review', payment, author: from.key, opinion } })
  }

  price(name: Name, terms: number): bigint {
    return namePriceOf(name, terms, this.#chain.state.parameters.namePriceAtoms)
  }

  /** Commits, waits and claims. */
  take(name: Name, owner: Actor, targets?: NameTargets): void {
    this.#chain.produce([this.commit(name, owner)])
    this.wait(RIPE)
    this.#chain.produce([this.claim(name, owner, targets)])
  }

  wait(blocks: number): void {
    this.#chain.produceTo(this.#chain.state.height + blocks)
  }

  waitToTick(ticks: number): void {
    while (this.#chain.state.ticks < ticks) this.#chain.produce()
  }

  record(name: Name): NameRecord | undefined {
    const found = this.#chain.state.get('names', { kind: 'name', name })
    return found?.kind === 'name' ? found : undefined
  }

  standing(name: Name): NameStanding {
    const { ticks, parameters } = this.#chain.state
    return standingOf(this.record(name) ?? null, ticks, parameters.nameGraceTicks)
  }

  /** Size and root of a name's history. */
  history(name: Name): { readonly size: number; readonly root: string } | undefined {
    const history = this.record(name)?.history
    return history === undefined ? undefined : { size: history.size, root: bytesToHex(frontierRoot(history)) }
  }
}
