// What waits in the mempool and how it hangs together: who spends whose output, what a package pays, and what each lane
// and sender takes up. Only the mempool changes it; nothing here judges.
import { outputIdOf, type OutputRecord } from '#contracts/ledger/output.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { OutputId, TransactionId } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'
import type { PreparedTransaction } from '../../state/transactions/apply-transaction.ts'
import { LAST_LANE } from '../../state/transactions/block-limits.ts'
import { topicsOf } from './topics.ts'

export interface Entry {
  readonly prepared: PreparedTransaction
  /** Height of the head when it came. */
  readonly since: number
  /** Arrivals are numbered: of two that pay alike the later one is the worse. */
  readonly order: number
  readonly lane: number
  /** The key that pays, or the peer of a free reveal. */
  readonly sender: string
  readonly fee: bigint
  /** Atoms for each thousand bytes; see ownRateOf. */
  readonly rate: number
  /** What no other that waits may be about; see topicsOf. */
  readonly topics: readonly string[]
  /** The last tick count of a block that may take it: its locks are to be claimed, or made, in time. */
  readonly lastTick: number | null
  /** Waiting transactions that it spends from, and that spend from it. */
  readonly parents: Set<Entry>
  readonly children: Set<Entry>
  /** Atoms per thousand bytes by which it is kept: its own, or those of it and its descendants if they pay better. */
  keepRate: number
}

/** Fee in atoms for each thousand bytes, rounded down. What is free serves everyone and is never outbid. */
export function rateOf(fee: bigint, bytes: number): number {
  return Number((fee * 1000n) / BigInt(bytes))
}

export function isFree({ inputs, action }: Transaction): boolean {
  return action?.kind === 'seed.reveal' && inputs.length === 0
}

interface Usage {
  count: number
  bytes: number
}

export class PoolEntries {
  readonly #byId = new Map<TransactionId, Entry>()
  readonly #spenders = new Map<OutputId, Entry>()
  readonly #creators = new Map<OutputId, { readonly entry: Entry; readonly index: number }>()
  readonly #topics = new Map<string, Entry>()
  readonly #lanes: readonly Usage[] = Array.from({ length: LAST_LANE + 1 }, () => ({ count: 0, bytes: 0 }))
  readonly #senders = new Map<string, number>()

  get size(): number {
    return this.#byId.size
  }

  get(id: TransactionId): Entry | undefined {
    return this.#byId.get(id)
  }

  /** Oldest first. */
  all(): Iterable<Entry> {
    return this.#byId.values()
  }

  usageOf(lane: number): Readonly<Usage> {
    return this.#lanes[lane] ?? { count: 0, bytes: 0 }
  }

  countOf(sender: string): number {
    return this.#senders.get(sender) ?? 0
  }

  /** The output that a waiting transaction would create. */
  created(id: OutputId, height: number): OutputRecord | undefined {
    const creator = this.#creators.get(id)
    const output = creator?.entry.prepared.transaction.outputs[creator.index]
    return output === undefined ? undefined : { output, createdAt: height, maturesAt: null }
  }

  /** Who waits to do what this one does: spend one of its inputs, or be the only one of its topic. */
  conflictsOf(transaction: Transaction): Set<Entry> {
    const found = new Set<Entry>()
    for (const input of transaction.inputs) {
      const spender = this.#spenders.get(input)
      if (spender !== undefined) found.add(spender)
    }
    for (const topic of topicsOf(transaction.action)) {
      const same = this.#topics.get(topic)
      if (same !== undefined) found.add(same)
    }
    return found
  }

  parentsOf({ inputs }: Transaction): Set<Entry> {
    const found = new Set<Entry>()
    for (const input of inputs) {
      const creator = this.#creators.get(input)
      if (creator !== undefined) found.add(creator.entry)
    }
    return found
  }

