// One base chain node: opens its files, joins store, consensus, network and doors, and closes them in reverse. The only
// place that joins the parts. The host, clock, logger and verify pool come from outside: both layers share them.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { Hash, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { BaseChain } from './base-chain.ts'
import { Chain } from './chain/chain.ts'
import { CHAIN_LIMITS } from './chain/limits.ts'
import { Duties } from './chain/duties.ts'
import { MempoolFile } from './chain/mempool/mempool-file.ts'
import { createPreferenceDesk, type PreferenceDesk } from './chain/mempool/preference-desk.ts'
import { type Restored, restoreChain } from './chain/restore.ts'
import { createBaseSigner } from './chain/signer.ts'
import type { SigningParts } from './chain/signing-desk.ts'
import { checkTrust } from './chain/trusted-head.ts'
import { LocalChain } from './client/local-chain.ts'
import { createBaseRpc } from './client/rpc-methods.ts'
import { createChiefRpc } from './client/chief-methods.ts'
import { Intake } from './network/intake.ts'
import { BaseNetwork } from './network/network.ts'
import type { FinalPoint, SampleOutcome } from './network/sampling.ts'
import { joinBySnapshot } from './network/snapshot-start.ts'
import type { TrustedHead } from './consensus/events.ts'
import { EXIT_BROKEN } from './process-guard.ts'
import type { Clock } from './runtime/clock.ts'
import { lockDataFolder } from './runtime/database.ts'
import { RuntimeError } from './runtime/errors.ts'
import type { Host } from './runtime/host.ts'
import type { RpcMethod } from './runtime/json-rpc.ts'
import type { Logger } from './runtime/logger.ts'
import type { Secret } from './runtime/secret.ts'
import type { VerifyPool } from './runtime/verify-pool.ts'
import { prepareTransaction } from './state/transactions/apply-transaction.ts'
import { createTransition } from './state/transition.ts'
import { type ChainStore, openChainStore } from './store/chain-store.ts'
import { type Backup, type BackupSettings, backUpChain } from './store/backup.ts'
import { type ChainCheck, findBlockDamage } from './store/check-chain.ts'
import { checkInProcess } from './store/check-process.ts'
import { STORE_LIMITS } from './store/limits.ts'
import { createGuardFile as createGuardAt, decodeStamp, encodeStamp, openVoteGuard } from './store/vote-guard.ts'
import { createAccount } from './wallet/account.ts'

export interface BaseNodeKeys {
  /** 32 bytes each. The signing key proposes, acknowledges and votes; the VRF key reveals for the seed. */
  readonly signing: Secret<Uint8Array>
  readonly vrf: Secret<Uint8Array>
}

export interface BaseNodeParts {
  /** Folder for chain.db and votes.db; made if it is missing, held by one process. See createGuardFile. */
  readonly dataDir: string
  readonly genesis: Genesis
  /** Null: the node follows and serves the chain and signs nothing. */
  readonly keys: BaseNodeKeys | null
  readonly host: Host
  readonly clock: Clock
  readonly logger: Logger
  /** Over the cache of installNodeCrypto, which is called once per process. */
  readonly verifyPool: VerifyPool
  readonly settings?: BaseNodeSettings
}

export interface BaseNodeSettings {
  /**
   * Ids of recovery files that the operator trusts [FIN-9]: finality follows their tables once the chain carries them. See
   * recoveryIdOf. Default: none.
   */
  readonly recoveries?: readonly Hash[]
  /**
   * A final block that the operator trusts [FIN-5]: an empty folder begins with the state of a newer final block, fetched from
   * peers, instead of a replay. It then holds no block from before. Default: replay from genesis.
   */
  readonly trustedHead?: TrustedHead
  /** How often peers are asked where they stand. Default 1000 ms. */
  readonly statusMs?: number
  /**
   * Bodies of final blocks kept by a node without keys; older ones are dropped. Default: all. A node with keys keeps all
   * whatever is said here: its acknowledgements are digests of any of them [POS-6].
   */
  readonly keepBodies?: number
  /**
   * Called when the node must not go on: a broken invariant. It has stopped signing; the process is to end with code
   * 70. Default: process.exit(70).
   */
  readonly onFatal?: (error: unknown) => void
}

