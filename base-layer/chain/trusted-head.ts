// How long a node may follow finality from what it has [FIN-5]: as long as the bonds behind its newest final block
// are held. After that only a recent block that somebody trusted named leads on.
import type { Height } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { TrustedHead } from '../consensus/events.ts'
import { trustLimitMs } from '../light/light-client.ts'
import type { ChainState } from '../state/chain-state.ts'

/** Networks for tests hold bonds for minutes, and are left alone overnight. */
const LEAST_TRUST_MS = 24 * 60 * 60 * 1000

/**
 * Whether a node with this final state may go on, or start from it, at a Unix time. `finalIdAt` names its final blocks, but for those from
 * before a state that it started from, which was checked against a trusted head then.
 * E_DATA_STALE: the state is older than the bonds behind it are surely held, and no trusted head is given; E_DATA_UNTRUSTED:
 * the trusted head is another block than the final one at its height.
 */
export function checkTrust(
  final: ChainState,
  trusted: TrustedHead | undefined,
  finalIdAt: (height: Height) => string | undefined,
  nowMs: number
): Verdict<undefined, 'E_DATA_STALE' | 'E_DATA_UNTRUSTED'> {
  const { genesis, document, parameters } = final.chain
  const limitMs = Math.max(LEAST_TRUST_MS, trustLimitMs({ genesis, genesisTimeMs: document.genesisTimeMs, parameters }))
  if (trusted === undefined) {
    const ageMs = nowMs - document.genesisTimeMs - final.header.timeMs
    return ageMs <= limitMs
      ? accept()
      : reject(
          'E_DATA_STALE',
          `the newest final block here is ${days(ageMs)} days old; bonds are held for ${days(limitMs)}`
        )
  }
  const known = trusted.height > final.height ? undefined : finalIdAt(trusted.height)
  return known === undefined || known === trusted.id
    ? accept()
    : reject('E_DATA_UNTRUSTED', `the trusted head is not block ${trusted.height} of this chain`)
}

function days(ms: number): number {
  return Math.floor(ms / (24 * 60 * 60 * 1000))
}
