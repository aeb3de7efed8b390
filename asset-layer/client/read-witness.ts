// Reads one key from a witness whose root the base chain vouches for.
import { viewOf } from '#contracts/assets/state-view.ts'
import { checkWitness } from '#contracts/merkle/verify.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import type { Hash } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { Statement } from '#contracts/statements/statement.ts'
import type { CheckedValue } from './asset-client.ts'

/** E_PROOF_ROOT, E_PROOF_KEY. `statement` is the checkpoint's, null for the registration. */
export function readWitness(
  encoded: Uint8Array,
  root: Hash,
  key: Uint8Array,
  statement: Statement | null,
  how: CheckedValue['how']
): Verdict<CheckedValue> {
  const witness = checkWitness(hexToBytes(root), encoded)
  if (!witness.ok) return reject('E_PROOF_ROOT', witness.why)
  const value = viewOf(witness.value).get(key)
  if (value === 'missing') return reject('E_PROOF_KEY', 'the witness does not show the key')
  const certified = statement === null ? null : { statement, signatures: [] }
  return accept({ value: value === 'absent' ? null : value, statement: certified, witness: witness.value, how })
}
