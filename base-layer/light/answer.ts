// What the check of a proof says: the thing is there, it is not there, or the proof shows neither [PRF-5]. A
// function that checks membership never answers `absent`, and one that checks non-membership never answers
// `present`. Pure.

export type ProofCode =
  /** The bytes are no proof, or not of this thing. */
  | 'E_PROOF_MALFORMED'
  /** It hashes to another root than the header's. */
  | 'E_PROOF_ROOT'
  /** It does not open what is asked. */
  | 'E_PROOF_INCOMPLETE'
  /** It is whole, and shows the contrary of what it was brought for. */
  | 'E_PROOF_CONTRARY'

export interface Present<T> {
  readonly kind: 'present'
  readonly value: T
}

export interface Absent {
  readonly kind: 'absent'
}

export interface Invalid<Code extends string = ProofCode> {
  readonly kind: 'invalid'
  readonly code: Code
  /** One sentence for a person. */
  readonly why: string
}

export const ABSENT: Absent = { kind: 'absent' }

/** The answer of a proof that holds: its value. */
export function shown<T>(value: T): Present<T> {
  return { kind: 'present', value }
}

/** The answer of bytes that prove nothing; `why` is one sentence for a person. */
export function invalid<const Code extends string>(code: Code, why: string): Invalid<Code> {
  return { kind: 'invalid', code, why }
}