  /** Links it to its parents, and to children that came before it, as they do when a block is left. */
  insert(entry: Entry): void {
    const { transaction, id } = entry.prepared
    assert(!this.#byId.has(id), 'a transaction waits once')
    this.#byId.set(id, entry)
    for (const input of transaction.inputs) this.#spenders.set(input, entry)
    for (const topic of entry.topics) this.#topics.set(topic, entry)
    transaction.outputs.forEach((_, index) => {
      const output = outputIdOf(id, index)
      this.#creators.set(output, { entry, index })
      const child = this.#spenders.get(output)
      if (child !== undefined) link(entry, child)
    })
    for (const parent of entry.parents) parent.children.add(entry)
    this.#count(entry, 1)
    this.#weighAgain([entry, ...ancestorsOf([entry])])
  }

  /** Takes out one entry and leaves its family standing: a block took it, or the caller removes the family itself. */
  remove(entry: Entry): void {
    const { transaction, id } = entry.prepared
    if (!this.#byId.delete(id)) return
    for (const input of transaction.inputs) if (this.#spenders.get(input) === entry) this.#spenders.delete(input)
    for (const topic of entry.topics) if (this.#topics.get(topic) === entry) this.#topics.delete(topic)
    for (const index of transaction.outputs.keys()) this.#creators.delete(outputIdOf(id, index))
    const above = ancestorsOf([entry])
    for (const parent of entry.parents) parent.children.delete(entry)
    for (const child of entry.children) child.parents.delete(entry)
    this.#count(entry, -1)
    this.#weighAgain(above)
  }

  /** The entry of a lane that is worth least: of equal ones the newest. */
  worstOf(lane: number): Entry | undefined {
    let worst: Entry | undefined
    for (const entry of this.#byId.values()) {
      if (entry.lane !== lane) continue
      if (worst === undefined || entry.keepRate < worst.keepRate) worst = entry
      else if (entry.keepRate === worst.keepRate && entry.order > worst.order) worst = entry
    }
    return worst
  }

  #count({ lane, sender, prepared }: Entry, sign: 1 | -1): void {
    const usage = this.#lanes[lane]
    assert(usage !== undefined, 'a lane of the block limits')
    usage.count += sign
    usage.bytes += sign * prepared.encoded.length
    const left = this.countOf(sender) + sign
    if (left === 0) this.#senders.delete(sender)
    else this.#senders.set(sender, left)
  }

  #weighAgain(entries: Iterable<Entry>): void {
    for (const entry of entries) entry.keepRate = keepRateOf(entry)
  }
}

/** Everything that these spend from, at any distance, without themselves. */
export function ancestorsOf(entries: Iterable<Entry>): Set<Entry> {
  return relatives(entries, entry => entry.parents)
}

/** Everything that spends from these, at any distance, without themselves. */
export function descendantsOf(entries: Iterable<Entry>): Set<Entry> {
  return relatives(entries, entry => entry.children)
}

/** What a block would gain by taking an entry with all it needs. */
export function packageRateOf(entry: Entry): number {
  return entry.parents.size === 0 ? entry.rate : jointRateOf([entry, ...ancestorsOf([entry])])
}

/** What is free is worth more than anything that is paid for. */
export function ownRateOf({ transaction, encoded }: PreparedTransaction, fee: bigint): number {
  return isFree(transaction) ? Number.POSITIVE_INFINITY : rateOf(fee, encoded.length)
}

function keepRateOf(entry: Entry): number {
  return entry.children.size === 0 ? entry.rate : Math.max(entry.rate, jointRateOf([entry, ...descendantsOf([entry])]))
}

function jointRateOf(entries: readonly Entry[]): number {
  let fees = 0n
  let bytes = 0
  for (const { fee, prepared } of entries) {
    fees += fee
    bytes += prepared.encoded.length
  }
  return rateOf(fees, bytes)
}

function relatives(entries: Iterable<Entry>, next: (entry: Entry) => Iterable<Entry>): Set<Entry> {
  const start = new Set(entries)
  const found = new Set<Entry>()
  const queue = [...start]
  for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
    for (const relative of next(entry)) {
      if (found.has(relative) || start.has(relative)) continue
      found.add(relative)
      queue.push(relative)
    }
  }
  return found
}

function link(parent: Entry, child: Entry): void {
  parent.children.add(child)
  child.parents.add(parent)
}
