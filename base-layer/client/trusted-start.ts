// What a wallet trusts before it has seen anything: where checkFinalityProof of base-layer/light starts from [FIN-10].
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { accept, present, type Verdict } from '#contracts/primitives/verdict.ts'
import type { TrustedStart } from '../light/finality-proof.ts'
import { createGenesis } from '../state/genesis-state.ts'

/** Derived from the genesis document alone, or why it starts no network. */
export function trustedStartOf(document: Genesis): Verdict<TrustedStart> {
  const genesis = createGenesis(document)
  if (!genesis.ok) return genesis
  const { id, chain } = genesis.value
  const table = present(genesis.value.tableOf(0), 'genesis has the first table')
  return accept({ genesis: chain.genesis, genesisBlock: id, parameters: chain.parameters, table })
}