export interface BaseNodeStatus {
  readonly key: PublicKey | null
  readonly height: number
  readonly final: number
  readonly peers: number
  readonly syncing: boolean
  /** False while the guard forbids signing [FIN-7]. */
  readonly signs: boolean
  /** A certificate contradicts what is final here: finality has stopped [FIN-5]. */
  readonly conflicted: boolean
  readonly mempool: number
  /** Ids of the recovery files that the final chain carries, the oldest first [FIN-9]. */
  readonly recoveries: readonly Hash[]
  /** Of the head, and by the clock now: how far behind a node is. */
  readonly slot: number
  readonly slotNow: number
  readonly ticks: number
  /** Time since the stated time of the head. */
  readonly headAgeMs: number
  /** Signatures that the guard has written, ever. */
  readonly guardWrites: number
}

export type BackupWishes = Pick<BackupSettings, 'folder' | 'keep'> & Partial<Pick<BackupSettings, 'check'>>

export interface BaseNode {
  readonly chain: BaseChain
  /** base.* methods for createRpcServer. */
  readonly rpcMethods: Readonly<Record<string, RpcMethod>>
  status(): BaseNodeStatus
  /**
   * A checked copy of chain.db, made while it is written to; checked by another process unless `check` is given. Rejects
   * E_DATA_UNUSABLE if the copy does not check.
   */
  backUp(settings: BackupWishes): Promise<Backup>
  /** Everything there is to check in chain.db, by another process. */
  check(): Promise<ChainCheck>
  /** Starts consensus and the network handlers. */
  start(): Promise<void>
  /** Stops signing first, then the rest; the host stays up, it is its maker's to stop. */
  stop(): Promise<void>
  /** Signs nothing from here on: for stopOnUncaught. */
  stopSigning(why: string): void
  /**
   * Whether peers outside the address groups of `heardFrom` (peer ids) have the same final block at this height; asked before
   * a claim is filed or a certificate is taken for final [NET-2].
   */
  sample(point: FinalPoint, heardFrom?: Iterable<string>): Promise<SampleOutcome>
}

const STATUS_MS = 1_000
/** Why a transaction of ours may be sent later, unchanged but for what pays for it. */
const PASSING: ReadonlySet<string> = new Set([
  'E_FUNDS',
  'E_INPUTS_TOO_MANY',
  'E_BUSY',
  // Somebody posted the same, perhaps only to take it back.
  'E_TX_CONFLICT',
  'E_TX_FEE_FLOOR',
  'E_TX_FAMILY',
  'E_EVIDENCE_FUTURE'
])

/**
 * Makes the guard file of a node's signing key, once, when the key is made; a node that finds none takes it for lost and
 * votes for nothing old for a while [FIN-7], which in a new network's first period means not at all. Rejects
 * E_DATA_UNUSABLE if the folder has one.
 */
export async function createGuardFile(dataDir: string, key: PublicKey): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  await createGuardAt(guardPath(dataDir), key)
}

/**
 * Opens the files; nothing runs before `start`. Rejects E_DATA_LOCKED, E_DATA_UNUSABLE, and E_DATA_STALE or E_DATA_UNTRUSTED
 * where what is final here is too old to go on from, or beside the trusted head [FIN-5].
 */
export async function createBaseNode(parts: BaseNodeParts): Promise<BaseNode> {
  const { dataDir, genesis, keys, clock, logger } = parts
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const release = lockDataFolder(dataDir)
  const closers: (() => Promise<void> | void)[] = [release]
  try {
    const store = await openChainStore(join(dataDir, 'chain.db'))
    closers.push(() => store.close())
    const trusted = parts.settings?.trustedHead
    if (trusted !== undefined && store.meta('genesis') === undefined)
      await joinBySnapshot(store, { host: parts.host, document: genesis, trusted, clock, logger })
    const restored = restoreChain(store, genesis)
    assertChained(store, restored.state.height)
    const trust = checkTrust(restored.state, trusted, height => store.finalIdAt(height), clock.nowMs())
    if (!trust.ok) throw new RuntimeError(trust.code, trust.why)
    const signing =
      keys === null
        ? null
        : await openSigning(dataDir, keys, restored, store, clock.nowMs() - genesis.genesisTimeMs, logger)
    if (signing !== null) closers.push(() => signing.guard.close())
    return new RunningNode(parts, store, restored, signing, closers)
  } catch (error) {
    for (const close of closers.reverse()) await close()
    throw error
  }
}

