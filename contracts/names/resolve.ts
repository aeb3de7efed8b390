// Reading names that were proven: alone, and `name.sidechain` by two proofs [NAM-5]. Pure; whoever calls it has checked
// each leaf against a final header of its chain [PRF-5].
import type { GenesisHash, PublicKey, Tick } from '../primitives/ids.ts'
import { accept, reject, type Verdict } from '../primitives/verdict.ts'
import type { Name } from './name.ts'
import { type NameRecord, type NameStanding, type NameTargets, standingOf } from './name-record.ts'

/** A leaf of section `names` and the header it was proven under. */
export interface ProvenName {
  /** The chain whose header it is. */
  readonly genesis: GenesisHash
  readonly name: Name
  /** Null: proven absent. */
  readonly record: NameRecord | null
  /** Tick count of that header. */
  readonly ticks: Tick
  /** That chain's NAME_GRACE. */
  readonly graceTicks: number
}

export interface ResolvedName {
  readonly owner: PublicKey
  readonly targets: NameTargets
  readonly expiresAt: Tick
}

export type ResolveCode = 'E_NAME_FREE' | 'E_NAME_EXPIRED' | 'E_NAME_CHAIN'

/** Free, held or in its grace, at the tick count of the header that it was proven under [NAM-2]. */
export function standingOfProven({ record, ticks, graceTicks }: ProvenName): NameStanding {
  return standingOf(record, ticks, graceTicks)
}

/** What a proven name stands for now, or why for nothing [NAM-2]. */
export function resolveName(proven: ProvenName): Verdict<ResolvedName, ResolveCode> {
  const standing = standingOfProven(proven)
  switch (standing.kind) {
    case 'free':
      return reject('E_NAME_FREE', `nobody holds the name ${proven.name}`)
    case 'grace':
      return reject('E_NAME_EXPIRED', `the name ${proven.name} has expired`)
    case 'held':
      return accept({ owner: standing.owner, targets: standing.targets, expiresAt: standing.expiresAt })
  }
}

/**
 * `name.sidechain`: the outer name, proven on the base chain, says which chain is meant; the
 * inner one is proven on that chain and no other [NAM-5]. The sidechain's own head is the
 * caller's to check, with what that chain registered.
 */
export function resolveOnSidechain(sidechain: ProvenName, inner: ProvenName): Verdict<ResolvedName, ResolveCode> {
  const outer = resolveName(sidechain)
  if (!outer.ok) return outer
  const { sidechain: genesis } = outer.value.targets
  if (genesis === null) return reject('E_NAME_CHAIN', `${sidechain.name} does not name a chain`)
  return genesis === inner.genesis
    ? resolveName(inner)
    : reject('E_NAME_CHAIN', `the proof of ${inner.name} is of another chain than ${sidechain.name} names`)
}
