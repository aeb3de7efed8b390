// Keeps each offence once, with its claim and salt, before anything is sent: a restart finds it again [CLM-7].
import type { Logger } from '#base-layer/runtime/logger.ts'
import { type Claim, claimTargetOf, encodeClaim } from '#contracts/claims/claim.ts'
import { WATCH_LIMITS } from '../limits.ts'
import type { AssetStore } from '../store/asset-store.ts'

export class Collector {
  readonly #store: AssetStore
  readonly #logger: Logger

  constructor(store: AssetStore, logger: Logger) {
    this.#store = store
    this.#logger = logger
  }

  /** True if it is new. One accused, one claim: a second proof against it changes nothing [CLM-6]. */
  add(claim: Claim, height: number): boolean {
    const open = this.#store.offences().filter(({ state }) => state !== 'done' && state !== 'dropped')
    if (open.length >= WATCH_LIMITS.offences) return false
    const added = this.#store.addOffence(nameOf(claim), claim.asset, claim.kind, encodeClaim(claim), height)
    if (added) this.#logger.warn({ asset: claim.asset, kind: claim.kind }, 'an offence was found and kept')
    return added
  }
}

function nameOf(claim: Claim): string {
  const target = claimTargetOf(claim)
  return target.kind === 'checkpoint' ? `checkpoint/${target.checkpoint}` : `seat/${target.dag}/${target.seat}`
}
