// What a wallet shows of an asset's state: a certified statement and a witness of its postRoot, for one key or
// many [PRF-2, EXE-7]. A balance is one such key. Pure and safe on any bytes.
import { templateStateKey } from '#contracts/assets/reserved.ts'
import type { Verify } from '#contracts/assets/step.ts'
import { tokenAmountCodec, tokenKeys } from '#contracts/assets/token.ts'
import { viewOf } from '#contracts/assets/state-view.ts'
import { type Decoded, decode, record } from '#contracts/codec/codec.ts'
import { hashOf, pathOf } from '#contracts/merkle/node.ts'
import type { SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { buildWitness, witnessCodec } from '#contracts/merkle/witness.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { CertifiedStatement } from '#contracts/statements/statement.ts'
import { type CertificateCode, certifiedStatementCodec, checkCertificate, type CommitteeKeys } from './certificate.ts'

export const stateProofCodec = record({ certified: certifiedStatementCodec, witness: witnessCodec })
export type StateProof = Decoded<typeof stateProofCodec>

/** Bytes of an encoded proof of a few keys. */
export const STATE_PROOF_BYTES = 64 * 1024

export type StateProofCode = CertificateCode | 'E_PROOF_ROOT' | 'E_PROOF_KEY' | 'E_PROOF_VALUE'

/**
 * The values under these state keys as of the statement, null where there is none; every key must be shown.
 * Never throws.
 */
export function checkStateProof(
  { certified, witness }: StateProof,
  keys: readonly Uint8Array[],
  committee: CommitteeKeys,
  verify: Verify
): Verdict<readonly (Uint8Array | null)[], StateProofCode> {
  if (bytesToHex(hashOf(witness)) !== certified.statement.postRoot) {
    return reject('E_PROOF_ROOT', "the witness is not of the statement's root")
  }
  const view = viewOf(witness)
  const values: (Uint8Array | null)[] = []
  for (const key of keys) {
    const value = view.get(key)
    if (value === 'missing') return reject('E_PROOF_KEY', 'the proof does not show every key')
    values.push(value === 'absent' ? null : value)
  }
  const checked = checkCertificate(certified, committee, verify)
  return checked.ok ? accept(values) : checked
}

/** A token account's balance as of the statement. */
export function checkBalanceProof(
  proof: StateProof,
  account: PublicKey,
  committee: CommitteeKeys,
  verify: Verify
): Verdict<bigint, StateProofCode> {
  const checked = checkStateProof(proof, [balanceKey(account)], committee, verify)
  if (!checked.ok) return checked
  const value = checked.value[0] ?? null
  if (value === null) return accept(0n)
  const balance = decode(tokenAmountCodec, value, value.length)
  return balance.ok ? balance : reject('E_PROOF_VALUE', 'the state holds no balance there')
}

/** The proof of some state keys; `tree` is the state after the statement. */
export function buildStateProof(
  certified: CertifiedStatement,
  tree: SparseTree<Uint8Array>,
  keys: readonly Uint8Array[]
): StateProof {
  return { certified, witness: buildWitness(tree.node, keys.map(pathOf), []) }
}

/** State key of a token account's balance. */
export function balanceKey(account: PublicKey): Uint8Array {
  return templateStateKey(tokenKeys.balance(account))
}
