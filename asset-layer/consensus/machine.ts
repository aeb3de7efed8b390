// One committee's DAG as a machine without input or output: step(state, event) -> {state, effects}. Events and effects
// are in events.ts. `step` changes `state` in place for speed and returns the same object; a state has one owner, and
// equal sequences of events give equal sequences of effects. Upholds [DAG-1] to [DAG-6].
import type { ConsensusEffect, ConsensusEvent, ConsensusSettings } from './events.ts'

export interface ConsensusState {
  readonly settings: ConsensusSettings
}

export interface ConsensusStep {
  readonly state: ConsensusState
  /** To be carried out in this order. */
  readonly effects: readonly ConsensusEffect[]
}

export function createConsensus(settings: ConsensusSettings): ConsensusState {
  return { settings }
}

export function step(state: ConsensusState, _event: ConsensusEvent): ConsensusStep {
  return { state, effects: [] }
}
