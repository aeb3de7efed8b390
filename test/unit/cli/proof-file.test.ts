// What a proof file must look like before anything in it is judged: nothing in it may reach a codec that asserts.
import { describe, expect, it } from 'vitest'
import { PROOF_FILE } from '#cli/proofs.ts'

const id = 'ab'.repeat(32)
const balance = {
  schema: 'surety.proof.balance/1',
  asset: id,
  sequence: 3,
  account: id,
  witness: '00',
  finality: '00',
  sectionRoots: ['00'],
  sectionWitness: '00'
}
const { sequence: _sequence, account: _account, witness: _witness, ...shared } = balance
const receipt = { ...shared, schema: 'surety.proof.receipt/1', instruction: id, epoch: 1, receipt: '00' }

describe('a proof file', () => {
  it.each([
    ['balance', balance],
    ['receipt', receipt]
  ])('is read when it has the form of a %s', (_kind, file) => {
    expect(PROOF_FILE.safeParse(file).success).toBe(true)
  })

  it.each([
    ['the zero hash for an asset [HASH-1]', { ...balance, asset: '0'.repeat(64) }],
    ['the zero hash for an account [HASH-1]', { ...balance, account: '0'.repeat(64) }],
    ['the zero hash for an instruction [HASH-1]', { ...receipt, instruction: '0'.repeat(64) }],
    ['a sequence below nothing', { ...balance, sequence: -1 }],
    ['a sequence that no integer holds', { ...balance, sequence: 2 ** 60 }],
    ['an epoch below nothing', { ...receipt, epoch: -1 }],
    ['an epoch with a fraction', { ...receipt, epoch: 0.5 }],
    ['a witness that is no hexadecimal', { ...balance, witness: '0' }],
    ['a field more', { ...balance, note: 'trust me' }]
  ])('is refused with %s', (_what, file) => {
    expect(PROOF_FILE.safeParse(file).success).toBe(false)
  })
})
