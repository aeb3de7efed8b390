// The sole exit of watching: takes kept offences through commit, reveal and verdict on the base chain, in time, over restarts
// [CLM-4, CLM-7]. A commit is never revealed before it is recorded final, and a revealed one is waited for.
import type { Account, BaseChain, FinalPoint, SampleOutcome } from '#base-layer/index.ts'
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Logger } from '#base-layer/runtime/logger.ts'
import { claimDepositMin } from '#contracts/bonds/slashing.ts'
import { claimTargetOf, decodeClaim } from '#contracts/claims/claim.ts'
import { type ClaimTarget, commitmentOf } from '#contracts/ledger/actions/claim.ts'
import type { ClaimId } from '#contracts/primitives/ids.ts'
import { WATCH_LIMITS } from '../limits.ts'
import type { AssetStore, StoredOffence } from '../store/asset-store.ts'

export interface ClaimantParts {
  readonly chain: BaseChain
  readonly store: AssetStore
  readonly account: Pick<Account, 'key' | 'act'>
  readonly clock: Clock
  readonly logger: Logger
  /** What strangers say of our final block: a node that is shown another chain accuses nobody [NET-2]. */
  readonly sampleFinal?: ((point: FinalPoint) => Promise<SampleOutcome>) | undefined
}

/** Heights after which a transaction that is nowhere to be seen is sent again. */
const PATIENCE = 8

export class Claimant {
  readonly #parts: ClaimantParts
  #running = false
  #working = false
  #cancel: (() => void) | undefined

  constructor(parts: ClaimantParts) {
    this.#parts = parts
  }

  start(): void {
    this.#running = true
    this.poke()
  }

  stop(): void {
    this.#running = false
    this.#cancel?.()
  }

  /** Looks at every open offence; again soon while one is open. */
  poke(): void {
    if (!this.#running || this.#working) return
    this.#working = true
    this.#cancel?.()
    void this.#work()
      .catch(error => {
        this.#parts.logger.warn({ err: error }, 'claims could not be taken further')
        return true
      })
      .then(open => {
        this.#working = false
        if (open && this.#running) this.#cancel = this.#parts.clock.setTimer(WATCH_LIMITS.pollMs, () => this.poke())
      })
  }

  /** True while anything is open. */
  async #work(): Promise<boolean> {
    const open = this.#parts.store.offences().filter(({ state }) => state !== 'done' && state !== 'dropped')
    for (const offence of open) {
      if (!this.#running) break
      if (offence.state === 'found') await this.#commit(offence)
      else if (offence.state === 'committed') await this.#reveal(offence)
      else await this.#await(offence)
    }
    return open.length > 0
  }

  async #commit(offence: StoredOffence): Promise<void> {
    const { chain, account, store, logger } = this.#parts
    const claim = decodeClaim(offence.claim)
    const record = await chain.read('assets', offence.asset)
    if (!claim.ok || record === undefined) return this.#drop(offence, 'it cannot be read any more')
    const target = claimTargetOf(claim.value)
    if (!(await this.#isOpen(target))) return this.#drop(offence, 'its target is void or settled')
    const sampled = await this.#parts.sampleFinal?.(await chain.tip('final'))
    if (sampled?.kind === 'conflict')
      return logger.error({ peers: sampled.peers }, 'strangers have another final block: no claim is filed')
    const commitment = commitmentOf({ claim: offence.claim, claimant: account.key, salt: offence.salt })
    const deposit = claimDepositMin(record.registration, target.kind)
    const sent = await account.act({ kind: 'claim.commit', target, commitment, claimant: account.key, deposit })
    const { height } = await chain.tip('final')
    if (!sent.ok)
      return logger.warn({ asset: offence.asset, code: sent.code, why: sent.why }, 'a claim was not taken yet')
    store.setOffence(offence.id, 'committed', sent.value, height)
    logger.info({ asset: offence.asset, kind: offence.kind, commit: sent.value }, 'claim committed')
  }

  async #reveal(offence: StoredOffence): Promise<void> {
    const { chain, account, store, logger } = this.#parts
    const id = offence.submission as ClaimId | null
    const final = await chain.tip('final')
    const commit = id === null ? undefined : await chain.read('claims', { kind: 'commit', id })
    if (commit?.kind !== 'commit') {
      // Not recorded: refused, reorganised away, or still on its way.
      if (final.height > offence.height + PATIENCE) store.setOffence(offence.id, 'found', null, final.height)
      return
    }
    const head = await chain.tip('head')
    if (commit.status !== 'committed') return this.#end(offence, commit.status)
    if (head.recordedFinal < commit.committedAt) return
    const sent = await account.act({
      kind: 'claim.reveal',
      commit: id,
      claim: offence.claim,
      claimant: account.key,
      salt: offence.salt
    })
    if (!sent.ok)
      return logger.warn({ asset: offence.asset, code: sent.code, why: sent.why }, 'a reveal was not taken yet')
    store.setOffence(offence.id, 'revealed', id, final.height)
    logger.info({ asset: offence.asset, kind: offence.kind, bytes: offence.claim.length }, 'claim revealed')
  }

  async #await(offence: StoredOffence): Promise<void> {
    const { chain, store } = this.#parts
    const id = offence.submission as ClaimId | null
    const { height } = await chain.tip('final')
    const commit = id === null ? undefined : await chain.read('claims', { kind: 'commit', id })
    if (commit?.kind !== 'commit') return this.#end(offence, 'gone')
    if (commit.status !== 'committed') return this.#end(offence, commit.status)
    // The reveal did not get in: once more, while there is time.
    if (height > offence.height + PATIENCE) store.setOffence(offence.id, 'committed', id, height)
  }

  /** True while a commit on the target still means something. */
  async #isOpen(target: ClaimTarget): Promise<boolean> {
    if (target.kind === 'seat') {
      const committee = await this.#parts.chain.read('committees', { asset: target.asset, epoch: target.epoch })
      return committee?.seats[target.seat]?.slashed === false
    }
    const { asset, sequence, checkpoint } = target
    const record = await this.#parts.chain.read('checkpoints', { asset, sequence }, 'head')
    return record?.id === checkpoint && record.status === 'standing'
  }

  #drop(offence: StoredOffence, why: string): void {
    this.#parts.store.setOffence(offence.id, 'dropped', offence.submission, offence.height)
    this.#parts.logger.info({ asset: offence.asset, kind: offence.kind }, `an offence is dropped: ${why}`)
  }

  #end(offence: StoredOffence, verdict: string): void {
    this.#parts.store.setOffence(offence.id, 'done', offence.submission, offence.height)
    this.#parts.logger.info({ asset: offence.asset, kind: offence.kind, verdict }, 'claim judged')
  }
}
