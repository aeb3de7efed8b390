// The base chain's consensus as a machine without input or output: step(machine, event) -> effects. Events and effects
// are in events.ts. A machine has one owner; `step` changes it in place, and equal events give equal effects.
import type { BaseEffect, BaseEvent, BaseSettings, Collaborators, FinalityAnchor } from './events.ts'
import type { ChainView } from './transition.ts'

export interface BaseMachine<State extends ChainView> {
  readonly head: State
  readonly final: State
  readonly anchor: FinalityAnchor
  /** True after a certificate that contradicts what is final [FIN-5]. */
  readonly conflicted: boolean
}

export declare function createBaseMachine<State extends ChainView>(
  settings: BaseSettings, collaborators: Collaborators<State>, final: State, anchor: FinalityAnchor
): BaseMachine<State>

export declare function stepBaseMachine<State extends ChainView>(
  machine: BaseMachine<State>, event: BaseEvent
): readonly BaseEffect<State>[]

/** Where finality stands in a chain that has only its genesis. */
export declare function genesisAnchor(genesis: ChainView): FinalityAnchor
