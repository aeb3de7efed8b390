// What is seen of the network from outside while it is disturbed: how finality moves, that all name the same final blocks,
// that the supply adds up in sampled final states, and which transactions are final.
import { setTimeout as delay } from 'node:timers/promises'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { genesisSupply } from '#contracts/ledger/genesis.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { NODE_STATUS } from '#cli/node/node-methods.ts'
import type { Random } from '#test/support/random.ts'
import type { Crowd } from './crowd.ts'
import type { ChaosNetwork, ChaosNode } from './network.ts'

/** Time without progress of finality anywhere. */
export interface Gap {
  readonly fromMs: number
  readonly ms: number
  /** Of it, the longest stretch in which more than two thirds ran and reached each other. */
  readonly ableMs: number
}

const LOOK_MS = 500
const SUPPLY_MS = 7_000
const SUPPLY_TRIES = 12
const GAP_MS = 3_000
/** A peer that came back, or a link, is given so long before its weight is counted on. */
const SETTLE_MS = 5_000

export class Watch {
  readonly gaps: Gap[] = []
  readonly disagreements: string[] = []
  readonly supplies: { readonly height: number; readonly by: string; readonly ok: boolean }[] = []
  readonly ids = new Map<number, BlockId>()
  readonly #network: ChaosNetwork
  readonly #crowd: Crowd
  readonly #random: Random
  readonly #finals = new Map<string, number>()
  readonly #reachable: () => number
  readonly #supply: bigint
  #taken = 0
  #agreed = 0
  #lookedAt = 0
  #best = 0
  #bestMs = Date.now()
  #ableMs = 0
  #ableSinceMs: number | undefined
  #isEnded = false
  conflicted = 0

  constructor(network: ChaosNetwork, crowd: Crowd, random: Random, reachable: () => number) {
    this.#network = network
    this.#crowd = crowd
    this.#random = random
    this.#reachable = reachable
    this.#supply = present(genesisSupply(network.genesis), 'a checked document')
  }

  /** Comparisons of one node's final block with what was named first for that height. */
  get agreed(): number {
    return this.#agreed
  }

  get height(): number {
    return this.#best
  }

  finalOf(name?: string): number | undefined {
    return name === undefined ? this.#best : this.#finals.get(name)
  }

  /** From here on gaps are counted. */
  begin(): void {
    this.#bestMs = Date.now()
    this.gaps.length = 0
  }

  async run(): Promise<void> {
    await Promise.all([this.#repeat(LOOK_MS, () => this.#look()), this.#repeat(SUPPLY_MS, () => this.#weigh())])
    this.#closeGap(Date.now())
  }

  end(): void {
    this.#isEnded = true
  }

  async #repeat(everyMs: number, work: () => Promise<void>): Promise<void> {
    while (!this.#isEnded) {
      await work().catch(() => undefined)
      await delay(everyMs)
    }
  }

  async #look(): Promise<void> {
    this.#finals.clear()
    await Promise.all(
      this.#network.nodes.map(async ({ name, process }) => {
        if (!process.running) return
        const answer = await rpcCall(process.rpcUrl, 'node.status', {}, { timeoutMs: 2_000 }).catch(() => undefined)
        const parsed = NODE_STATUS.safeParse(answer)
        if (!parsed.success) return
        this.#finals.set(name, parsed.data.base.final)
        if (parsed.data.base.conflicted) this.conflicted += 1
      })
    )
    const nowMs = Date.now()
    this.#countAble(nowMs)
    const best = Math.max(this.#best, ...this.#finals.values())
    if (best > this.#best) {
      this.#closeGap(nowMs)
      this.#best = best
      this.#bestMs = nowMs
      this.#ableMs = 0
      if (this.#ableSinceMs !== undefined) this.#ableSinceMs = Math.max(this.#ableSinceMs, nowMs)
    }
    await this.#takeBlocks()
  }

  /** More than two thirds of the peers, of nearly equal weight, have been up and connected for a while. */
  #countAble(nowMs: number): void {
    const isAble = this.#reachable() * 3 > this.#network.peers.length * 2
    if (!isAble) this.#ableSinceMs = undefined
    else this.#ableSinceMs ??= nowMs + SETTLE_MS
    if (this.#ableSinceMs !== undefined) this.#ableMs = Math.max(this.#ableMs, nowMs - this.#ableSinceMs)
  }

  #closeGap(nowMs: number): void {
    const ms = nowMs - this.#bestMs
    if (ms >= GAP_MS) this.gaps.push({ fromMs: this.#bestMs, ms, ableMs: this.#ableMs })
  }

  /** Transactions of each final block from one node, its id from all that know it. */
  async #takeBlocks(): Promise<void> {
    while (this.#taken < this.#best) {
      const height = this.#taken + 1
      const able = this.#network.nodes.filter(({ name }) => (this.#finals.get(name) ?? -1) >= height)
      if (able.length === 0) return
      const { chain } = this.#random.pick(able)
      const [transactions, block] = await Promise.all([chain.transactions(height), chain.block(height)])
      if (transactions === undefined || block === undefined) return
      this.ids.set(height, block.id)
      this.#crowd.takeBlock(height, transactions)
      this.#taken = height
    }
    const nowMs = Date.now()
    if (nowMs - this.#lookedAt < 2_000) return
    this.#lookedAt = nowMs
    await Promise.all(this.#network.nodes.map(node => this.#compare(node)))
  }

  async #compare({ name, chain }: ChaosNode): Promise<void> {
    const final = this.#finals.get(name)
    if (final === undefined) return
    const height = Math.min(final, this.#taken)
    const block = await chain.block(height).catch(() => undefined)
    const known = this.ids.get(height)
    if (block === undefined || known === undefined) return
    this.#agreed += 1
    if (block.id !== known) this.disagreements.push(`${name} has ${block.id} at height ${height}, others ${known}`)
  }

  /** Outputs, balances, what is burnt and the fees to share out, in one final state of one node [LED-2]. */
  async #weigh(): Promise<void> {
    for (let left = SUPPLY_TRIES; left > 0 && !this.#isEnded; left--) {
      const able = this.#network.nodes.filter(({ name }) => this.#finals.has(name))
      if (able.length === 0) return
      const { name, chain } = this.#random.pick(able)
      const sample = await this.#sample(chain).catch(() => undefined)
      if (sample === undefined) continue
      this.supplies.push({ height: sample.height, by: name, ok: sample.atoms === this.#supply })
      return
    }
  }

  /** Undefined if finality moved while the state was read. */
  async #sample(chain: ChaosNode['chain']): Promise<{ readonly height: number; readonly atoms: bigint } | undefined> {
    const before = await chain.tip('final')
    const [outputs, balances, finality] = await Promise.all([
      chain.list('outputs'),
      chain.list('balances'),
      chain.list('finality')
    ])
    const after = await chain.tip('final')
    if (after.id !== before.id) return undefined
    let atoms = 0n
    for (const { value } of outputs) atoms += value.output.atoms
    for (const { value } of balances) atoms += value.atoms
    for (const { value } of finality) if ('burnt' in value) atoms += value.burnt + value.fees
    return { height: before.height, atoms }
  }
}
