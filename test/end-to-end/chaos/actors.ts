// What the wallets do, each over and over: pay, lock and claim or take back, pay together, take and use names, change hosts,
// and join their small coins. Every one of these is checked by its end on the chain, not by hope.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { hashOfPreimage, type Output, outputIdOf } from '#contracts/ledger/output.ts'
import { transactionSigningBytes } from '#contracts/ledger/transaction.ts'
import { asName, type Name } from '#contracts/names/name.ts'
import { NO_TARGETS } from '#contracts/names/name-record.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import type { GenesisHash, OutputId, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type Coin, draftJoint } from '#base-layer/index.ts'
import { buildClaim, buildCommit, buildReview, claimStage, type NameOwner } from '#base-layer/wallet/names.ts'
import { signTogether } from '#test/support/joint-signature.ts'
import type { Random } from '#test/support/random.ts'
import { type Crowd, type CrowdWallet, joinPieces } from './crowd.ts'

export const WALLETS = {
  payers: ['pay-a', 'pay-b', 'pay-c'],
  lockers: ['lock-a', 'lock-b'],
  together: ['joint-a', 'joint-b', 'joint-c'],
  namers: ['name-a', 'name-b'],
  movers: ['move-a']
} as const
export const WALLET_NAMES: readonly string[] = Object.values(WALLETS).flat()

const LOCK_TICKS = 24
const RIPE_MAX_MS = 60_000

export class Actors {
  /** Whole stories that came to their end. */
  readonly done = { payments: 0, claims: 0, refunds: 0, joint: 0, names: 0, reviews: 0, moves: 0, joins: 0 }
  readonly #crowd: Crowd
  readonly #random: Random
  readonly #signal: AbortSignal
  readonly #genesis: GenesisHash
  readonly #hosts: readonly PublicKey[]
  readonly #rewards: readonly string[]
  #named = 0

  /** `peers`: names whose reward coins are joined. */
  constructor(
    crowd: Crowd,
    parts: {
      readonly random: Random
      readonly signal: AbortSignal
      readonly genesis: GenesisHash
      readonly hosts: readonly PublicKey[]
      readonly rewards: readonly string[]
    }
  ) {
    this.#crowd = crowd
    this.#random = parts.random
    this.#signal = parts.signal
    this.#genesis = parts.genesis
    this.#hosts = parts.hosts
    this.#rewards = parts.rewards
  }

