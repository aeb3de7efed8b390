// Proofs about keys of a tree whose root is known, for wallets and light clients: pure and safe on any bytes [PRF-2,
// PRF-5]. A proof is a witness, for one key or many. That a key is there and that it is not are separate questions:
// "invalid" answers neither.
import { decode } from '../codec/codec.ts'
import { equalBytes } from '../primitives/bytes.ts'
import { accept, reject, type Verdict } from '../primitives/verdict.ts'
import { WITNESS_BYTES_MAX } from './limits.ts'
import { hashOf, lookup, pathOf, valueHashOf } from './node.ts'
import { type Witness, witnessCodec } from './witness.ts'

export type WitnessCode = 'E_WITNESS_MALFORMED' | 'E_WITNESS_ROOT'

/** The witness in these bytes (or already decoded), if it is one of the tree with this root. Never throws. */
export function checkWitness(root: Uint8Array, proof: Uint8Array | Witness): Verdict<Witness, WitnessCode> {
  let witness: Witness
  if (proof instanceof Uint8Array) {
    const decoded = decode(witnessCodec, proof, WITNESS_BYTES_MAX)
    if (!decoded.ok) return reject('E_WITNESS_MALFORMED', decoded.why)
    witness = decoded.value
  } else {
    witness = proof
  }
  if (!equalBytes(hashOf(witness), root)) return reject('E_WITNESS_ROOT', 'the witness belongs to another root')
  return accept(witness)
}

/** 'present' if the tree holds the key, with this value if one is given; 'invalid' if the proof does not show it. */
export function checkPresence(
  root: Uint8Array,
  proof: Uint8Array | Witness,
  key: Uint8Array,
  valueBytes?: Uint8Array
): 'present' | 'invalid' {
  const checked = checkWitness(root, proof)
  if (!checked.ok) return 'invalid'
  const found = lookup(checked.value, pathOf(key))
  if (found.kind !== 'present') return 'invalid'
  return valueBytes === undefined || equalBytes(found.leaf.valueHash, valueHashOf(valueBytes)) ? 'present' : 'invalid'
}

/** 'absent' if the tree does not hold the key; 'invalid' if the proof does not show that. */
export function checkAbsence(root: Uint8Array, proof: Uint8Array | Witness, key: Uint8Array): 'absent' | 'invalid' {
  const checked = checkWitness(root, proof)
  return checked.ok && lookup(checked.value, pathOf(key)).kind === 'absent' ? 'absent' : 'invalid'
}
