// Presence or absence of one key in the state of a block whose header is trusted [PRF-2, PRF-5]: path from
// the section's witness to the section root, from the section roots to the header. Pure; used by wallets, the
// command line and pages.
import { decode, encode } from '#contracts/codec/codec.ts'
import type { Codec } from '#contracts/codec/codec.ts'
import { HASH_BYTES } from '#contracts/merkle/hash.ts'
import { lookup, pathOf } from '#contracts/merkle/node.ts'
import { checkWitness } from '#contracts/merkle/verify.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { BlockHeader } from '#contracts/statements/block.ts'
import { type KeyOf, SECTION_NAMES, SECTIONS, type SectionName, stateRootOf, type ValueOf } from '../state/sections.ts'

/** Most bytes of one state value. */
const VALUE_BYTES = 1024 * 1024

export type ProofCode = 'E_PROOF_MALFORMED' | 'E_PROOF_ROOT' | 'E_PROOF_INCOMPLETE'

export interface SectionEvidence {
  readonly header: BlockHeader
  readonly sectionRoots: readonly Uint8Array[]
  readonly witness: Uint8Array
}

/** The value under a key, null if the state has none, or why the evidence shows neither. Never throws. */
export function readSection<S extends SectionName>(
  section: S,
  key: KeyOf<S>,
  evidence: SectionEvidence
): Verdict<ValueOf<S> | null, ProofCode> {
  const { header, sectionRoots } = evidence
  const root = sectionRoots[SECTION_NAMES.indexOf(section)]
  // Roots are hashed joined: of other lengths, those of one section could stand in the place of another's.
  const isWhole = sectionRoots.length === SECTION_NAMES.length && sectionRoots.every(one => one.length === HASH_BYTES)
  if (root === undefined || !isWhole) return reject('E_PROOF_MALFORMED', 'a proof names the root of every section')
  if (stateRootOf(sectionRoots) !== header.stateRoot) return reject('E_PROOF_ROOT', 'the roots are of another state')
  const witness = checkWitness(root, evidence.witness)
  if (!witness.ok) return reject('E_PROOF_ROOT', witness.why)
  // The generic pair is one row of SECTIONS; the compiler cannot see that key and value belong together.
  const codecs = SECTIONS[section] as unknown as { readonly key: Codec<KeyOf<S>>; readonly value: Codec<ValueOf<S>> }
  const found = lookup(witness.value, pathOf(encode(codecs.key, key)))
  if (found.kind === 'absent') return accept(null)
  if (found.kind === 'missing' || found.leaf.value === undefined) {
    return reject('E_PROOF_INCOMPLETE', 'the witness does not open this key')
  }
  const value = decode(codecs.value, found.leaf.value, VALUE_BYTES)
  return value.ok ? accept(value.value) : reject('E_PROOF_MALFORMED', value.why)
}
