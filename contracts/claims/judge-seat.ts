// Judges what one seat signed twice: equivocation and contradiction [DAG-7, CLM-6]. Needs no state of the asset
// and no dag but the accused one.
import type { Verify } from '../assets/step.ts'
import { encode } from '../codec/codec.ts'
import { signingBytes } from '../crypto/signature.ts'
import { dagHeaderCodec, isDagEquivocation } from '../statements/dag-header.ts'
import { statementCodec, statementIdOf } from '../statements/statement.ts'
import type { ClaimOf, SeatClaim, SignedStatement } from './claim.ts'
import { contradictionOf, traceContradictionOf } from './contradiction.ts'
import { guilty, innocent, type JudgeFacts, type Judgement, malformed } from './judgement.ts'

/** Judges equivocation and contradiction by one seat. */
export function judgeSeat(claim: SeatClaim, facts: JudgeFacts, verify: Verify): Judgement {
  const { target, committee } = facts
  if (
    target.kind !== 'seat' ||
    claim.dag !== target.dag ||
    claim.seat !== target.seat ||
    claim.epoch !== target.epoch
  ) {
    return malformed('E_CLAIM_TARGET', 'the claim is not about this seat')
  }
  const key = committee.seats[claim.seat]?.validator
  if (key === undefined) return malformed('E_CLAIM_SEAT', 'the committee has no such seat')
  const accusation = claim.kind === 'contradiction' ? accuseContradiction(claim) : accuseTwins(claim)
  if (accusation === undefined) return malformed('E_CLAIM_TARGET', 'what was signed is not of this seat and dag')
  if (accusation === 'unshown') return malformed('E_CLAIM_LEAF', 'the leaves are not the ones of the traces')
  if (accusation.why === undefined) return innocent('both may be signed by an honest seat')
  for (const { kind, object, signature } of accusation.signed) {
    if (!verify(key, signingBytes(kind, facts.genesis, object), signature)) {
      return malformed('E_CLAIM_SIGNATURE', 'the seat did not sign what it is accused of')
    }
  }
  return guilty([claim.seat], accusation.why)
}

interface Accusation {
  /** Undefined if the two do not accuse anybody. */
  readonly why: string | undefined
  readonly signed: readonly {
    readonly kind: 'dag-header' | 'statement'
    readonly object: Uint8Array
    readonly signature: Uint8Array
  }[]
}

function accuseContradiction(claim: ClaimOf<'contradiction'>): Accusation | 'unshown' | undefined {
  const { first, second, shown } = claim
  if (!isOfSeat(claim, first) || !isOfSeat(claim, second)) return undefined
  const alone = contradictionOf(first.statement, second.statement)
  const why = alone ?? (shown === null ? undefined : traceContradictionOf(first.statement, second.statement, shown))
  return why === 'unshown' ? why : { why, signed: [first, second].map(toSigned) }
}

function accuseTwins({ twins, ...claim }: ClaimOf<'equivocation'>): Accusation | undefined {
  if (twins.kind === 'statements') {
    const { first, second } = twins
    if (!isOfSeat(claim, first) || !isOfSeat(claim, second)) return undefined
    const signed = [first, second].map(toSigned)
    const oneCommit = first.statement.commitIndex === second.statement.commitIndex
    const differ = statementIdOf(first.statement) !== statementIdOf(second.statement)
    return { why: oneCommit && differ ? 'two statements of one commit' : undefined, signed }
  }
  const { first, second } = twins
  if (first.header.dag !== claim.dag || first.header.author !== claim.seat) return undefined
  const signed = [first, second].map(({ header, signature }) => {
    return { kind: 'dag-header', object: encode(dagHeaderCodec, header), signature } as const
  })
  return { why: isDagEquivocation(first.header, second.header) ? 'two headers of one round' : undefined, signed }
}

/** A seat's statement names no seat: whose it is only the signature tells. */
function isOfSeat(claim: Pick<SeatClaim, 'asset' | 'epoch' | 'dag'>, { statement }: SignedStatement): boolean {
  return statement.dag === claim.dag && statement.asset === claim.asset && statement.epoch === claim.epoch
}

function toSigned({ statement, signature }: SignedStatement): Accusation['signed'][number] {
  return { kind: 'statement', object: encode(statementCodec, statement), signature }
}
