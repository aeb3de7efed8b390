// Common questions to a state, for those who build blocks, transactions and statements on it.
import type { AssetId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { CheckpointRecord } from '#contracts/statements/checkpoint-record.ts'
import type { ChainState } from '#base-layer/state/chain-state.ts'

/**
 * The newest standing or settled checkpoint of a registered asset; the registration if there is none [CKP-1].
 */
export function newestCheckpointOf(state: ChainState, asset: AssetId): CheckpointRecord {
  const { sequence } = present(state.get('assets', asset), 'a registered asset')
  return present(state.get('checkpoints', { asset, sequence }), 'the newest sequence is recorded')
}

/** Outputs and balances, burnt, and fees on their way: together the genesis supply, always [LED-2]. */
export function countSupply(state: ChainState): bigint {
  const { burnt, fees } = state.finality
  let total = burnt + fees
  for (const [, { output }] of state.entries('outputs')) total += output.atoms
  for (const [, { atoms }] of state.entries('balances')) total += atoms
  return total
}
