// A key's coin on the base chain: its balance, and transactions built and signed from its outputs [LED-3]. Commands,
// wallets and nodes that pay fees use it over any BaseChain. Outputs it has spent stay reserved until final or refused,
// and hosted outputs are spent last: they carry the owner's weight [POS-1].
import type { Action } from '#contracts/ledger/actions/action.ts'
import { derivePublicKey, signMessage } from '#contracts/crypto/signature.ts'
import { hostOf, type Output, ownerOf } from '#contracts/ledger/output.ts'
import {
  type Transaction,
  type TransactionBody,
  transactionIdOf,
  transactionSigningBytes
} from '#contracts/ledger/transaction.ts'
import type { OutputId, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { BaseChain, ChainInfo } from '../base-chain.ts'
import type { Secret } from '../runtime/secret.ts'
import { type Coin, selectCoins, sumOf } from './coins.ts'

/** All in atoms. */
export interface Balance {
  /** What a transaction may spend now. */
  readonly spendable: bigint
  /** Of this key at the head, but not mature yet, or reserved by a transaction under way. */
  readonly pending: bigint
  /** Part of `spendable` in outputs that name a host: spending them lowers that peer's weight. */
  readonly hosted: bigint
}

export interface Payment {
  readonly to: PublicKey
  readonly atoms: bigint
  /** The peer that is to represent these shares; default nobody. */
  readonly host?: PublicKey | null
}

export interface TransactionWishes {
  readonly payments?: readonly Payment[]
  readonly action?: Action | null
  readonly notAfter?: number | null
  readonly memo?: Transaction['memo']
}

export type AccountCode = 'E_FUNDS' | 'E_INPUTS_TOO_MANY' | 'E_ASSET_UNKNOWN' | (string & {})

export interface Account {
  readonly key: PublicKey
  balance(): Promise<Balance>
  /** A signed transaction, not sent; its inputs stay reserved until it is final, refused or released. */
  build(wishes: TransactionWishes): Promise<Verdict<Transaction, AccountCode>>
  /** Builds, signs and submits. The id, or why not; a refused one gives its inputs back. */
  send(wishes: TransactionWishes): Promise<Verdict<TransactionId, AccountCode>>
  /** Sends one action with the coin it locks and the fee. */
  act(action: Action): Promise<Verdict<TransactionId, AccountCode>>
  pay(payments: readonly Payment[]): Promise<Verdict<TransactionId, AccountCode>>
  /** Gives back the inputs of a built transaction that will not be sent. */
  release(transaction: Transaction): void
}

export interface AccountSettings {
  /** Never spend outputs that name a host. Default false: they are spent when nothing else suffices. */
  readonly keepHosted?: boolean
}

export function createAccount(chain: BaseChain, secret: Secret<Uint8Array>, settings: AccountSettings = {}): Account {
  return new ChainAccount(chain, secret, settings)
}

interface Reservation {
  readonly transaction: TransactionId
  /** The chain has answered, or may have it: from then on it knows what became of it. */
  sent: boolean
}

/** Above this, what became of the transactions is asked before the next is built. */
const RESERVED_MAX = 512

class ChainAccount implements Account {
  readonly key: PublicKey
  readonly #chain: BaseChain
  readonly #secret: Secret<Uint8Array>
  readonly #keepHosted: boolean
  readonly #reserved = new Map<OutputId, Reservation>()
  #info: ChainInfo | undefined
  /** One build at a time: two would choose the same coins. */
  #building: Promise<unknown> = Promise.resolve()

  constructor(chain: BaseChain, secret: Secret<Uint8Array>, settings: AccountSettings) {
    this.key = derivePublicKey(secret.reveal())
    this.#chain = chain
    this.#secret = secret
    this.#keepHosted = settings.keepHosted ?? false
  }

  async balance(): Promise<Balance> {
    await this.#forgetSettled()
    const { all, free } = await this.#coins()
    const spendable = sumOf(free)
    const hosted = sumOf(free.filter(coin => hostOf(coin.record.output) !== null))
    return { spendable, pending: sumOf(all) - spendable, hosted }
  }

  build(wishes: TransactionWishes): Promise<Verdict<Transaction, AccountCode>> {
    const built = this.#building.then(() => this.#build(wishes))
    this.#building = built.catch(() => {})
    return built
  }

  async send(wishes: TransactionWishes): Promise<Verdict<TransactionId, AccountCode>> {
    const built = await this.build(wishes)
    if (!built.ok) return built
    try {
      const sent = await this.#chain.submit(built.value)
      if (!sent.ok) this.release(built.value)
      return sent
    } catch (error) {
      // Whether it arrived is not known: the inputs stay reserved until the chain says what became of it.
      return reject('E_CHAIN_UNREACHABLE', error instanceof Error ? error.message : String(error))
    } finally {
      // Not earlier: to a chain that is still looking at it, the transaction is unknown.
      for (const input of built.value.inputs) {
        const reservation = this.#reserved.get(input)
        if (reservation !== undefined) reservation.sent = true
      }
    }
  }

  act(action: Action): Promise<Verdict<TransactionId, AccountCode>> {
    return this.send({ action })
  }

  pay(payments: readonly Payment[]): Promise<Verdict<TransactionId, AccountCode>> {
    return this.send({ payments })
  }

  release(transaction: Transaction): void {
    for (const input of transaction.inputs) this.#reserved.delete(input)
  }

  async #build(wishes: TransactionWishes): Promise<Verdict<Transaction, AccountCode>> {
    const { payments = [], action = null, notAfter = null, memo = null } = wishes
    const { genesis, parameters } = await this.#chainInfo()
    const locked = await this.#lockedBy(action)
    if (!locked.ok) return locked
    const paid = payments.reduce((sum, payment) => sum + payment.atoms, 0n)
    const needed = paid + locked.value + parameters.feeAtoms
    let chosen = await this.#choose(needed)
    if (!chosen.ok && this.#reserved.size > 0) {
      await this.#forgetSettled()
      chosen = await this.#choose(needed)
    }
    if (!chosen.ok) return chosen
    const outputs = payments.map(({ to, atoms, host = null }): Output => ({ kind: 'key', owner: to, host, atoms }))
    const body: TransactionBody = {
      inputs: chosen.value.map(coin => coin.id),
      outputs: [...outputs, ...this.#change(chosen.value, sumOf(chosen.value) - needed)],
      action,
      notBefore: null,
      notAfter,
      memo,
      preimages: []
    }
    const id = transactionIdOf(body)
    for (const input of body.inputs) this.#reserved.set(input, { transaction: id, sent: false })
    return accept({ ...body, signature: signMessage(this.#secret.reveal(), transactionSigningBytes(genesis, body)) })
  }

  /** What is left goes back to this key, to the host that the largest coin had. */
  #change(coins: readonly Coin[], atoms: bigint): readonly Output[] {
    if (atoms === 0n) return []
    return [{ kind: 'key', owner: this.key, host: coins[0] === undefined ? null : hostOf(coins[0].record.output), atoms }]
  }

  /** Atoms that an action moves from the inputs into balances [LED-1]. */
  async #lockedBy(action: Action | null): Promise<Verdict<bigint, AccountCode>> {
    switch (action?.kind) {
      case 'peer.register':
        return accept(action.bondAtoms)
      case 'claim.commit':
        return accept(action.deposit)
      case 'asset.register': {
        const { parameters } = await this.#chainInfo()
        return accept(parameters.registrationLockAtoms + action.reserveAtoms)
      }
      case 'bond.post': {
        let atoms = 0n
        for (const bond of action.bonds) {
          const asset = await this.#chain.read('assets', bond.asset, 'head')
          if (asset === undefined) return reject('E_ASSET_UNKNOWN', `no asset ${bond.asset}`)
          atoms += asset.registration.collateralPerSeat * BigInt(bond.units)
        }
        return accept(atoms)
      }
      default:
        return accept(0n)
    }
  }

  async #chainInfo(): Promise<ChainInfo> {
    this.#info ??= await this.#chain.info()
    return this.#info
  }

  async #choose(atoms: bigint): Promise<ReturnType<typeof selectCoins>> {
    if (this.#reserved.size > RESERVED_MAX) await this.#forgetSettled()
    const { free } = await this.#coins()
    return selectCoins(this.#keepHosted ? free.filter(coin => hostOf(coin.record.output) === null) : free, atoms)
  }

  /** This key's outputs at the head, and those of them that a new transaction may spend. */
  async #coins(): Promise<{ readonly all: readonly Coin[]; readonly free: readonly Coin[] }> {
    const [found, head] = await Promise.all([this.#chain.outputsOf(this.key), this.#chain.tip('head')])
    // What is locked is spent by a claim or a refund, not as coin.
    const all = found.filter(({ record }) => ownerOf(record.output) === this.key)
    const free = all.filter(
      ({ id, record }) =>
        !this.#reserved.has(id) && (record.maturesAt === null || record.maturesAt <= head.recordedFinal)
    )
    return { all, free }
  }

  /** Frees the inputs of transactions that are final, refused, or unknown to the chain although they were sent. */
  async #forgetSettled(): Promise<void> {
    const sent = new Set([...this.#reserved.values()].filter(one => one.sent).map(one => one.transaction))
    const ended = new Set<TransactionId>()
    for (const transaction of sent) {
      const { kind } = await this.#chain.status(transaction)
      if (kind === 'refused' || kind === 'final' || kind === 'unknown') ended.add(transaction)
    }
    for (const [id, { transaction }] of [...this.#reserved]) if (ended.has(transaction)) this.#reserved.delete(id)
  }
}
