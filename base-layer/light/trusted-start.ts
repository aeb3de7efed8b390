// What a wallet trusts before it has seen anything: block 0 and period 0's table, both made from the genesis document
// [GEN-1, FIN-10]. Pure; called once by whoever checks proofs of finality.
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { present, type Verdict } from '#contracts/primitives/verdict.ts'
import { createGenesis } from '../state/genesis-state.ts'
import type { TrustedStart } from './finality-proof.ts'

/** The start of every proof on the network of this document, or why the document starts no network. */
export function deriveTrustedStart(document: Genesis): Verdict<TrustedStart> {
  const state = createGenesis(document)
  if (!state.ok) return state
  const {
    chain: { genesis, parameters },
    header,
    id
  } = state.value
  return {
    ok: true,
    value: {
      genesis,
      genesisTimeMs: document.genesisTimeMs,
      genesisBlock: id,
      genesisHeader: header,
      parameters,
      table: present(state.value.tableOf(0), 'period 0 is in genesis')
    }
  }
}
