// The coin of a wallet on the base chain: its balance, and transactions built, signed and sent from its outputs
// [LED-3]. Commands, wallets and nodes that pay fees use it over any BaseChain. Outputs it has spent stay held
// until the transaction has ended, which the account's memory keeps; it is written before anything is sent.
import type { Action } from '#contracts/ledger/actions/action.ts'
import { hostOf, keysOf, ownerOf } from '#contracts/ledger/output.ts'
import { type Transaction, transactionIdOf, transactionSigningBytes } from '#contracts/ledger/transaction.ts'
import { compareText } from '#contracts/primitives/bytes.ts'
import type { OutputId, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { BaseChain } from '../base-chain.ts'
import { Secret } from '../runtime/secret.ts'
import { locksOpenedBy, signersOf } from '../state/transactions/signers.ts'
import { type Assembly, assemble, type Payment, type TransactionWishes } from './assemble.ts'
import { type Coin, sumOf } from './coins.ts'
import { createSingleKey, type Keyring, signAsAll } from './keyring.ts'
import { type AccountMemory, createAccountMemory, type OwnTransaction } from './memory.ts'
import { askRules, authoritiesFor, lockedBy } from './needs.ts'

export type { Payment, TransactionWishes } from './assemble.ts'

/** All in atoms. */
export interface Balance {
  /** What a transaction may spend now. */
  readonly spendable: bigint
  /** Of this wallet at the head, but not mature yet, or held by a transaction under way. */
  readonly pending: bigint
  /** Part of `spendable` in outputs that name a host: spending them lowers that peer's weight. */
  readonly hosted: bigint
}

export type AccountCode = 'E_FUNDS' | 'E_INPUTS_TOO_MANY' | 'E_ASSET_UNKNOWN' | (string & {})

/** What a wallet does over any BaseChain: coin of its keyring chosen, signed, sent and remembered. */
export interface Account {
  /** The first key of the wallet. */
  readonly key: PublicKey
  readonly keyring: Keyring
  balance(): Promise<Balance>
  /** Every output at the head that one of the keys may come to spend, locks among them, and what of it is free. */
  coins(): Promise<{ readonly all: readonly Coin[]; readonly free: readonly Coin[] }>
  /** What would be signed, and its fee; nothing is held. */
  draft(wishes: TransactionWishes): Promise<Verdict<Assembly, AccountCode>>
  /** A signed transaction, not sent; its inputs stay held until it has ended or is released. */
  build(wishes: TransactionWishes): Promise<Verdict<Transaction, AccountCode>>
  /** Builds, signs and submits. The id, or why not; a refused one gives its inputs back. */
  send(wishes: TransactionWishes): Promise<Verdict<TransactionId, AccountCode>>
  /** Sends one action with the coin it locks and the fee. */
  act(action: Action): Promise<Verdict<TransactionId, AccountCode>>
  pay(payments: readonly Payment[]): Promise<Verdict<TransactionId, AccountCode>>
  /** Sends one that `build` gave. */
  submit(transaction: Transaction): Promise<Verdict<TransactionId, AccountCode>>
  /** What `replace` would send, to be drafted and shown before. */
  replacement(id: TransactionId, fee: number): Promise<Verdict<TransactionWishes, AccountCode>>
  /** The same payment with a larger fee, taken from its change, in place of one that no block holds yet. */
  replace(id: TransactionId, fee: number): Promise<Verdict<TransactionId, AccountCode>>
  /** Gives back the inputs of a built transaction that will not be sent. */
  release(transaction: Transaction): void
  /** Asks what became of what is under way and sends again what the chain does not know. */
  resume(): Promise<readonly OwnTransaction[]>
}

export interface AccountSettings {
  /** Never spend outputs that name a host. Default false: they are spent when nothing else suffices. */
  readonly keepHosted?: boolean
  /** Default: forgotten with the process. */
  readonly memory?: AccountMemory
}

/** Of one key, or of a keyring. */
export function createAccount(
  chain: BaseChain,
  keys: Secret<Uint8Array> | Keyring,
  settings: AccountSettings = {}
): Account {
  return new ChainAccount(chain, keys instanceof Secret ? createSingleKey(keys) : keys, settings)
}

/** Above this, what became of the transactions is asked before the next is built. */
const HELD_MAX = 512

class ChainAccount implements Account {
  readonly keyring: Keyring
  readonly #chain: BaseChain
  readonly #keepHosted: boolean
  readonly #memory: AccountMemory
  /** One build at a time: two would choose the same coins. */
  #building: Promise<unknown> = Promise.resolve()
  /** Being submitted: to a chain that is still looking at one, it is unknown. */
  readonly #leaving = new Set<TransactionId>()

  constructor(chain: BaseChain, keyring: Keyring, settings: AccountSettings) {
    this.keyring = keyring
    this.#chain = chain
    this.#keepHosted = settings.keepHosted ?? false
    this.#memory = settings.memory ?? createAccountMemory()
  }

  get key(): PublicKey {
    return this.keyring.key
  }

  async balance(): Promise<Balance> {
    await this.resume()
    const { all, free } = await this.coins()
    const own = all.filter(({ record }) => ownerOf(record.output) !== undefined)
    const hosted = sumOf(free.filter(coin => hostOf(coin.record.output) !== null))
    return { spendable: sumOf(free), pending: sumOf(own) - sumOf(free), hosted }
  }

  async coins(): Promise<{ readonly all: readonly Coin[]; readonly free: readonly Coin[] }> {
    const { keys } = this.keyring
    const [head, ...found] = await Promise.all([
      this.#chain.tip('head'),
      ...keys.map(key => this.#chain.outputsOf(key))
    ])
    // A lock between two keys of the wallet is listed under both.
    const all = [...new Map(found.flat().map(coin => [coin.id, coin])).values()]
    const free = all.filter(
      ({ id, record }) =>
        ownerOf(record.output) !== undefined &&
        !this.#memory.isHeld(id) &&
        (record.maturesAt === null || record.maturesAt <= head.recordedFinal)
    )
    return { all, free }
  }

  draft(wishes: TransactionWishes): Promise<Verdict<Assembly, AccountCode>> {
    return this.#assemble({ ...wishes, change: wishes.change ?? this.key })
  }

  build(wishes: TransactionWishes): Promise<Verdict<Transaction, AccountCode>> {
    return this.#inTurn(() => this.#build(wishes))
  }

  async send(wishes: TransactionWishes): Promise<Verdict<TransactionId, AccountCode>> {
    const built = await this.build(wishes)
    return built.ok ? await this.submit(built.value) : built
  }

  act(action: Action): Promise<Verdict<TransactionId, AccountCode>> {
    return this.send({ action })
  }

  pay(payments: readonly Payment[]): Promise<Verdict<TransactionId, AccountCode>> {
    return this.send({ payments })
  }

  async submit(transaction: Transaction): Promise<Verdict<TransactionId, AccountCode>> {
    const id = transactionIdOf(transaction)
    this.#leaving.add(id)
    this.#memory.mark(id, 'sent')
    try {
      const sent = await this.#chain.submit(transaction)
      if (!sent.ok) this.#memory.mark(id, 'refused')
      return sent
    } catch (error) {
      // Whether it arrived is not known: the inputs stay held until the chain says what became of it.
      return reject('E_CHAIN_UNREACHABLE', error instanceof Error ? error.message : String(error))
    } finally {
      this.#leaving.delete(id)
    }
  }

  async replacement(id: TransactionId, fee: number): Promise<Verdict<TransactionWishes, AccountCode>> {
    const old = this.#memory.find(id)
    if (old === undefined) return reject('E_REPLACE', 'this wallet has no such transaction under way')
    const { kind } = await this.#chain.status(id)
    if (kind === 'likely' || kind === 'final') return reject('E_REPLACE', 'a block holds it already')
    const { inputs, outputs, action, notAfter, memo, preimages } = old.transaction
    const spend = (await this.coins()).all.filter(coin => inputs.includes(coin.id))
    if (spend.length !== inputs.length) return reject('E_REPLACE', 'an input of it is spent')
    const replacedFee = await this.#feeOf(old.transaction, spend)
    if (!replacedFee.ok) return replacedFee
    const last = outputs.at(-1)
    // What names a host is what was wanted, not change.
    const own =
      last !== undefined && hostOf(last) === null && keysOf(last).every(key => this.keyring.secretOf(key) !== undefined)
    return accept({
      replacedFee: replacedFee.value,
      outputs: own ? outputs.slice(0, -1) : outputs,
      action,
      notAfter,
      memo,
      preimages,
      spend,
      fee,
      note: old.note,
      ...(own && last.kind === 'key' ? { change: last.owner } : {})
    })
  }

  async replace(id: TransactionId, fee: number): Promise<Verdict<TransactionId, AccountCode>> {
    const wishes = await this.replacement(id, fee)
    if (!wishes.ok) return wishes
    const built = await this.#inTurn(() => this.#build(wishes.value, id))
    return built.ok ? await this.submit(built.value) : built
  }

  release(transaction: Transaction): void {
    this.#memory.mark(transactionIdOf(transaction), 'released')
  }

  async resume(): Promise<readonly OwnTransaction[]> {
    for (const { id, transaction, state } of this.#memory.open()) {
      if (this.#leaving.has(id)) continue
      const status = await this.#chain.status(id)
      if (status.kind === 'final') this.#memory.mark(id, 'final', status.height)
      else if (status.kind === 'refused') this.#memory.mark(id, 'refused')
      // One that was built and not sent is its maker's to send; after a crash wallet.db tells them apart.
      else if (status.kind === 'unknown' && state === 'sent') await this.submit(transaction)
    }
    return this.#memory.open()
  }

  async #feeOf({ outputs, action }: Transaction, spend: readonly Coin[]): Promise<Verdict<bigint, AccountCode>> {
    const { parameters } = await this.#chain.info()
    const locked = await lockedBy(this.#chain, parameters, action)
    if (!locked.ok) return locked
    return accept(sumOf(spend) - outputs.reduce((sum, output) => sum + output.atoms, locked.value))
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#building.then(work)
    this.#building = done.catch(() => {})
    return done
  }

  async #build(wishes: TransactionWishes, replaces?: TransactionId): Promise<Verdict<Transaction, AccountCode>> {
    if (this.#memory.held > HELD_MAX) await this.resume()
    let assembled = await this.#assemble(wishes)
    if (!assembled.ok && this.#memory.held > 0) {
      await this.resume()
      assembled = await this.#assemble(wishes)
    }
    if (!assembled.ok) return assembled
    const { body, coins } = assembled.value
    const { genesis } = await this.#chain.info()
    const known = new Map<OutputId, Coin['record']>(coins.map(({ id, record }) => [id, record]))
    const unsigned = { ...body, signature: new Uint8Array(64) }
    const signers = await askRules(this.#chain, read =>
      // The account has read its coins already.
      signersOf(
        (section, key) =>
          section === 'outputs' && known.has(key as OutputId)
            ? (known.get(key as OutputId) as ReturnType<typeof read<typeof section>>)
            : read(section, key),
        unsigned
      )
    )
    const sorted = [...(signers ?? [])].sort(compareText)
    const signed = signAsAll(this.keyring, sorted, transactionSigningBytes(genesis, body))
    if (!signed.ok) return signed
    const transaction: Transaction = { ...body, signature: signed.value }
    this.#memory.hold(transaction, transactionIdOf(body), wishes.note ?? noteOf(wishes), replaces)
    return accept(transaction)
  }

  async #assemble(wishes: TransactionWishes): Promise<Verdict<Assembly, AccountCode>> {
    const { action = null } = wishes
    // Asked anew each time: parameters change by governance [GOV-3].
    const { parameters } = await this.#chain.info()
    const locked = await lockedBy(this.#chain, parameters, action)
    if (!locked.ok) return locked
    const [authorities, floors, { free }] = await Promise.all([
      authoritiesFor(this.#chain, action),
      this.#chain.floors(),
      this.coins()
    ])
    const spent = new Set(wishes.spend?.map(coin => coin.id))
    return assemble(wishes, {
      parameters,
      coins: free.filter(({ id, record }) => !spent.has(id) && !(this.#keepHosted && hostOf(record.output) !== null)),
      floors,
      locked: locked.value,
      authorities,
      opened: locksOpenedBy({ preimages: wishes.preimages ?? [] }),
      changeKey: () => this.keyring.nextKey()
    })
  }
}

function noteOf({ action, payments = [] }: TransactionWishes): string {
  return action?.kind ?? `payment to ${payments.map(({ to }) => to.slice(0, 12)).join(', ')}`
}
