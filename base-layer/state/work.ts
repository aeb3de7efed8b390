// The next state while a block is being executed: reads fall through to the parent, writes stay here until the
// block is done. A transaction that is refused is undone, so block production can try candidates. Coin is
// counted on the way through, so that LED-2 is asserted after every block.
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { Hash, Height, OutputId, PublicKey, Slot, TransactionId } from '#contracts/primitives/ids.ts'
import { assert, present, type Verdict } from '#contracts/primitives/verdict.ts'
import type { FinalityPoint } from '#contracts/statements/vote.ts'
import { type OutputRecord, payoutIdOf } from '#contracts/ledger/output.ts'
import type { ChainContext, ChainState } from './chain-state.ts'
import { ticksSince } from './finality/clocks.ts'
import { moveHosted } from './finality/hosting.ts'
import { appendTouches, type KeyEntry, type Touch } from './trees/key-history.ts'
import {
  borrowKey,
  changeAt,
  decodeKey,
  encodeKey,
  pathOfKey,
  type SectionTrees,
  treeOf
} from './trees/section-trees.ts'
import type { NameEntry } from './names/name-entry.ts'
import { type KeyOf, SECTION_NAMES, type SectionName, type ValueOf } from './trees/sections.ts'
import { isSelected, selectedLeaves, type SelectedSection } from './trees/selections.ts'
import type { OctetChange } from '#contracts/merkle/update.ts'
import { type Octets, octetsOf } from '#contracts/primitives/octets.ts'

interface Cell {
  readonly key: unknown
  readonly path: Octets
  value: unknown
  dirty: boolean
}

/** The counters of the finality head that a block moves. */
interface Counters {
  period: number
  /** The recovery file whose table finality counts by, if any [FIN-9]. */
  recovery: Hash | null
  justified: readonly FinalityPoint[]
  recordedFinal: FinalityPoint
  ticks: number
  clocksFrom: Height
  burnt: bigint
  /** Fees of this block's transactions. */
  fees: bigint
}

/** An output that this block spent, and by what [PRF-3]. */
export interface Spent {
  readonly output: OutputId
  readonly transaction: TransactionId
}

export class Work {
  readonly parent: ChainState
  readonly chain: ChainContext
  readonly parameters: Parameters
  readonly height: Height
  readonly slot: Slot
  readonly now: Counters
  readonly spent: Spent[] = []
  /** What happened to which name, in order [PRF-4]. */
  readonly nameEntries: NameEntry[] = []
  /** What happened to which key, in order [PRF-4]. */
  readonly #touches: Touch[] = []
  #payouts = 0
  /** Atoms in outputs and balances, against the parent. */
  #held = 0n
  readonly #cells = Object.fromEntries(SECTION_NAMES.map(name => [name, new Map<string, Cell>()])) as Record<
    SectionName,
    Map<string, Cell>
  >
  readonly #journal: { readonly cell: Cell; readonly value: unknown; readonly dirty: boolean }[] = []
  /** Atoms that neither outputs nor balances hold when the block starts: burnt, or fees to share out. */
  readonly #apart: bigint

  constructor(parent: ChainState, slot: Slot) {
    this.parent = parent
    this.chain = parent.chain
    this.parameters = parent.parameters
    this.height = parent.height + 1
    this.slot = slot
    const { period, recovery, justified, recordedFinal, ticks, clocksFrom, burnt, fees } = parent.finality
    this.#apart = burnt + fees
    this.now = { period, recovery, justified, recordedFinal, ticks, clocksFrom, burnt, fees: 0n }
  }

  get<S extends SectionName>(section: S, key: KeyOf<S>): ValueOf<S> | undefined {
    return this.#cell(section, key).value as ValueOf<S> | undefined
  }

  put<S extends SectionName>(section: S, key: KeyOf<S>, value: ValueOf<S>): void {
    this.#write(section, key, value)
  }

  remove<S extends SectionName>(section: S, key: KeyOf<S>): void {
    this.#write(section, key, undefined)
  }

  /** All leaves as they are now, in no particular order: sort before anything depends on it. */
  *entries<S extends SectionName>(section: S): Generator<readonly [KeyOf<S>, ValueOf<S>], undefined> {
    const cells = this.#cells[section]
    for (const leaf of treeOf(this.parent.trees, section).entries()) {
      const key = decodeKey(section, present(leaf.key, 'state keeps keys'))
      if (cells.get(nameOf(section, key))?.dirty !== true) yield [key, present(leaf.value, 'and values')]
    }
    for (const { key, value, dirty } of [...cells.values()]) {
      if (dirty && value !== undefined) yield [key as KeyOf<S>, value as ValueOf<S>]
    }
  }

  /** The leaves that a block looks at by itself, as they are now, in no particular order. */
  *selected<S extends SelectedSection>(section: S): Generator<readonly [KeyOf<S>, ValueOf<S>], undefined> {
    const cells = this.#cells[section]
    for (const leaf of selectedLeaves(this.parent.trees, section)) {
      const key = decodeKey(section, present(leaf.key, 'state keeps keys'))
      if (cells.get(nameOf(section, key))?.dirty !== true) yield [key, leaf.value as ValueOf<S>]
    }
    for (const { key, value, dirty } of [...cells.values()]) {
      if (!dirty || value === undefined || !isSelected(section, value as ValueOf<S>)) continue
      yield [key as KeyOf<S>, value as ValueOf<S>]
    }
  }