/** The newest final blocks, which peers ask for most and acknowledgements are digests of, are what was written [POS-6]. */
function assertChained(store: ChainStore, height: number): void {
  const damage = findBlockDamage(store, Math.max(0, height - STORE_LIMITS.checkedAtStart), height)
  if (damage !== undefined) throw new RuntimeError('E_DATA_UNUSABLE', `chain.db: ${damage}`)
}

async function openSigning(
  dataDir: string,
  keys: BaseNodeKeys,
  { state }: Restored,
  store: ChainStore,
  nowMs: number,
  logger: Logger
): Promise<SigningParts> {
  const key = derivePublicKey(keys.signing.reveal())
  const { genesis, parameters } = state.chain
  const stamp = decodeStamp(store.meta('guard'))
  const { guard, lost } = await openVoteGuard(guardPath(dataDir), { key, parameters, nowMs, stamp })
  if (lost) logger.warn({ key }, 'the guard file is missing or older than the chain: signing is held back')
  store.putMeta('guard', encodeStamp(guard.stamp))
  return { key, guard, signer: createBaseSigner(genesis, key, keys.signing) }
}

function guardPath(dataDir: string): string {
  return join(dataDir, 'votes.db')
}

class RunningNode implements BaseNode {
  readonly chain: BaseChain
  readonly rpcMethods: Readonly<Record<string, RpcMethod>>
  readonly #parts: BaseNodeParts
  readonly #store: ChainStore
  readonly #signing: SigningParts | null
  readonly #closers: readonly (() => Promise<void> | void)[]
  readonly #network: BaseNetwork
  readonly #driver: Chain
  readonly #intake: Intake
  readonly #waiting: MempoolFile
  readonly #desk: PreferenceDesk
  #stopped = false

