// Transactions on their way into a block [LED-5, GSP-3]. Each applies on the head with what it spends from the
// pool; of two that conflict the one that pays clearly more stays, and a full lane lets go of what pays least. The
// chain's writer owns it. A transaction that is refused or let go is dropped and the reason kept for whoever asks.
import { spenderOf } from '#contracts/ledger/output.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { TransactionId } from '#contracts/primitives/ids.ts'
import { accept, type Rejection, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { applyTransaction, type PreparedTransaction } from '../../state/transactions/apply-transaction.ts'
import { LAST_LANE, laneOf } from '../../state/transactions/block-limits.ts'
import type { ChainState } from '../../state/chain-state.ts'
import type { Reader } from '../../state/finality/period-tables.ts'
import { locksOpenedBy } from '../../state/transactions/signers.ts'
import { nextWork } from '../../state/transactions/check-transaction.ts'
import { chooseCandidates, takeWithNeeds } from './candidates.ts'
import { Deadlines } from './deadlines.ts'
import { FeeFloor } from './fee-floor.ts'
import { CHAIN_LIMITS, laneRoom } from '../limits.ts'
import { ancestorsOf, descendantsOf, type Entry, isFree, ownRateOf, PoolEntries, rateOf } from './pool-entries.ts'
import { Refusals } from './refusals.ts'
import { topicsOf } from './topics.ts'

/** How much may wait; see CHAIN_LIMITS. */
export interface MempoolLimits {
  readonly roomOf: (lane: number) => { readonly count: number; readonly bytes: number }
  readonly perSender: number
  readonly family: number
  readonly replaced: number
}

/**
 * Which of two conflicting unconfirmed transactions the chief prefers,
 * if it said so [GOV-3]: it decides whatever they pay.
 */
export type Preference = (waiting: Transaction, arriving: Transaction) => 'waiting' | 'arriving' | undefined

const LIMITS: MempoolLimits = {
  roomOf: laneRoom,
  perSender: CHAIN_LIMITS.mempoolPerSender,
  family: CHAIN_LIMITS.mempoolFamily,
  replaced: CHAIN_LIMITS.mempoolReplaced
}

export class Mempool {
  readonly #limits: MempoolLimits
  readonly #entries = new PoolEntries()
  readonly #floors: readonly FeeFloor[] = Array.from({ length: LAST_LANE + 1 }, () => new FeeFloor())
  readonly #refusals = new Refusals()
  /** What an action needs may change without any input being spent: in the order in which they are checked again. */
  readonly #withAction = new Set<Entry>()
  /** After a reorganisation: what has not been checked on the new branch yet. */
  readonly #suspects = new Set<Entry>()
  readonly #lastHeights = new Deadlines<Entry>()
  readonly #lastTicks = new Deadlines<Entry>()
  #head: ChainState
  #order = 0
  #prefer: Preference = () => undefined

  constructor(head: ChainState, limits: Partial<MempoolLimits> = {}) {
    this.#head = head
    this.#limits = { ...LIMITS, ...limits }
  }

  get size(): number {
    return this.#entries.size
  }

  has(id: TransactionId): boolean {
    return this.#entries.get(id) !== undefined
  }

  refusalOf(id: TransactionId): Rejection | undefined {
    return this.#refusals.of(id)
  }

  /** What the head holds, and outputs that waiting transactions would create: for whoever checks a signature ahead. */
  readonly read: Reader = (section, key) => {
    const found = this.#head.get(section, key)
    if (found !== undefined || section !== 'outputs') return found
    return this.#entries.created(key as never, this.#head.height + 1) as typeof found
  };

  /** All that wait, oldest first. */
  *waiting(): Generator<PreparedTransaction, undefined> {
    for (const { prepared } of this.#entries.all()) yield prepared
  }

  setPreference(prefer: Preference): void {
    this.#prefer = prefer
  }

  /** Atoms per thousand bytes that a lane asks for now. */
  floorOf(lane: number): number {
    return this.#floors[lane]?.at(this.#head.height) ?? 0
  }

  /**
   * Why `add` would refuse, as far as that costs next to nothing to say: asked before a signature is checked. The same
   * bytes on the same head were refused before, or they pay less than the lane asks for.
   */
  screen(prepared: PreparedTransaction): Rejection | undefined {
    const refused = this.#refusals.again(prepared, this.#head.id)
    if (refused !== undefined) return refused
    const { transaction, encoded } = prepared
    if (isFree(transaction)) return undefined
    let most = 0n
    for (const input of transaction.inputs) most += this.read('outputs', input)?.output.atoms ?? 0n
    for (const { atoms } of transaction.outputs) most -= atoms
    const isLow = most >= 0n && rateOf(most, encoded.length) < this.floorOf(laneOf(transaction))
    return isLow ? floorFault() : undefined
  }

  /** Takes a transaction that applies on the head with what waits; asking twice is accepted twice. */
  add(prepared: PreparedTransaction): Verdict<TransactionId> {
    const { id } = prepared
    if (this.has(id)) return accept(id)
    const fault = this.screen(prepared) ?? faultOf(this.#admit(prepared))
    if (fault === undefined) {
      this.#refusals.forget(id)
      return accept(id)
    }
    this.#refusals.add(prepared, fault, this.#head.id)
    return fault
  }

  /** What waits, in the order in which a block is to try it; see chooseCandidates. */
  candidates(): readonly Transaction[] {
    return chooseCandidates(this.#entries.all())
  }

  /** Encodings of those that have waited for at least `heights` blocks, oldest first, within both bounds. */
  overdue(heights: number, countMax: number, bytesMax: number): readonly Uint8Array[] {
    const found: Uint8Array[] = []
    let bytes = 0
    for (const { prepared, since } of this.#entries.all()) {
      if (this.#head.height - since < heights) continue
      bytes += prepared.encoded.length
      if (found.length >= countMax || bytes > bytesMax) break
      found.push(prepared.encoded)
    }
    return found
  }

  /**
   * Follows the preferred chain: `returned` were in blocks it left, `included` are in blocks it gained. Costs what
   * changed: of what waits, only conflicts and a bounded number that may have become invalid are looked at.
   */
  advance(
    head: ChainState,
    included: Iterable<Pick<PreparedTransaction, 'id' | 'transaction'>>,
    returned: Iterable<PreparedTransaction>
  ): void {
    const follows = head.height >= this.#head.height && head.ancestorAt(this.#head.height) === this.#head.id
    this.#head = head
    if (!follows) for (const entry of this.#entries.all()) this.#suspects.add(entry)
    const gained = new Set<TransactionId>()
    for (const { id, transaction } of included) {
      gained.add(id)
      const entry = this.#entries.get(id)
      if (entry !== undefined) this.#remove(entry)
      this.#refusals.forget(id)
      for (const rival of this.#entries.conflictsOf(transaction)) this.#drop(rival, lostFault())
    }
    this.#takeBack([...returned].filter(({ id }) => !gained.has(id) && !this.has(id)))
    this.#dropLate()
    this.#checkAgain(this.#withAction)
    this.#checkAgain(this.#suspects)
  }

  #admit(prepared: PreparedTransaction): Verdict<undefined> {
    const { transaction, encoded } = prepared
    const rivals = this.#entries.conflictsOf(transaction)
    const parents = this.#entries.parentsOf(transaction)
    const above = ancestorsOf(parents)
    for (const parent of parents) above.add(parent)
    const leaving = descendantsOf(rivals)
    for (const rival of rivals) leaving.add(rival)
    for (const one of above)
      if (leaving.has(one)) return reject('E_TX_CONFLICT', 'it spends from what it conflicts with')
    const family = this.#familyFault(above)
    if (family !== undefined) return family
    const applied = this.#apply(prepared, above)
    if (!applied.ok) return applied
    const lane = laneOf(transaction)
    const fee = applied.value
    const entry: Entry = {
      prepared,
      since: this.#head.height,
      order: this.#order++,
      lane,
      sender: this.#senderOf(transaction),
      fee,
      rate: ownRateOf(prepared, fee),
      topics: topicsOf(transaction.action),
      lastTick: this.#lastTickOf(transaction),
      parents,
      children: new Set(),
      keepRate: 0
    }
    if (entry.rate < this.floorOf(lane)) return floorFault()
    const lost = this.#replacementFault(entry, rivals, leaving)
    if (lost !== undefined) return lost
    if (rivals.size === 0 && this.#entries.countOf(entry.sender) >= this.#limits.perSender)
      return reject('E_BUSY', 'too many transactions of this account are waiting')
    if (encoded.length > this.#limits.roomOf(lane).bytes) return fullFault()
    for (const one of leaving) this.#forget(one, reject('E_TX_CONFLICT', 'another that pays more replaced it'))
    this.#insert(entry)
    this.#makeRoom(lane)
    return this.has(prepared.id) ? accept() : fullFault()
  }

  /** The fee, if it applies on the head after all it needs. */
  #apply(prepared: PreparedTransaction, above: ReadonlySet<Entry>): Verdict<bigint> {
    // The head may be some slots old; what is further off would wait here for nothing.
    const work = nextWork(this.#head, this.#head.header.slot + CHAIN_LIMITS.slotsAhead)
    const needs = new Set<Entry>()
    for (const one of above) takeWithNeeds(one, needs)
    for (const { prepared: needed } of needs) {
      const verdict = work.attempt(() => applyTransaction(work, needed, 0))
      if (!verdict.ok) return reject('E_TX_INPUT_UNKNOWN', 'a transaction that it spends from does not apply')
    }
    const before = work.now.fees
    const verdict = work.attempt(() => applyTransaction(work, prepared, 0))
    return verdict.ok ? accept(work.now.fees - before) : verdict
  }

  #familyFault(above: ReadonlySet<Entry>): Rejection | undefined {
    const isLong =
      above.size >= this.#limits.family || [...above].some(one => descendantsOf([one]).size + 1 >= this.#limits.family)
    return isLong ? reject('E_TX_FAMILY', 'too many transactions that are not in a block hang together') : undefined
  }

  /**
   * Why an arrival may not push out what conflicts with it: it pays for
   * all of that and its own way, or the chief says so.
   */
  #replacementFault(entry: Entry, rivals: ReadonlySet<Entry>, leaving: ReadonlySet<Entry>): Rejection | undefined {
    if (rivals.size === 0) return undefined
    const { transaction, encoded } = entry.prepared
    if (leaving.size > this.#limits.replaced) return reject('E_TX_CONFLICT', 'it would push out too many others')
    const said = [...rivals].map(rival => this.#prefer(rival.prepared.transaction, transaction))
    if (said.includes('waiting')) return reject('E_TX_CONFLICT', 'the chief prefers the one that waits')
    if (said.every(one => one === 'arriving')) return undefined
    let least = (BigInt(CHAIN_LIMITS.mempoolRelayRate) * BigInt(encoded.length) + 999n) / 1000n
    for (const { fee } of leaving) least += fee
    const isBetter = [...rivals].every(rival => entry.rate > rival.rate)
    return entry.fee >= least && isBetter
      ? undefined
      : reject('E_TX_CONFLICT', 'a waiting transaction spends the same, and this one does not pay enough to replace it')
  }

  #makeRoom(lane: number): void {
    const room = this.#limits.roomOf(lane)
    for (;;) {
      const usage = this.#entries.usageOf(lane)
      if (usage.count <= room.count && usage.bytes <= room.bytes) return
      const worst = this.#entries.worstOf(lane)
      if (worst === undefined) return
      if (Number.isFinite(worst.keepRate)) this.#floors[lane]?.raise(worst.keepRate, this.#head.height)
      this.#drop(worst, fullFault())
    }
  }

  /** Children may come before what they spend from: tried again while something is gained. */
  #takeBack(returned: readonly PreparedTransaction[]): void {
    let left = returned
    for (let before = -1; left.length > 0 && left.length !== before; ) {
      before = left.length
      left = left.filter(prepared => {
        const verdict = this.#admit(prepared)
        if (!verdict.ok && verdict.code !== 'E_TX_INPUT_UNKNOWN') this.#refusals.add(prepared, verdict, this.#head.id)
        return !verdict.ok && verdict.code === 'E_TX_INPUT_UNKNOWN'
      })
    }
    for (const prepared of left) this.#refusals.add(prepared, lostFault(), this.#head.id)
  }

  #dropLate(): void {
    const { height, ticks } = this.#head
    for (const entry of this.#lastHeights.before(height + 1)) {
      this.#drop(entry, reject('E_TX_LATE', `not after height ${entry.prepared.transaction.notAfter}`))
    }
    for (const entry of this.#lastTicks.before(ticks + 1)) {
      this.#drop(entry, reject('E_TX_LATE', `not after tick ${entry.lastTick}`))
    }
    for (const entry of this.#entries.all()) {
      if (height - entry.since <= CHAIN_LIMITS.mempoolHeights) break
      this.#drop(entry, reject('E_TX_EXPIRED', 'no block took it in time'))
    }
  }

  #checkAgain(queue: Set<Entry>): void {
    for (const entry of [...queue].slice(0, CHAIN_LIMITS.recheckedPerHead)) {
      queue.delete(entry)
      if (!this.has(entry.prepared.id)) continue
      const verdict = this.#apply(entry.prepared, ancestorsOf([entry]))
      if (!verdict.ok) this.#drop(entry, verdict)
      else if (queue === this.#withAction) queue.add(entry)
    }
  }

  #insert(entry: Entry): void {
    const { transaction } = entry.prepared
    this.#entries.insert(entry)
    if (transaction.action !== null) this.#withAction.add(entry)
    this.#lastHeights.add(entry, transaction.notAfter)
    this.#lastTicks.add(entry, entry.lastTick)
  }

  /** With everything that spends from it. */
  #drop(entry: Entry, why: Rejection): void {
    for (const one of descendantsOf([entry])) this.#forget(one, lostFault())
    this.#forget(entry, why)
  }

  #forget(entry: Entry, why: Rejection): void {
    this.#remove(entry)
    this.#refusals.add(entry.prepared, why, this.#head.id)
  }

  #remove(entry: Entry): void {
    this.#entries.remove(entry)
    this.#withAction.delete(entry)
    this.#suspects.delete(entry)
    this.#lastHeights.remove(entry, entry.prepared.transaction.notAfter)
    this.#lastTicks.remove(entry, entry.lastTick)
  }

  /** Before any of its locks times out, those that it makes and those that it claims [LED-1]. */
  #lastTickOf(transaction: Transaction): number | null {
    const opened = locksOpenedBy(transaction)
    const claimed = transaction.inputs.flatMap(id => this.read('outputs', id)?.output ?? [])
    const locks = [...transaction.outputs, ...claimed.filter(one => one.kind === 'hashlock' && opened.has(one.hash))]
    const timeouts = locks.flatMap(one => (one.kind === 'hashlock' ? one.timeout : []))
    return timeouts.length === 0 ? null : Math.min(...timeouts) - 1
  }

  #senderOf(transaction: Transaction): string {
    const [first] = transaction.inputs
    const output = first === undefined ? undefined : this.read('outputs', first)?.output
    if (output !== undefined) return spenderOf(output, locksOpenedBy(transaction))
    return transaction.action?.kind === 'seed.reveal' ? transaction.action.peer : ''
  }
}

function faultOf(verdict: Verdict<unknown>): Rejection | undefined {
  return verdict.ok ? undefined : verdict
}

function floorFault(): Rejection {
  return reject('E_TX_FEE_FLOOR', 'it pays less for each byte than what the full pool let go of')
}

function fullFault(): Rejection {
  return reject('E_BUSY', 'the pool is full of transactions that pay as much')
}

function lostFault(): Rejection {
  return reject('E_TX_INPUT_UNKNOWN', 'an input is spent or was never there')
}
