// The life of names as a model: people commit, claim, change, transfer, revoke, renew and let expire, while a bot that
// reads every reveal before it is in a block tries to be first [NAM-2]. The bot never owns a name, the chain does what the
// model says, and every history is whole [PRF-4].
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { historyLeaf, type HistoryEntry } from '#contracts/merkle/history.ts'
import { logRoot } from '#contracts/merkle/log.ts'
import type { Name } from '#contracts/names/name.ts'
import { NO_TARGETS } from '#contracts/names/name-record.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type Actor, actor, ChainBuilder } from '#test/support/chain-builder.ts'
import { NameBuilder } from '#test/support/name-builder.ts'

const TERM = 60
const GRACE = 20
const TRANSFER = 20
const COMMIT_MIN = 4
const chain = new ChainBuilder({
  owners: ['olga', 'oscar', 'bot'],
  parameters: {
    nameTermTicks: TERM,
    nameGraceTicks: GRACE,
    nameTransferTicks: TRANSFER,
    nameCommitMin: COMMIT_MIN,
    nameCommitMaxTicks: 40,
    nameReviewTicks: 20
  }
})
const names = new NameBuilder(chain)
const people = ['olga', 'oscar'].map(actor)
const bot = actor('bot')
const GOOSE = 'golden-goose' as Name
const NAMES: readonly Name[] = [GOOSE, 'abacus' as Name]
/** Ages of a commitment in blocks: final for sure and not lapsed; lapsed for sure. Between, the chain may say either. */
const RIPE = { from: 12, to: 36 }
const LAPSED = 60

interface Held {
  readonly owner: string
  readonly expiresAt: number
  readonly transfer: { readonly to: string; readonly at: number } | null
}

/** What should be so, in words of its own. Ticks are those of the newest block. */
class Model {
  readonly held = new Map<Name, Held>()
  readonly committed = new Map<string, number>()
  readonly entries = new Map<Name, HistoryEntry[]>()

  /** In the next block: who holds the name, whether it is in its grace. */
  next(name: Name): { readonly owner: string; readonly inGrace: boolean; readonly held: Held } | undefined {
    const ticks = chain.state.ticks + 1
    const held = this.held.get(name)
    if (held === undefined || ticks >= held.expiresAt + GRACE) return undefined
    const isDue = held.transfer !== null && ticks >= held.transfer.at
    const owner = isDue ? present(held.transfer, 'a transfer').to : held.owner
    const settled = isDue ? { ...held, owner, transfer: null } : held
    return { owner, inGrace: ticks >= held.expiresAt, held: settled }
  }
}

/** Sees what is sent before any block holds it, and puts its own transactions in front. */
class Bot {
  #waiting: { readonly transaction: Transaction; readonly until: number }[] = []
  readonly #seen = new Set<Name>()

