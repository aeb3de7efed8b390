// What an action asks of the wallet that sends it: coin to lock, and the keys that must sign. Asked of the chain's own
// rules, so that a wallet and a block never disagree [LED-4, SIG-3].
import type { Action } from '#contracts/ledger/actions/action.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import { namePriceOf } from '#contracts/names/name-record.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { BaseChain } from '../base-chain.ts'
import { authoritiesOf } from '../state/actions/authorities.ts'
import type { Reader } from '../state/finality/period-tables.ts'
import type { KeyOf, SectionName } from '../state/trees/sections.ts'

/**
 * Runs a question of the rules, which read state at once, over a chain that answers later: asks again until all is
 * read. In between it meets leaves that seem absent, so it must not assert on what state always holds together.
 */
export async function askRules<T>(chain: Pick<BaseChain, 'read'>, question: (read: Reader) => T): Promise<T> {
  const known = new Map<string, unknown>()
  for (;;) {
    const wanted = new Map<string, () => Promise<unknown>>()
    const read: Reader = (section, key) => {
      const name = `${section} ${JSON.stringify(key)}`
      if (!known.has(name)) wanted.set(name, () => readOne(chain, section, key))
      // What was read under this name is of this section.
      return known.get(name) as ReturnType<typeof read>
    }
    const answer = question(read)
    if (wanted.size === 0) return answer
    await Promise.all([...wanted].map(async ([name, load]) => known.set(name, await load())))
  }
}

function readOne<S extends SectionName>(chain: Pick<BaseChain, 'read'>, section: S, key: KeyOf<S>): Promise<unknown> {
  return chain.read(section, key, 'head')
}

export function authoritiesFor(chain: BaseChain, action: Action | null): Promise<readonly PublicKey[]> {
  return askRules(chain, read => authoritiesOf(read, action))
}

/** Atoms that an action moves from the inputs into balances [LED-1]. */
export async function lockedBy(
  chain: BaseChain,
  parameters: Parameters,
  action: Action | null
): Promise<Verdict<bigint, 'E_ASSET_UNKNOWN'>> {
  switch (action?.kind) {
    case 'peer.register':
      return accept(action.bondAtoms)
    case 'claim.commit':
      return accept(action.deposit)
    case 'asset.register':
      return accept(parameters.registrationLockAtoms + action.reserveAtoms)
    // A name's price is burnt; to the inputs it is all one [NAM-2].
    case 'name.claim':
      return accept(namePriceOf(action.name, 1, parameters.namePriceAtoms))
    case 'name.renew':
      return accept(namePriceOf(action.name, action.terms, parameters.namePriceAtoms))
    case 'bond.post': {
      let atoms = 0n
      for (const bond of action.bonds) {
        const asset = await chain.read('assets', bond.asset, 'head')
        if (asset === undefined) return reject('E_ASSET_UNKNOWN', `no asset ${bond.asset}`)
        atoms += asset.registration.collateralPerSeat * BigInt(bond.units)
      }
      return accept(atoms)
    }
    default:
      return accept(0n)
  }
}
