// Certificates as they came, one for each link, until a final state has recorded them: what finality counts, what
// blocks carry, what waits for its source or its target. Bounded; owned by finality.
import type { Certificate, Vote } from '#contracts/statements/vote.ts'
import { BASE_LIMITS } from './limits.ts'
import { linkKeyOf } from './vote-pool.ts'

export interface Stored {
  certificate: Certificate
  /** When it arrived. */
  readonly knownMs: number
  /** True once its target is justified by it. */
  counted: boolean
}

export class CertificateShelf {
  readonly #byLink = new Map<string, Stored>()

  /** Keeps a certificate; of those that wait, the oldest target gives way. */
  put(certificate: Certificate, knownMs: number): 'new' | 'known' | 'full' {
    const key = linkKeyOf(certificate.vote)
    const before = this.#byLink.get(key)
    if (before !== undefined) {
      // One of the next period cannot be weighed yet: a lighter one does not keep the certificate of the link away.
      if (!before.counted) this.enlarge(certificate)
      return 'known'
    }
    const waiting = [...this.#byLink.values()].filter(stored => !stored.counted)
    if (waiting.length >= BASE_LIMITS.certificatesWaiting) {
      const oldest = waiting.reduce((a, b) => (epochOf(a) <= epochOf(b) ? a : b))
      if (epochOf(oldest) >= certificate.vote.target.epoch) return 'full'
      this.drop(oldest.certificate.vote)
    }
    this.#byLink.set(key, { certificate, knownMs, counted: false })
    return 'new'
  }

  /** Replaces one by another of the same link with more votes. */
  enlarge(certificate: Certificate): void {
    const stored = this.#byLink.get(linkKeyOf(certificate.vote))
    if (stored !== undefined && stored.certificate.votes.length < certificate.votes.length)
      stored.certificate = certificate
  }

  has(vote: Vote): boolean {
    return this.#byLink.has(linkKeyOf(vote))
  }

  drop(vote: Vote): void {
    this.#byLink.delete(linkKeyOf(vote))
  }

  /** All of them, the earliest target first. */
  inOrder(): readonly Stored[] {
    return [...this.#byLink.values()].sort(byTarget)
  }
}

function epochOf({ certificate }: Stored): number {
  return certificate.vote.target.epoch
}

function byTarget(a: Stored, b: Stored): number {
  const [left, right] = [a.certificate.vote.target, b.certificate.vote.target]
  return left.epoch - right.epoch || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0)
}