  /** `sent` is on its way: what the bot wants before it in the same block. */
  react(sent: readonly Transaction[]): readonly Transaction[] {
    const { height } = chain.state
    for (const { action } of sent) {
      if (action?.kind !== 'name.claim' || this.#seen.has(action.name)) continue
      this.#seen.add(action.name)
      const until = height + LAPSED
      this.#waiting.push({ transaction: names.commit(action.name, bot), until })
      this.#waiting.push({ transaction: names.claim(action.name, bot), until })
      // The owner's own commitment, with the name pointing to the bot.
      const mine = { ...action, targets: { ...NO_TARGETS, key: bot.key } }
      const { action: _, ...body } = names.commit('not-needed' as Name, bot)
      this.#waiting.push({ transaction: chain.sign(bot, { ...body, action: mine }), until })
    }
    this.#waiting = this.#waiting.filter(one => one.until > height)
    return this.#waiting.map(one => one.transaction)
  }

  /** What is in a block need not be tried again. */
  included(transactions: readonly Transaction[]): void {
    this.#waiting = this.#waiting.filter(one => !transactions.includes(one.transaction))
    if (this.#waiting.length === 0) this.#seen.clear()
  }
}

class Real {
  readonly bot = new Bot()

  /** One block with this, the bot first; whether it went in. */
  send(model: Model, ...sent: readonly Transaction[]): boolean {
    const { block, dropped } = chain.draft([...this.bot.react(sent), ...sent])
    chain.append(block)
    this.bot.included(block.transactions)
    for (const { name, entry } of chain.state.nameEntries) {
      const entries = model.entries.get(name) ?? []
      model.entries.set(name, [...entries, entry])
    }
    return sent.every(one => !dropped.includes(one))
  }

  check(model: Model): void {
    for (const name of NAMES) {
      const standing = names.standing(name)
      const ticks = chain.state.ticks
      const held = model.held.get(name)
      const isFree = held === undefined || ticks >= held.expiresAt + GRACE
      expect(standing.kind).toBe(isFree ? 'free' : ticks >= held.expiresAt ? 'grace' : 'held')
      if (standing.kind === 'free' || held === undefined) continue
      const { transfer } = held
      const owner = transfer !== null && ticks >= transfer.at ? transfer.to : held.owner
      expect(standing.owner).toBe(actor(owner).key)
      expect(standing.owner).not.toBe(bot.key)
      if (standing.kind === 'held') expect(standing.targets.key).not.toBe(bot.key)
      const entries = model.entries.get(name) ?? []
      expect(names.history(name)).toEqual({
        size: entries.length,
        root: bytesToHex(logRoot(entries.map(historyLeaf)))
      })
    }
  }
}

type Command = fc.Command<Model, Real>
const commitKey = (name: Name, who: Actor): string => `${name}/${who.name}`

class Commit implements Command {
  readonly #name: Name
  readonly #who: Actor
  constructor(name: Name, who: Actor) {
    this.#name = name
    this.#who = who
  }
  check(model: Model): boolean {
    const since = model.committed.get(commitKey(this.#name, this.#who))
    return since === undefined || chain.state.height - since > LAPSED
  }
  run(model: Model, real: Real): void {
    expect(real.send(model, names.commit(this.#name, this.#who))).toBe(true)
    model.committed.set(commitKey(this.#name, this.#who), chain.state.height)
    real.check(model)
  }
  toString(): string {
    return `commit(${this.#name}, ${this.#who.name})`
  }
}

class Claim implements Command {
  readonly #name: Name
  readonly #who: Actor
  constructor(name: Name, who: Actor) {
    this.#name = name
    this.#who = who
  }
  /** Undefined where the chain may say either. */
  #isRipe(model: Model): boolean | undefined {
    const since = model.committed.get(commitKey(this.#name, this.#who))
    if (since === undefined) return false
    const age = chain.state.height + 1 - since
    if (age < COMMIT_MIN || age > LAPSED) return false
    return age >= RIPE.from && age <= RIPE.to ? true : undefined
  }
  check(model: Model): boolean {
    return this.#isRipe(model) !== undefined
  }
  run(model: Model, real: Real): void {
    const expected = this.#isRipe(model) === true && model.next(this.#name) === undefined
    const claim = names.claim(this.#name, this.#who)
    // A wallet sends no claim that would be refused: that would be telling the name before it is safe.
    if (expected) expect(real.send(model, claim)).toBe(true)
    else expect(chain.refusalOf(claim)).toMatch(/^E_NAME_(COMMIT|EARLY|LATE|TAKEN)$/)
    if (expected) {
      model.committed.delete(commitKey(this.#name, this.#who))
      const expiresAt = chain.state.ticks + TERM
      model.held.set(this.#name, { owner: this.#who.name, expiresAt, transfer: null })
    }
    real.check(model)
  }
  toString(): string {
    return `claim(${this.#name}, ${this.#who.name})`
  }
}

/** Commits, waits as a wallet does, and claims. */
class Take implements Command {
  readonly #parts: readonly Command[]
  readonly #text: string
  constructor(name: Name, who: Actor) {
    this.#parts = [new Commit(name, who), new Wait(RIPE.from), new Claim(name, who)]
    this.#text = `take(${name}, ${who.name})`
  }
  check(): boolean {
    return true
  }
  run(model: Model, real: Real): void {
    for (const part of this.#parts) if (part.check(model)) part.run(model, real)
  }
  toString(): string {
    return this.#text
  }
}

type Deed = 'update' | 'transfer' | 'revoke' | 'renew'

class Do implements Command {
  readonly #deed: Deed
  readonly #name: Name
  /** Null: whoever owns the name then. */
  readonly #who: Actor | null
  constructor(deed: Deed, name: Name, who: Actor | null) {
    this.#deed = deed
    this.#name = name
    this.#who = who
  }
  check(): boolean {
    return true
  }
  run(model: Model, real: Real): void {
    const who = this.#who ?? actor(model.next(this.#name)?.owner ?? 'olga')
    const to = actor(who.name === 'olga' ? 'oscar' : 'olga')
    const after = this.#after(model, who, to)
    const transaction = this.#transaction(who, to)
    const isIn = real.send(model, transaction)
    expect(isIn, `${this} ${isIn ? '' : chain.refusalOf(transaction)}`).toBe(after !== undefined)
    if (after !== undefined) model.held.set(this.#name, after)
    real.check(model)
  }
  #transaction(who: Actor, to: Actor): Transaction {
    switch (this.#deed) {
      case 'update':
        return names.update(this.#name, who, { ...NO_TARGETS, key: who.key, nickname: 'me' })
      case 'transfer':
        return names.transfer(this.#name, who, to)
      case 'revoke':
        return names.transfer(this.#name, who, null)
      case 'renew':
        return names.renew(this.#name, who)
    }
  }
  /** The name after it, or undefined if it is refused. */
  #after(model: Model, who: Actor, to: Actor): Held | undefined {
    const next = model.next(this.#name)
    if (next === undefined || next.owner !== who.name) return undefined
    const { held, inGrace } = next
    const ticks = chain.state.ticks + 1
    if (this.#deed === 'renew') {
      return held.expiresAt + TERM > ticks + 10 * TERM ? undefined : { ...held, expiresAt: held.expiresAt + TERM }
    }
    if (inGrace) return undefined
    if (this.#deed === 'update') return held
    if (this.#deed === 'revoke') return held.transfer === null ? undefined : { ...held, transfer: null }
    const at = ticks + TRANSFER
    return held.transfer !== null || at >= held.expiresAt ? undefined : { ...held, transfer: { to: to.name, at } }
  }
  toString(): string {
    return `${this.#deed}(${this.#name}, ${this.#who?.name ?? 'owner'})`
  }
}

class Wait implements Command {
  readonly #blocks: number
  constructor(blocks: number) {
    this.#blocks = blocks
  }
  check(): boolean {
    return true
  }
  run(model: Model, real: Real): void {
    for (let i = 0; i < this.#blocks; i++) {
      const newest = Math.floor(chain.state.height / chain.state.parameters.period)
      // Seeds are revealed by whoever builds the block after a snapshot.
      const isSnapshot = newest > 0 && chain.state.height === newest * chain.state.parameters.period
      if (isSnapshot) real.send(model, ...chain.peers.map(one => chain.reveal(one, newest)))
      else real.send(model)
    }
    real.check(model)
  }
  toString(): string {
    return `wait(${this.#blocks})`
  }
}

const name = fc.constantFrom(...NAMES)
const person = fc.constantFrom(...people)
const deeds: readonly Deed[] = ['update', 'transfer', 'revoke', 'renew']
const commands: readonly fc.Arbitrary<Command>[] = [
  fc.tuple(name, person).map(([which, who]) => new Commit(which, who)),
  fc.tuple(name, person).map(([which, who]) => new Claim(which, who)),
  fc.tuple(name, person).map(([which, who]) => new Take(which, who)),
  fc.tuple(fc.constantFrom(...deeds), name, fc.option(person)).map(([deed, which, who]) => new Do(deed, which, who)),
  fc.tuple(fc.constantFrom(...deeds), name).map(([deed, which]) => new Do(deed, which, null)),
  fc.constantFrom(1, 5, 5, 13, 25).map(blocks => new Wait(blocks))
]

describe('the life of names', () => {
  it('follows the model, and 0 are stolen by a bot that sees every reveal first [NAM-2, PRF-4]', () => {
    let lives = 0
    const play = (list: Iterable<Command>): void => {
      chain.rewind(chain.genesisState)
      const model = new Model()
      fc.modelRun(() => ({ model, real: new Real() }), list)
      lives += [...model.entries.values()].flat().length
    }
    fc.assert(fc.property(fc.commands([...commands], { maxCommands: 30, size: 'max' }), play), {
      numRuns: 8,
      seed: 7,
      endOnFailure: true
    })
    expect(lives).toBeGreaterThan(10)
  })

  it('in one long life: taken, kept from the bot, transferred, revoked, renewed, expired, taken by another', () => {
    const [olga, oscar] = [actor('olga'), actor('oscar')]
    const goose = GOOSE
    const act = (deed: Deed, who: Actor): Command => new Do(deed, goose, who)
    const list: readonly Command[] = [
      ...[new Commit(goose, olga), new Claim(goose, olga), new Wait(13), new Claim(goose, olga), act('update', olga)],
      ...[act('transfer', olga), act('revoke', olga), act('update', oscar), act('transfer', olga), new Wait(25)],
      ...[act('update', olga), act('update', oscar), act('renew', oscar), new Wait(25), new Commit(goose, oscar)],
      ...[new Wait(25), new Wait(25), new Wait(13), act('update', oscar), act('renew', oscar), act('update', oscar)],
      ...[new Wait(25), new Wait(25), new Wait(25), new Wait(13), new Commit(goose, olga), new Wait(13)],
      ...[new Claim(goose, olga), act('update', oscar), act('update', olga)]
    ]
    chain.rewind(chain.genesisState)
    const model = new Model()
    fc.modelRun(() => ({ model, real: new Real() }), list)
    expect(names.standing(goose)).toMatchObject({ kind: 'held', owner: olga.key })
    expect(model.entries.get(goose)?.length).toBe(11)
  })
})
