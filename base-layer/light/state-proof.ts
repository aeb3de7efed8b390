// Presence and absence of keys in the state of a block whose header is trusted, any number of keys of any
// sections in one proof [PRF-2, PRF-5]: path from each section's witness to its root, from the section roots to
// the header. Pure; used by wallets, the command line and pages.
import { bytes, type Codec, type Decoded, decode, encode, list, oneOf, record } from '#contracts/codec/codec.ts'
import { HASH_BYTES } from '#contracts/merkle/hash.ts'
import { WITNESS_BYTES_MAX } from '#contracts/merkle/limits.ts'
import { lookup, pathOf } from '#contracts/merkle/node.ts'
import { checkWitness } from '#contracts/merkle/verify.ts'
import type { Witness } from '#contracts/merkle/witness.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { BlockHeader } from '#contracts/statements/block.ts'
import {
  type KeyOf,
  SECTION_NAMES,
  SECTIONS,
  type SectionName,
  stateRootOf,
  type ValueOf
} from '../state/trees/sections.ts'
import { ABSENT, type Absent, type Invalid, invalid, type Present, type ProofCode, shown } from './answer.ts'
import { VALUE_BYTES } from './limits.ts'

export type { ProofCode } from './answer.ts'

/** One key of one section. */
export type StateKey = {
  readonly [S in SectionName]: { readonly section: S; readonly key: KeyOf<S> }
}[SectionName]

/** The root of every section, in order. */
export const sectionRootsCodec = list(bytes(HASH_BYTES, HASH_BYTES), SECTION_NAMES.length, SECTION_NAMES.length)

/** Witnesses of the sections that are read. */
export const sectionsProofCodec = record({
  sectionRoots: sectionRootsCodec,
  parts: list(record({ section: oneOf(SECTION_NAMES), witness: bytes(WITNESS_BYTES_MAX) }), SECTION_NAMES.length, 1)
})
export type StateProofParts = Decoded<typeof sectionsProofCodec>

/** What a proof shows of a state, its hashes checked. */
export interface OpenState {
  readonly witnesses: ReadonlyMap<SectionName, Witness>
}

/** The parts of a state that a proof opens, or why it is not of this header's state. Never throws. */
export function openState(
  header: Pick<BlockHeader, 'stateRoot'>,
  proof: StateProofParts
): Verdict<OpenState, ProofCode> {
  const { sectionRoots, parts } = proof
  // Roots are hashed joined: of other lengths, those of one section could stand in the place of another's.
  const isWhole = sectionRoots.length === SECTION_NAMES.length && sectionRoots.every(one => one.length === HASH_BYTES)
  if (!isWhole) return reject('E_PROOF_MALFORMED', 'a proof names the root of every section')
  if (stateRootOf(sectionRoots) !== header.stateRoot) return reject('E_PROOF_ROOT', 'the roots are of another state')
  const witnesses = new Map<SectionName, Witness>()
  for (const { section, witness } of parts) {
    const root = sectionRoots[SECTION_NAMES.indexOf(section)]
    if (root === undefined || witnesses.has(section)) {
      return reject('E_PROOF_MALFORMED', 'a section is shown once, and is one of the state')
    }
    const checked = checkWitness(root, witness)
    if (!checked.ok) return reject('E_PROOF_ROOT', checked.why)
    witnesses.set(section, checked.value)
  }
  return accept({ witnesses })
}

/** `present` with the value under a key. A proof that the key is absent is `invalid` here. Never throws. */
export function checkPresence<S extends SectionName>(
  open: OpenState,
  section: S,
  key: KeyOf<S>
): Present<ValueOf<S>> | Invalid {
  const found = find(open, section, key)
  return found.kind === 'absent' ? invalid('E_PROOF_CONTRARY', 'the state does not hold this key') : found
}

/** `absent` if the state does not hold the key. A proof that it does is `invalid` here. Never throws. */
export function checkAbsence<S extends SectionName>(open: OpenState, section: S, key: KeyOf<S>): Absent | Invalid {
  const found = find(open, section, key)
  return found.kind === 'present' ? invalid('E_PROOF_CONTRARY', 'the state holds this key') : found
}

function find<S extends SectionName>(
  { witnesses }: OpenState,
  section: S,
  key: KeyOf<S>
): Present<ValueOf<S>> | Absent | Invalid {
  const witness = witnesses.get(section)
  if (witness === undefined) return invalid('E_PROOF_INCOMPLETE', `the proof does not open section ${section}`)
  // The generic pair is one row of SECTIONS; the compiler cannot see that key and value belong together.
  const codecs = SECTIONS[section] as unknown as { readonly key: Codec<KeyOf<S>>; readonly value: Codec<ValueOf<S>> }
  const found = lookup(witness, pathOf(encode(codecs.key, key)))
  if (found.kind === 'absent') return ABSENT
  if (found.kind === 'missing' || found.leaf.value === undefined) {
    return invalid('E_PROOF_INCOMPLETE', 'the witness does not open this key')
  }
  const value = decode(codecs.value, found.leaf.value, VALUE_BYTES)
  return value.ok ? shown(value.value) : invalid('E_PROOF_MALFORMED', value.why)
}

export interface SectionEvidence {
  readonly header: BlockHeader
  readonly sectionRoots: readonly Uint8Array[]
  readonly witness: Uint8Array
}

/** The value under a key, null if the state has none, or why the evidence shows neither. Never throws. */
export function readSection<S extends SectionName>(
  section: S,
  key: KeyOf<S>,
  { header, sectionRoots, witness }: SectionEvidence
): Verdict<ValueOf<S> | null, ProofCode> {
  const open = openState(header, { sectionRoots, parts: [{ section, witness }] })
  if (!open.ok) return open
  const found = find(open.value, section, key)
  switch (found.kind) {
    case 'present':
      return accept(found.value)
    case 'absent':
      return accept(null)
    case 'invalid':
      return reject(found.code, found.why)
  }
}
