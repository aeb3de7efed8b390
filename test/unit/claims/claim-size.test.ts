// That no step which may be executed is too big to be accused: a step without a claim would be a lie without a price
// [EXE-4, CLM-2].
import { expect, it } from 'vitest'
import { CALLS_MAX, STEP_INPUT_BYTES, STEP_KEYS_MAX } from '#contracts/assets/limits.ts'
import { viewOf } from '#contracts/assets/state-view.ts'
import { executeStep, type StepInput } from '#contracts/assets/step.ts'
import { buildStepWitness } from '#contracts/claims/build.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { CLAIM_BYTES } from '#contracts/ledger/actions/claim.ts'
import { bareLeaf, hashOf, pathOf, type TreeNode } from '#contracts/merkle/node.ts'
import { update } from '#contracts/merkle/update.ts'
import { witnessCodec } from '#contracts/merkle/witness.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import {
  alice,
  call,
  contextOf,
  expectValue,
  fakeVerify,
  firstTree,
  keyOf,
  nth,
  signedInstruction
} from '../assets/fixtures.ts'

/** Levels of a path that an attacker can fill with siblings: 2^64 hashes of work, shared by all paths. */
const FILLED = 64
/** Deepest end of a path: a key beside it with 128 bits in common is a collision, 2^64 hashes as well. */
const DEEPEST = 128
/** All but the witness: the input, two leaves with paths of 13 siblings each, ids. */
const AROUND = STEP_INPUT_BYTES + 2 * (160 + 13 * 34) + 200

/** A state in which an attacker has put leaves beside every path of these keys. */
function crowdedTree(keys: readonly Uint8Array[]): TreeNode<Uint8Array> {
  const leaves = new Map<string, Uint8Array>()
  for (const key of keys) {
    const path = pathOf(key)
    for (const depth of [...Array(FILLED).keys(), DEEPEST - 1]) {
      const beside = path.slice()
      beside[depth >> 3] = (beside[depth >> 3] ?? 0) ^ (0x80 >> (depth & 7))
      leaves.set(bytesToHex(beside), beside)
    }
  }
  const full = expectValue(
    update(
      firstTree().node,
      [...leaves.values()].map(path => ({ path, leaf: bareLeaf(path, path) }))
    )
  )
  return full
}

it('a step of as many keys as there may be fits in a claim, whatever was put beside their paths', () => {
  // Nobody has to hold units for this: nothing of nothing may be passed on between any two.
  const names = Array.from({ length: 2 * CALLS_MAX }, (_, i) => keyOf(`name ${i}`))
  const calls = Array.from({ length: CALLS_MAX }, (_, i) =>
    call('transfer-from', { owner: nth(names, 2 * i), to: nth(names, 2 * i + 1), amount: 0n })
  )
  const input: StepInput = {
    kind: 'instruction',
    index: 0,
    baseHeight: 62,
    slot: 9,
    tick: 9,
    instruction: signedInstruction(alice, 0, calls)
  }
  const result = executeStep(contextOf(), input, viewOf(firstTree().node), fakeVerify)
  if (result.kind !== 'step') throw new Error(result.kind)
  expect(result).toMatchObject({ outcome: 'failed', code: 'E_STEP_LIMIT' })
  expect(result.touched).toHaveLength(STEP_KEYS_MAX)
  const tree = crowdedTree(result.touched)
  const witness = buildStepWitness(contextOf(), tree, input, fakeVerify)
  if (witness === undefined) throw new Error('no witness')
  const bytes = encode(witnessCodec, witness)
  const shown = expectValue(decode(witnessCodec, bytes, CLAIM_BYTES))
  expect(hashOf(shown)).toEqual(hashOf(tree))
  expect(executeStep(contextOf(), input, viewOf(shown), fakeVerify)).toEqual(
    executeStep(contextOf(), input, viewOf(tree), fakeVerify)
  )
  // A value of 2 kB may be read last, at the end of the 8 kB.
  expect(bytes.length + 10 * 1024 + AROUND).toBeLessThan(CLAIM_BYTES)
})