  /**
   * Coin made by the chain for `owner`: nothing if it is nothing. Spendable at once, or once `maturesAt` is
   * recorded final.
   */
  pay(owner: PublicKey, atoms: bigint, maturesAt: Height | null = null): void {
    if (atoms === 0n) return
    const id = payoutIdOf(this.height, this.#payouts++, owner, atoms)
    this.touch([owner], id)
    this.put('outputs', id, { output: { kind: 'key', owner, host: null, atoms }, createdAt: this.height, maturesAt })
  }

  /** One entry in the history of each of these keys [PRF-4]. */
  touch(keys: Iterable<PublicKey>, id: Hash): void {
    const start = this.#touches.length
    for (const key of keys) if (!this.#isTouched(key, start)) this.#touches.push({ key, id })
  }

  /** A transaction touches a few keys, two hundred at the most. */
  #isTouched(key: PublicKey, start: number): boolean {
    for (let i = start; i < this.#touches.length; i++) if (this.#touches[i]?.key === key) return true
    return false
  }

  burn(atoms: bigint): void {
    this.now.burnt += atoms
  }

  /**
   * Ticks since the clock of `height` started, in this block; undefined while it is not recorded final [FIN-8].
   */
  ticksSince(height: Height): number | undefined {
    return ticksSince((section, key) => this.get(section, key), height, this.now.ticks, this.now.clocksFrom)
  }

  /** True if `ticks` ticks have passed since the event at `height` [FIN-8]. */
  hasPassed(height: Height, ticks: number): boolean {
    const since = this.ticksSince(height)
    return since !== undefined && since >= ticks
  }

  /** Runs a change whole or not at all: what a refused one wrote is undone. */
  attempt<T>(change: () => Verdict<T>): Verdict<T> {
    const before = { ...this.now }
    const marks = {
      journal: this.#journal.length,
      spent: this.spent.length,
      names: this.nameEntries.length,
      touches: this.#touches.length,
      payouts: this.#payouts,
      held: this.#held
    }
    const verdict = change()
    if (verdict.ok) return verdict
    for (const { cell, value, dirty } of this.#journal.splice(marks.journal).reverse()) {
      cell.value = value
      cell.dirty = dirty
    }
    this.spent.length = marks.spent
    this.nameEntries.length = marks.names
    this.#touches.length = marks.touches
    this.#payouts = marks.payouts
    this.#held = marks.held
    Object.assign(this.now, before)
    return verdict
  }

  /**
   * The sections after the block, and what it added to the histories of keys. Asserts that no atom appeared or
   * disappeared [LED-2].
   */
  seal(): { readonly trees: SectionTrees; readonly keyEntries: readonly KeyEntry[] } {
    const { burnt, fees } = this.now
    assert(this.#held + burnt + fees === this.#apart, 'outputs, balances, fees and burnt add up to the supply')
    this.put('finality', { kind: 'head' }, { kind: 'head', ...this.now })
    const keyEntries = appendTouches(
      (section, key) => this.get(section, key),
      (section, key, value) => this.put(section, key, value),
      this.height,
      this.#touches
    )
    const sealed = SECTION_NAMES.map(name => [name, this.#sealSection(name)] as const)
    return { trees: Object.fromEntries(sealed) as unknown as SectionTrees, keyEntries }
  }

  #sealSection<S extends SectionName>(section: S) {
    const changes: OctetChange<ValueOf<S>>[] = []
    for (const { key, path, value, dirty } of this.#cells[section].values()) {
      if (!dirty) continue
      changes.push(changeAt(section, borrowKey(section, key as KeyOf<S>), path, value as ValueOf<S> | undefined))
    }
    return treeOf(this.parent.trees, section).withOctets(changes)
  }

  #write<S extends SectionName>(section: S, key: KeyOf<S>, value: ValueOf<S> | undefined): void {
    const cell = this.#cell(section, key)
    this.#held += atomsOf(section, value) - atomsOf(section, cell.value)
    this.#journal.push({ cell, value: cell.value, dirty: cell.dirty })
    const before = cell.value
    cell.value = value
    cell.dirty = true
    // What hosts represent follows every output that comes or goes [POS-1].
    if (section === 'outputs') moveHosted(this, before as OutputRecord | undefined, value as OutputRecord | undefined)
  }

  #cell<S extends SectionName>(section: S, key: KeyOf<S>): Cell {
    const name = nameOf(section, key)
    const cells = this.#cells[section]
    let cell = cells.get(name)
    if (cell === undefined) {
      const path = pathOfKey(section, key)
      const value = treeOf(this.parent.trees, section).find(path)?.value
      cell = { key, path, value, dirty: false }
      cells.set(name, cell)
    }
    return cell
  }
}

/**
 * What a cell goes by: the key itself if it is text, as ids are, else
 * its bytes. All keys of a section are of one kind.
 */
function nameOf<S extends SectionName>(section: S, key: KeyOf<S>): string {
  return typeof key === 'string' ? key : octetsOf(encodeKey(section, key))
}

/** Atoms that a leaf holds: only outputs and balances hold any [LED-1]. */
function atomsOf(section: SectionName, value: unknown): bigint {
  if (value === undefined) return 0n
  if (section === 'outputs') return (value as ValueOf<'outputs'>).output.atoms
  return section === 'balances' ? (value as ValueOf<'balances'>).atoms : 0n
}
