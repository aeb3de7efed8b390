// Wallets at work on a network that falls apart: who is asked, what was acknowledged and what became of it. A transaction
// that a node took is never sent again: if it is lost, it stays lost and is found.
import { setTimeout as delay } from 'node:timers/promises'
import { type Transaction, transactionIdOf } from '#contracts/ledger/transaction.ts'
import type { PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type Account, type BaseChain, createAccount, type TransactionWishes } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { createAccountMemory } from '#base-layer/wallet/memory.ts'
import { deriveDevKey } from '#cli/devnet/accounts.ts'
import type { Random } from '#test/support/random.ts'
import type { ChaosNode } from './network.ts'

export interface Acknowledged {
  readonly id: TransactionId
  readonly kind: string
  readonly transaction: Transaction
  /** Who took it. */
  readonly by: string
  readonly atMs: number
  finalMs: number | undefined
  height: number | undefined
}

const TRY_MS = 20_000
const AGENT_MS = 15_000
const AGAIN_MS = 250

export class Crowd {
  readonly acknowledged = new Map<TransactionId, Acknowledged>()
  /** Not taken, by what they were for and why. */
  readonly refused = new Map<string, number>()
  /** Whether a node took them was never heard: they may be final or not. */
  readonly uncertain = new Set<TransactionId>()
  readonly #pick: () => ChaosNode | undefined
  readonly #final = new Map<TransactionId, number>()
  readonly #awaitTaker: ((by: string) => void)[] = []

  /** `pick`: a node that runs. */
  constructor(pick: () => ChaosNode | undefined) {
    this.#pick = pick
  }

  get waiting(): readonly Acknowledged[] {
    return [...this.acknowledged.values()].filter(one => one.finalMs === undefined)
  }

  isFinal(id: TransactionId): boolean {
    return this.#final.has(id)
  }

  /** A final block, in order. */
  takeBlock(height: number, transactions: readonly Transaction[]): void {
    for (const transaction of transactions) {
      const id = transactionIdOf(transaction)
      this.#final.set(id, height)
      this.#settle(id)
    }
  }

  /** Who takes the next transaction, the moment it has said so. */
  nextTaker(): Promise<string> {
    return new Promise(resolve => this.#awaitTaker.push(resolve))
  }

  refuse(kind: string, code: string): void {
    const what = `${kind} ${code}`
    this.refused.set(what, (this.refused.get(what) ?? 0) + 1)
  }

  wallet(name: string): CrowdWallet {
    return new CrowdWallet(this, name, this.#pick)
  }

  acknowledge(kind: string, transaction: Transaction, by: string): TransactionId {
    const id = transactionIdOf(transaction)
    const one = { id, kind, transaction, by, atMs: Date.now(), finalMs: undefined, height: undefined }
    if (!this.acknowledged.has(id)) this.acknowledged.set(id, one)
    this.#settle(id)
    for (const tell of this.#awaitTaker.splice(0)) tell(by)
    return id
  }

  #settle(id: TransactionId): void {
    const found = this.acknowledged.get(id)
    const height = this.#final.get(id)
    if (found === undefined || height === undefined || found.finalMs !== undefined) return
    found.finalMs = Date.now()
    found.height = height
  }
}

export class CrowdWallet {
  readonly key: PublicKey
  readonly name: string
  readonly secret: Secret<Uint8Array>
  readonly account: Account
  /** Whoever it asks now, behind one face. */
  readonly chain: BaseChain
  readonly #crowd: Crowd
  readonly #pick: () => ChaosNode | undefined
  #agent: ChaosNode | undefined
  #sinceMs = 0

  constructor(crowd: Crowd, name: string, pick: () => ChaosNode | undefined) {
    const { secret, publicKey } = deriveDevKey(name)
    this.#crowd = crowd
    this.#pick = pick
    this.name = name
    this.key = publicKey
    this.secret = new Secret(secret)
    this.chain = this.#face()
    // What is under way is not sent again by the account: whether it was lost is the question.
    const memory = createAccountMemory()
    this.account = createAccount(this.chain, this.secret, { memory: { ...memory, held: 0, open: () => [] } })
  }

  /** The id once a node has taken it; undefined if none did. */
  async send(kind: string, wishes: TransactionWishes): Promise<TransactionId | undefined> {
    const built = await this.account.build(wishes).catch((error: unknown) => {
      this.leave()
      return { ok: false as const, code: codeOf(error) }
    })
    if (built.ok) return await this.handIn(kind, built.value)
    this.#crowd.refuse(kind, `${built.code} (not built)`)
    return undefined
  }

  async handIn(kind: string, transaction: Transaction): Promise<TransactionId | undefined> {
    let isUncertain = false
    for (const untilMs = Date.now() + TRY_MS; Date.now() < untilMs; await delay(AGAIN_MS)) {
      const agent = this.#current()
      if (agent === undefined) continue
      try {
        const taken = await agent.chain.submit(transaction)
        if (taken.ok) return this.#crowd.acknowledge(kind, transaction, agent.name)
        if (taken.code === 'E_BUSY') continue
        if (isUncertain) break
        // Nobody has it: its coins are free again.
        this.account.release(transaction)
        this.#crowd.refuse(kind, taken.code)
        return undefined
      } catch {
        isUncertain = true
        this.leave()
      }
    }
    this.#crowd.uncertain.add(transactionIdOf(transaction))
    return undefined
  }

  /** Asks somebody else from now on. */
  leave(): void {
    this.#agent = undefined
  }

  #current(): ChaosNode | undefined {
    const isOld = Date.now() - this.#sinceMs > AGENT_MS
    if (this.#agent === undefined || isOld || !this.#agent.process.running) {
      this.#agent = this.#pick()
      this.#sinceMs = Date.now()
    }
    return this.#agent
  }

  #face(): BaseChain {
    const first = present(this.#pick(), 'a network has nodes').chain
    return new Proxy<BaseChain>(first, {
      get: (_target, name) => {
        const chain = this.#current()?.chain ?? first
        const member: unknown = Reflect.get(chain, name)
        return typeof member === 'function' ? (member as () => unknown).bind(chain) : member
      }
    })
  }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'E_UNKNOWN'
}

/** Coins in many pieces are joined, so that a state of half an hour stays one that can be listed. */
export const PIECES_MAX = 60

export async function joinPieces(wallet: CrowdWallet, random: Random): Promise<void> {
  const { free } = await wallet.account.coins()
  const loose = free.filter(({ record: { output } }) => output.kind === 'key' && output.host === null)
  if (loose.length > PIECES_MAX) await wallet.send('join', { spend: random.shuffle(loose).slice(0, 200) })
}
