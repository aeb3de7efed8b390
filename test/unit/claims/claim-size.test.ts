import { expect, it } from 'vitest'
import { STEP_KEYS_MAX } from '#contracts/assets/limits.ts'
import { templateStateKey } from '#contracts/assets/reserved.ts'
import { tokenAmountCodec, tokenKeys } from '#contracts/assets/token.ts'
import { encodeClaim } from '#contracts/claims/claim.ts'
import { encode } from '#contracts/codec/codec.ts'
import { CLAIM_BYTES } from '#contracts/ledger/actions/claim.ts'
import { putChange } from '#contracts/merkle/sparse-tree.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { alice, call, firstTree, keyOf, nth, signedInstruction } from '../assets/fixtures.ts'
import { Committee, firstAssetState, settingsWith } from '../execution/fixtures.ts'
import { claimOf, factsOf, judge, trialOf } from './fixtures.ts'

const HOLDERS = 2000
/** Deepest siblings anyone can place beside a chosen path: 2^45 hashes of work for each key. */
const DEEPEST = 45
const NODE_BYTES = 36

it('the step that touches as many keys as it may fits in a claim, in any tree [EXE-4]', () => {
  const holders = Array.from({ length: HOLDERS }, (_, i) => keyOf(`holder ${i}`))
  const units = encode(tokenAmountCodec, 1000n)
  const tree = firstTree().with(
    holders.flatMap(holder => [
      putChange(templateStateKey(tokenKeys.balance(holder)), units),
      putChange(templateStateKey(tokenKeys.allowance(holder, alice)), units)
    ])
  )
  const calls = Array.from({ length: 16 }, (_, i) => {
    return call('transfer-from', { owner: nth(holders, i), to: nth(holders, i + 100), amount: 1n })
  })
  const state = { ...firstAssetState(), tree }
  const trial = trialOf(new Committee(settingsWith(), state).commit(62, [signedInstruction(alice, 0, calls)]), tree)
  const { statement } = trial
  const started = { ...statement, preRoot: bytesToHex(tree.root) as typeof statement.preRoot }
  const claim = claimOf({ ...trial, statement: started }, 0)
  expect(judge(claim, factsOf(started))).toMatchObject({ kind: 'not-guilty' })
  const measured = encodeClaim(claim).length
  const shallow = Math.floor(Math.log2(HOLDERS * 2))
  expect(measured).toBeGreaterThan(10_000)
  expect(measured + STEP_KEYS_MAX * (DEEPEST - shallow) * NODE_BYTES).toBeLessThan(CLAIM_BYTES)
})
