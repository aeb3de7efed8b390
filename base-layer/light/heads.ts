// Two wallets that meet compare the heads they know to be final [PRF-6]: the deal goes on only if one history
// is a proven prefix of the other. If the two exclude each other, both proofs together are the evidence
// [FIN-5]. Pure.
import { type Decoded, decode, nullable, record, union } from '#contracts/codec/codec.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { finalityProofCodec } from './finality-proof.ts'
import { checkIdNotIn, checkPrefix, type KnownBlock, linkCodec, placedIdCodec } from './history-proof.ts'
import { FINALITY_PROOF_BYTES } from './limits.ts'
import { follow, type LightClient, type LightCode } from './light-client.ts'

/** What whoever has the later head says of the earlier one. */
export const relationCodec = union({
  prefix: [0, linkCodec],
  /** Another block at the earlier head's height. */
  apart: [1, placedIdCodec]
})
export type Relation = Decoded<typeof relationCodec>

export type Comparison =
  | { readonly kind: 'same' }
  /** Which of the two has the later head of one and the same history, and by how many blocks. */
  | { readonly kind: 'ahead'; readonly which: 'first' | 'second'; readonly blocks: number }
  /** Both cannot be: whoever made both final has lost a third of the bonds. */
  | { readonly kind: 'conflict'; readonly height: number }
  /** Nothing is shown; the deal stops all the same. */
  | { readonly kind: 'unproven'; readonly why: string }

/** How two heads stand to each other. `relation` is needed unless their heights are equal. Never throws. */
export function compareHeads(first: KnownBlock, second: KnownBlock, relation: Relation | null): Comparison {
  if (first.id === second.id) return { kind: 'same' }
  const blocks = second.header.height - first.header.height
  if (blocks === 0) return { kind: 'conflict', height: first.header.height }
  const [earlier, later] = blocks > 0 ? [first, second] : [second, first]
  if (relation === null) return { kind: 'unproven', why: 'nothing shows how the two heads stand to each other' }
  if (relation.kind === 'prefix') {
    const found = checkPrefix(earlier, later.header, relation)
    if (found.kind === 'invalid') return { kind: 'unproven', why: found.why }
    return { kind: 'ahead', which: blocks > 0 ? 'second' : 'first', blocks: Math.abs(blocks) }
  }
  if (relation.height !== earlier.header.height) {
    return { kind: 'unproven', why: 'the proof is about another height' }
  }
  const found = checkIdNotIn(later.header, earlier.id, relation)
  return found.kind === 'absent' ? { kind: 'conflict', height: relation.height } : { kind: 'unproven', why: found.why }
}

/** Two proofs of finality that exclude each other, for everybody to see. */
export const conflictEvidenceCodec = record({
  first: finalityProofCodec,
  second: finalityProofCodec,
  relation: nullable(relationCodec)
})
export type ConflictEvidence = Decoded<typeof conflictEvidenceCodec>

export interface ConflictFound {
  readonly first: KnownBlock
  readonly second: KnownBlock
  /** Where they part, or below. */
  readonly height: number
}

/** The two final heads that exclude each other, to somebody who trusts this client's start. Never throws. */
export function checkConflict(
  client: LightClient,
  encoded: Uint8Array
): Verdict<ConflictFound, LightCode | 'E_LIGHT_NO_CONFLICT'> {
  const decoded = decode(conflictEvidenceCodec, encoded, 2 * FINALITY_PROOF_BYTES)
  if (!decoded.ok) return reject('E_PROOF_MALFORMED', decoded.why)
  const first = follow(client, decoded.value.first)
  if (!first.ok) return first
  const second = follow(client, decoded.value.second)
  if (!second.ok) return second
  const heads = { first: first.value.head, second: second.value.head }
  const compared = compareHeads(heads.first, heads.second, decoded.value.relation)
  return compared.kind === 'conflict'
    ? accept({ ...heads, height: compared.height })
    : reject('E_LIGHT_NO_CONFLICT', 'the two heads are not shown to exclude each other')
}