  /** Until the signal, and then until what each was at has come to an end. */
  async run(): Promise<void> {
    const payers = WALLETS.payers.map(name => this.#crowd.wallet(name))
    const lockers = WALLETS.lockers.map(name => this.#crowd.wallet(name))
    const together = WALLETS.together.map(name => this.#crowd.wallet(name))
    const namers = WALLETS.namers.map(name => this.#crowd.wallet(name))
    const movers = WALLETS.movers.map(name => this.#crowd.wallet(name))
    const rewards = this.#rewards.map(name => this.#crowd.wallet(name))
    const [locker, claimant] = lockers
    const [owner, payer] = namers
    await Promise.all([
      ...payers.map(one => this.#over(800, () => this.#pay(one, payers))),
      ...(locker === undefined || claimant === undefined
        ? []
        : [
            this.#over(1_500, () => this.#lock(locker, claimant)),
            this.#over(2_500, () => this.#lock(claimant, locker))
          ]),
      this.#over(2_000, () => this.#payTogether(together)),
      ...(owner === undefined || payer === undefined ? [] : [this.#over(1_000, () => this.#takeName(owner, payer))]),
      ...movers.map(one => this.#over(2_000, () => this.#move(one))),
      this.#over(4_000, () => this.#join([...payers, ...lockers, ...namers, ...movers, ...rewards]))
    ])
  }

  async #over(meanMs: number, work: () => Promise<void>): Promise<void> {
    while (!this.#signal.aborted) {
      await work().catch(() => undefined)
      await delay(this.#random.between(meanMs / 2, (meanMs * 3) / 2), undefined, { signal: this.#signal }).catch(
        () => undefined
      )
    }
  }

  async #pay(from: CrowdWallet, all: readonly CrowdWallet[]): Promise<void> {
    const to = this.#random.pick(all.filter(one => one !== from)).key
    if (await from.send('payment', { payments: [{ to, atoms: this.#atoms() }] })) this.done.payments += 1
  }

  /** Two thirds are claimed in time, the rest taken back when the time is over [LED-1]. */
  async #lock(from: CrowdWallet, to: CrowdWallet): Promise<void> {
    const preimage = new Uint8Array(randomBytes(32))
    const lock: Output = {
      kind: 'hashlock',
      hash: hashOfPreimage(preimage),
      claimant: to.key,
      refund: from.key,
      timeout: (await from.chain.tip('head')).ticks + LOCK_TICKS,
      atoms: this.#atoms()
    }
    const sent = await from.send('lock', { outputs: [lock] })
    if (sent === undefined || !(await this.#final(sent))) return
    const id = outputIdOf(sent, 0)
    if (this.#random.chance(66)) {
      const { ticks } = await to.chain.tip('head')
      const coin = await this.#coinAt(to, id)
      // A claim that may come too late is not one to call lost.
      if (coin === undefined || ticks > lock.timeout - LOCK_TICKS / 2) return
      if (await to.send('lock claim', { spend: [coin], preimages: [preimage] })) this.done.claims += 1
      return
    }
    while (!this.#signal.aborted && (await from.chain.tip('final')).ticks < lock.timeout) await delay(500)
    const coin = await this.#coinAt(from, id)
    if (coin !== undefined && (await from.send('lock refund', { spend: [coin] }))) this.done.refunds += 1
  }

  async #coinAt({ account }: CrowdWallet, id: OutputId): Promise<Coin | undefined> {
    return (await account.coins()).all.find(one => one.id === id)
  }

  /** One after another is final: a joint payment chooses among all that its payers have. */
  async #payTogether(wallets: readonly CrowdWallet[]): Promise<void> {
    const [first] = wallets
    if (first === undefined) return
    const given = wallets.map(({ key }) => ({ key, atoms: this.#atoms() }))
    const sum = given.reduce((total, { atoms }) => total + atoms, 0n)
    const half = sum / 2n
    const payments = [
      { to: this.#random.pick(wallets).key, atoms: half },
      { to: this.#random.pick(wallets).key, atoms: sum - half }
    ]
    const body = await draftJoint(first.chain, given, payments)
    if (!body.ok) return this.#crowd.refuse('joint', `${body.code} (not built)`)
    const signers = wallets.map(({ name, key, secret }) => ({ name, key, secret: secret.reveal() }))
    const signature = signTogether(signers, transactionSigningBytes(this.#genesis, body.value))
    const sent = await first.handIn('joint', { ...body.value, signature })
    if (sent !== undefined && (await this.#final(sent))) this.done.joint += 1
  }

  /** Commitment, claim, use, review: each after the one before is final [NAM-2, NAM-4]. */
  async #takeName(owner: CrowdWallet, payer: CrowdWallet): Promise<void> {
    this.#named += 1
    const name = present(asName(`chaos-${this.#named}`), 'a name')
    const who: NameOwner = owner
    const targets = { ...NO_TARGETS, key: owner.key }
    const committed = await owner.send('name commit', { action: buildCommit(who, name) })
    if (committed === undefined || !(await this.#final(committed)) || !(await this.#ripe(owner, name))) return
    const claimed = await owner.send('name claim', { action: buildClaim(who, name, targets) })
    if (claimed === undefined || !(await this.#final(claimed))) return
    this.done.names += 1
    const paid = await payer.send('name pay', {
      payments: [{ to: owner.key, atoms: this.#atoms() }],
      action: { kind: 'name.pay', name, output: 0 }
    })
    if (paid === undefined || !(await this.#final(paid))) return
    const words = { kind: 'text', text: 'in the midst of chaos' } as const
    const said = await payer.send('name review', { action: buildReview(paid, payer.key, 5, words) })
    if (said === undefined || !(await this.#final(said))) return
    this.done.reviews += 1
    const nickname = `the ${this.#named}th`
    await owner.send('name update', {
      action: { kind: 'name.update', name, owner: owner.key, targets: { ...targets, nickname } }
    })
  }

  async #ripe(owner: CrowdWallet, name: Name): Promise<boolean> {
    for (const untilMs = Date.now() + RIPE_MAX_MS; Date.now() < untilMs && !this.#signal.aborted; ) {
      if ((await claimStage(owner.chain, owner, name).catch(() => 'waiting')) === 'ripe') return true
      await delay(500)
    }
    return false
  }

  /** The same coin, represented by another peer [POS-1]. */
  async #move(wallet: CrowdWallet): Promise<void> {
    const { free } = await wallet.account.coins()
    const whole = free.filter(({ record: { output } }) => output.atoms > ATOMS_PER_SHARE)
    if (whole.length === 0) return
    const coin = this.#random.pick(whole)
    const atoms = coin.record.output.atoms - ATOMS_PER_SHARE / 1_000n
    const payments = [{ to: wallet.key, atoms, host: this.#random.pick(this.#hosts) }]
    if (await wallet.send('host change', { payments, spend: [coin], only: true })) this.done.moves += 1
  }

  async #join(wallets: readonly CrowdWallet[]): Promise<void> {
    await joinPieces(this.#random.pick(wallets), this.#random)
    this.done.joins += 1
  }

  async #final(id: TransactionId): Promise<boolean> {
    while (!this.#signal.aborted) {
      if (this.#crowd.isFinal(id)) return true
      await delay(200)
    }
    return false
  }

  #atoms(): bigint {
    return BigInt(this.#random.between(1, 500)) * (ATOMS_PER_SHARE / 1_000n)
  }
}
