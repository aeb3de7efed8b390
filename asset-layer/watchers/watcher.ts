// The seam of watchers: each looks at one thing and hands out what it can prove. They report; only the claimant acts [CLM-7].
import type { Claim } from '#contracts/claims/claim.ts'

export interface Watcher {
  start(): void
  stop(): void
}

export type OffenceSink = (claim: Claim) => void
