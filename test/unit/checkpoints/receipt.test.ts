import { describe, expect, it } from 'vitest'
import {
  buildReceipt,
  checkReceipt,
  type Receipt,
  RECEIPT_BYTES,
  receiptCodec
} from '#asset-layer/checkpoints/receipt.ts'
import {
  balanceKey,
  buildStateProof,
  checkBalanceProof,
  checkStateProof,
  STATE_PROOF_BYTES,
  stateProofCodec
} from '#asset-layer/checkpoints/state-proof.ts'
import { EXITS_KEY } from '#contracts/assets/reserved.ts'
import { traceLogOf } from '#contracts/claims/shown-leaf.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { Hash } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { alice, bob, call, carol, fakeVerify, issuer, nth, signedInstruction, expectValue } from '../assets/fixtures.ts'
import { certify, Committee, COMMITTEE } from '../execution/fixtures.ts'

const committee = new Committee()
const outcomes = [
  committee.commit(57, [
    signedInstruction(issuer, 0, [call('mint', { to: alice, amount: 100n })]),
    signedInstruction(alice, 0, [call('transfer', { to: bob, amount: 500n })])
  ]),
  committee.commit(58, [signedInstruction(alice, 1, [call('transfer', { to: bob, amount: 40n })])])
]
const steps = outcomes.flatMap(outcome => outcome.steps)
const leaves = steps.map(({ leaf }) => leaf)
const log = traceLogOf(leaves)
const early = certify(present(nth(outcomes, 0).statement, ''))
const late = certify(present(nth(outcomes, 1).statement, ''))

function receipt(place: number, certified = late): Receipt {
  const { input, outcome, code } = nth(steps, place)
  return present(buildReceipt(certified, leaves, log, place, { input, effects: { outcome, code } }), 'a receipt')
}

describe('a receipt [DAG-7]', () => {
  it('proves a step and its outcome by any later statement of its sequence', () => {
    for (const certified of [early, late]) {
      const proven = expectValue(checkReceipt(receipt(1, certified), COMMITTEE, fakeVerify))
      expect(proven).toMatchObject({
        input: { kind: 'instruction', index: 1 },
        effects: { outcome: 'failed', code: 'E_TOKEN_BALANCE' }
      })
    }
    expect(expectValue(checkReceipt(receipt(2), COMMITTEE, fakeVerify)).effects).toEqual({
      outcome: 'applied',
      code: ''
    })
  })

  it('survives its encoding', () => {
    const encoded = encode(receiptCodec, receipt(2))
    expect(checkReceipt(expectValue(decode(receiptCodec, encoded, RECEIPT_BYTES)), COMMITTEE, fakeVerify).ok).toBe(true)
  })

  it('is not built for a step that the statement does not hold', () => {
    const { input } = nth(steps, 2)
    expect(buildReceipt(early, leaves, log, 2, { input, effects: { outcome: 'applied', code: '' } })).toBeUndefined()
  })

  const good = receipt(2)
  it.each([
    ['a leaf of another step', { leaf: nth(leaves, 1) }, 'E_RECEIPT_PATH'],
    ['a leaf that was changed', { leaf: { ...good.leaf, inputLength: 1 } }, 'E_RECEIPT_PATH'],
    ['a path cut short', { path: [] }, 'E_RECEIPT_PATH'],
    ['a statement from before the step', { certified: early }, 'E_RECEIPT_PATH'],
    ['another input', { input: nth(steps, 0).input }, 'E_RECEIPT_INPUT'],
    [
      'better effects than there were',
      { ...receipt(1), effects: { outcome: 'applied' as const, code: '' } },
      'E_RECEIPT_EFFECTS'
    ],
    ['too few signatures', { certified: certify(late.statement, [0, 1]) }, 'E_CERTIFICATE_QUORUM'],
    ['a step outside the sequence', { leaf: { ...good.leaf, index: 99 } }, 'E_RECEIPT_PATH']
  ])('is refused with %s', (_, changes, code) => {
    expect(checkReceipt({ ...good, ...changes }, COMMITTEE, fakeVerify)).toMatchObject({ ok: false, code })
  })
})

it('a receipt is refused for an input of another step, even if a quorum signed it', () => {
  const { input, outcome, code } = nth(steps, 1)
  const lie = { ...nth(leaves, 0), inputHash: nth(leaves, 1).inputHash }
  const lies = traceLogOf([lie])
  const certified = certify({ ...early.statement, stepCount: 1, traceRoot: bytesToHex(lies.root()) as Hash })
  const forged = present(buildReceipt(certified, [lie], lies, 0, { input, effects: { outcome, code } }), '')
  expect(checkReceipt(forged, COMMITTEE, fakeVerify)).toMatchObject({ code: 'E_RECEIPT_INPUT' })
})

describe('a state proof [PRF-2, EXE-7]', () => {
  const { tree } = committee.state

  it('shows a balance, and that there is none', () => {
    const proof = buildStateProof(late, tree, [balanceKey(alice), balanceKey(carol)])
    const decoded = expectValue(decode(stateProofCodec, encode(stateProofCodec, proof), STATE_PROOF_BYTES))
    expect(checkBalanceProof(decoded, alice, COMMITTEE, fakeVerify)).toEqual({ ok: true, value: 60n })
    expect(checkBalanceProof(decoded, carol, COMMITTEE, fakeVerify)).toEqual({ ok: true, value: 0n })
  })

  it('never takes what it does not show for nothing', () => {
    const proof = buildStateProof(late, tree, [balanceKey(alice)])
    expect(checkStateProof(proof, [balanceKey(alice), EXITS_KEY], COMMITTEE, fakeVerify)).toMatchObject({
      code: 'E_PROOF_KEY'
    })
  })

  it.each([
    ['an older statement', buildStateProof(early, tree, [balanceKey(alice)]), 'E_PROOF_ROOT'],
    [
      'too few signatures',
      buildStateProof(certify(late.statement, [0]), tree, [balanceKey(alice)]),
      'E_CERTIFICATE_QUORUM'
    ]
  ])('is refused with %s', (_, proof, code) => {
    expect(checkBalanceProof(proof, alice, COMMITTEE, fakeVerify)).toMatchObject({ ok: false, code })
  })
})