  constructor(
    parts: BaseNodeParts,
    store: ChainStore,
    restored: Restored,
    signing: SigningParts | null,
    closers: readonly (() => Promise<void> | void)[]
  ) {
    const { host, clock, logger, settings = {} } = parts
    this.#parts = parts
    this.#store = store
    this.#signing = signing
    this.#closers = closers
    const { genesis } = restored.state.chain
    this.#network = new BaseNetwork({ host, clock, logger, genesis, statusMs: settings.statusMs ?? STATUS_MS })
    this.#driver = new Chain({
      store,
      transition: createTransition(),
      restored,
      signing,
      recoveries: new Set(settings.recoveries ?? []),
      trusted: settings.trustedHead,
      outbound: this.#network,
      clock,
      logger,
      onFatal: settings.onFatal ?? (() => process.exit(EXIT_BROKEN))
    })
    this.#intake = new Intake(this.#driver, parts.verifyPool)
    this.chain = new LocalChain({
      chain: this.#driver,
      store,
      submit: transaction => this.#submit(transaction)
    })
    this.#waiting = new MempoolFile(join(parts.dataDir, 'mempool.bin'), this.#driver.mempool)
    const driver = this.#driver
    const desk = createPreferenceDesk(driver.mempool, () => driver.head)
    this.#desk = desk
    const told = {
      takeBytes: (encoded: Uint8Array): ReturnType<PreferenceDesk['takeBytes']> => {
        const taken = desk.takeBytes(encoded)
        if (taken.ok) this.#network.sendPreference(encoded)
        return taken
      }
    }
    this.rpcMethods = { ...createBaseRpc(this.chain), ...createChiefRpc(told) }
  }

  status(): BaseNodeStatus {
    const { head, final, isSyncing, isConflicted, signs, mempool } = this.#driver
    const nowMs = this.#driver.nowMs()
    return {
      key: this.#signing?.key ?? null,
      height: head.height,
      final: final.height,
      peers: this.#parts.host.peers().length,
      syncing: isSyncing,
      signs,
      conflicted: isConflicted,
      mempool: mempool.size,
      recoveries: final.recoveries,
      slot: head.header.slot,
      slotNow: Math.max(0, Math.floor(nowMs / head.chain.parameters.slotMs)),
      ticks: head.header.ticks,
      headAgeMs: Math.max(0, nowMs - head.header.timeMs),
      guardWrites: this.#signing?.guard.stamp.writes ?? 0
    }
  }

  backUp(wishes: BackupWishes): Promise<Backup> {
    const check = (path: string): Promise<ChainCheck> => checkInProcess(path, this.#parts.genesis)
    return backUpChain(this.#store.handle, { check, ...wishes, nowMs: this.#parts.clock.nowMs() })
  }

  check(): Promise<ChainCheck> {
    return checkInProcess(this.#store.path, this.#parts.genesis)
  }

  async start(): Promise<void> {
    this.#pruneOnAdvance()
    this.#network.start(this.#driver, this.#store, this.#intake, this.chain.proofs, this.#desk)
    this.#driver.start(this.#duties())
    void this.#restoreMempool()
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#driver.stop()
    this.#network.stop()
    this.#waiting.close()
    for (const close of [...this.#closers].reverse()) await close()
  }

  async sample(point: FinalPoint, heardFrom: Iterable<string> = []): Promise<SampleOutcome> {
    return this.#network.sample(point, heardFrom)
  }

  stopSigning(why: string): void {
    this.#signing?.guard.stop(why)
  }

  /** Kept before it is answered: what was accepted here outlives this process. */
  async #submit(transaction: Transaction): Promise<Verdict<TransactionId>> {
    const verdict = await this.#intake.submit(transaction, true)
    if (verdict.ok && !this.#stopped) this.#waiting.keep(prepareTransaction(transaction))
    return verdict
  }

  /**
   * What the last run had taken: at once, and again as this node catches up with the blocks that they spend from, for as
   * long as a transaction may wait.
   */
  async #restoreMempool(): Promise<void> {
    const waiting = this.#waiting
    waiting.read()
    await this.#submitLeft(waiting.leftOver)
    if (this.#stopped) return
    waiting.compact()
    const lastHeight = this.#driver.head.height + CHAIN_LIMITS.mempoolHeights
    let isTrying = false
    const stop = this.#driver.onFinal(({ header }) => {
      if (waiting.leftOver === 0 || header.height > lastHeight) stop()
      if (isTrying) return
      isTrying = true
      void this.#submitLeft(CHAIN_LIMITS.recheckedPerHead)
        .catch(() => {})
        .finally(() => {
          isTrying = false
        })
    })
  }

  async #submitLeft(count: number): Promise<void> {
    for (const { id, transaction } of this.#waiting.left(count)) {
      if (this.#stopped) return
      const { kind } = await this.chain.status(id)
      if (kind === 'final') this.#waiting.forget(id)
      else await this.#submit(transaction).catch(() => {})
    }
  }

  #pruneOnAdvance(): void {
    const { keys, settings = {} } = this.#parts
    const { keepBodies } = settings
    if (keys !== null || keepBodies === undefined) return
    this.#driver.onFinal(({ header }) => {
      if (header.height > keepBodies) this.#store.pruneBodies(header.height - keepBodies)
    })
  }

  #duties(): Duties | undefined {
    const { keys } = this.#parts
    if (keys === null || this.#signing === null) return undefined
    // Fees come out of loose coin only: what is hosted carries this peer's weight.
    const account = createAccount(this.chain, keys.signing, { keepHosted: true })
    return new Duties(
      { key: this.#signing.key, ...keys },
      {
        submit: transaction => {
          void this.#submit(transaction).catch(() => {})
        },
        postEvidence: async evidence => {
          const posted = await account.act({ kind: 'evidence.post', evidence })
          return posted.ok || !PASSING.has(posted.code)
        }
      }
    )
  }
}
