// One base chain node: joins its files, consensus, network and doors, and closes them in reverse. The only
// place that joins the parts. The host, clock, logger and verify pool come from outside: both layers share them.
import { join } from 'node:path'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'
import type { BaseChain } from './base-chain.ts'
import { Chain } from './chain/chain.ts'
import { Duties } from './chain/duties.ts'
import { OwnSubmissions } from './chain/mempool/own-submissions.ts'
import { createPreferenceDesk, type PreferenceDesk } from './chain/mempool/preference-desk.ts'
import { LocalChain } from './client/local-chain.ts'
import { createBaseRpc } from './client/rpc-methods.ts'
import { createChiefRpc } from './client/chief-methods.ts'
import { Intake } from './network/intake.ts'
import { BaseNetwork } from './network/network.ts'
import type { FinalPoint, SampleOutcome } from './network/sampling.ts'
import { type NodeFiles, openNodeFiles } from './node-files.ts'
import type { BaseNodeParts } from './node-settings.ts'
import { EXIT_BROKEN } from './process-guard.ts'
import type { RpcMethod } from './runtime/json-rpc.ts'
import { createTransition } from './state/transition.ts'
import { type Backup, type BackupSettings, backUpChain } from './store/backup.ts'
import type { ChainCheck } from './store/check-chain.ts'
import { checkInProcess } from './store/check-process.ts'
import { createAccount } from './wallet/account.ts'

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

/** A running node; made by createBaseNode. */
export interface BaseNode {
  readonly chain: BaseChain
  /** base.* methods for createRpcServer. */
  readonly rpcMethods: Readonly<Record<string, RpcMethod>>
  status(): BaseNodeStatus
  /**
   * A checked copy of chain.db, made while it is written to; checked by another process unless `check` is given.
   * Rejects E_DATA_UNUSABLE if the copy does not check.
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
   * Whether peers outside the address groups of `heardFrom` (peer ids) have the same final block at this height;
   * asked before a claim is filed or a certificate is taken for final [NET-2].
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
 * Opens the files; nothing runs before `start`. Rejects E_DATA_LOCKED, E_DATA_UNUSABLE, and E_DATA_STALE or
 * E_DATA_UNTRUSTED where what is final here is too old to go on from, or beside the trusted head [FIN-5].
 */
export async function createBaseNode(parts: BaseNodeParts): Promise<BaseNode> {
  const files = await openNodeFiles(parts)
  try {
    return new RunningNode(parts, files)
  } catch (error) {
    await files.close()
    throw error
  }
}

class RunningNode implements BaseNode {
  readonly chain: BaseChain
  readonly rpcMethods: Readonly<Record<string, RpcMethod>>
  readonly #parts: BaseNodeParts
  readonly #files: NodeFiles
  readonly #network: BaseNetwork
  readonly #driver: Chain
  readonly #intake: Intake
  readonly #own: OwnSubmissions
  readonly #desk: PreferenceDesk
  #stopped = false

  constructor(parts: BaseNodeParts, files: NodeFiles) {
    const { host, clock, logger, settings = {} } = parts
    const { store, restored, signing } = files
    this.#parts = parts
    this.#files = files
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
      submit: transaction => this.#own.submit(transaction)
    })
    this.#own = new OwnSubmissions({
      path: join(parts.dataDir, 'mempool.bin'),
      chain: this.#driver,
      take: transaction => this.#intake.submit(transaction, true),
      isFinal: async id => (await this.chain.status(id)).kind === 'final'
    })
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
      key: this.#files.signing?.key ?? null,
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
      guardWrites: this.#files.signing?.guard.stamp.writes ?? 0
    }
  }

  backUp(wishes: BackupWishes): Promise<Backup> {
    const check = (path: string): Promise<ChainCheck> => checkInProcess(path, this.#parts.genesis)
    return backUpChain(this.#files.store.handle, { check, ...wishes, nowMs: this.#parts.clock.nowMs() })
  }

  check(): Promise<ChainCheck> {
    return checkInProcess(this.#files.store.path, this.#parts.genesis)
  }

  async start(): Promise<void> {
    this.#pruneOnAdvance()
    this.#network.start(this.#driver, this.#files.store, this.#intake, this.chain.proofs, this.#desk)
    this.#driver.start(this.#duties())
    void this.#own.restore()
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#driver.stop()
    this.#network.stop()
    this.#own.close()
    await this.#files.close()
  }

  async sample(point: FinalPoint, heardFrom: Iterable<string> = []): Promise<SampleOutcome> {
    return this.#network.sample(point, heardFrom)
  }

  stopSigning(why: string): void {
    this.#files.signing?.guard.stop(why)
  }

  #pruneOnAdvance(): void {
    const { keys, settings = {} } = this.#parts
    const { keepBodies } = settings
    if (keys !== null || keepBodies === undefined) return
    this.#driver.onFinal(({ header }) => {
      if (header.height > keepBodies) this.#files.store.pruneBodies(header.height - keepBodies)
    })
  }

  #duties(): Duties | undefined {
    const { keys } = this.#parts
    if (keys === null || this.#files.signing === null) return undefined
    // Fees come out of loose coin only: what is hosted carries this peer's weight.
    const account = createAccount(this.chain, keys.signing, { keepHosted: true })
    return new Duties(
      { key: this.#files.signing.key, ...keys },
      {
        submit: transaction => {
          void this.#own.submit(transaction).catch(() => {})
        },
        postEvidence: async evidence => {
          const posted = await account.act({ kind: 'evidence.post', evidence })
          return posted.ok || !PASSING.has(posted.code)
        }
      }
    )
  }
}
