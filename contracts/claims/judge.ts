// Decides a claim in the block that reveals it [CLM-1, JDG-1]. Called by the base chain's state transition and,
// before filing, by the claimant. Pure and bounded: a claim's bytes and one step's meter. Guilty needs proof;
// what is short of it is malformed, and a fault of the engine is neither [CLM-3].
import { type ExecuteStep, executeStep, type Verify } from '../assets/step.ts'
import type { Claim } from './claim.ts'
import { judgeEdge } from './judge-edge.ts'
import { judgeInput } from './judge-input.ts'
import { judgeSeat } from './judge-seat.ts'
import { judgeStep } from './judge-step.ts'
import { type JudgeFacts, type Judgement, malformed } from './judgement.ts'

/** Judges a decoded claim. Never throws, whatever the claim holds. `execute` is another engine only in tests. */
export function judgeClaim(
  claim: Claim,
  facts: JudgeFacts,
  verify: Verify,
  execute: ExecuteStep = executeStep
): Judgement {
  if (claim.asset !== facts.asset) return malformed('E_CLAIM_TARGET', 'the claim is about another asset')
  if (claim.kind === 'equivocation' || claim.kind === 'contradiction') return judgeSeat(claim, facts, verify)
  const { target } = facts
  if (target.kind !== 'checkpoint' || claim.checkpoint !== target.id || claim.sequence !== target.statement.sequence) {
    return malformed('E_CLAIM_TARGET', 'the claim is not about this checkpoint')
  }
  switch (claim.kind) {
    case 'bad-step':
      return judgeStep(claim, target, facts, verify, execute)
    case 'bad-input':
      return judgeInput(claim, target, facts)
    case 'bad-edge':
      return judgeEdge(claim, target)
  }
}
