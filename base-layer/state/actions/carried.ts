// What actions carry as bytes because floors above the ledger define it: statements, claims, evidence [LED-4].
// Decoded by the handlers, and by nodes before they look at any state.
import { type Claim, decodeClaim } from '#contracts/claims/claim.ts'
import { decode } from '#contracts/codec/codec.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { type CheckpointPost, STATEMENT_BYTES } from '#contracts/ledger/actions/checkpoint-post.ts'
import type { ClaimReveal } from '#contracts/ledger/actions/claim.ts'
import { EVIDENCE_BYTES, type EvidencePost } from '#contracts/ledger/actions/evidence-post.ts'
import { type Rejection, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { type Evidence, evidenceCodec } from '#contracts/statements/evidence.ts'
import { type Statement, statementCodec } from '#contracts/statements/statement.ts'

export function statementOf({ statement }: CheckpointPost): Verdict<Statement, 'E_CHECKPOINT_FORM'> {
  const decoded = decode(statementCodec, statement, STATEMENT_BYTES)
  return decoded.ok ? decoded : reject('E_CHECKPOINT_FORM', `the statement is not one: ${decoded.why}`)
}

export function claimOf({ claim }: ClaimReveal): Verdict<Claim, 'E_CLAIM_FORM'> {
  const decoded = decodeClaim(claim)
  return decoded.ok ? decoded : reject('E_CLAIM_FORM', `not a claim: ${decoded.why}`)
}

export function evidenceOf({ evidence }: EvidencePost): Verdict<Evidence, 'E_EVIDENCE_FORM'> {
  const decoded = decode(evidenceCodec, evidence, EVIDENCE_BYTES)
  return decoded.ok ? decoded : reject('E_EVIDENCE_FORM', `not evidence: ${decoded.why}`)
}

/** Why what an action carries is garbage, at the price of decoding it. */
export function carriedFault(action: Action | null): Rejection | undefined {
  const carried = decodeCarried(action)
  return carried === undefined || carried.ok ? undefined : carried
}

function decodeCarried(action: Action | null): Verdict<unknown> | undefined {
  switch (action?.kind) {
    case 'checkpoint.post':
      return statementOf(action)
    case 'claim.reveal':
      return claimOf(action)
    case 'evidence.post':
      return evidenceOf(action)
    default:
      return undefined
  }
}
