import { describe, expect, it } from 'vitest'
import { startingPointOf, openAssetState } from '#asset-layer/execution/asset-state.ts'
import { deriveCloses, deriveCommitHeight } from '#asset-layer/execution/closing.ts'
import { progressCodec, progressOf, restoreAssetState } from '#asset-layer/execution/progress.ts'
import { executeStep } from '#contracts/assets/step.ts'
import { traceLogOf } from '#contracts/claims/shown-leaf.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { EMPTY_LOG, EMPTY_LOG_ROOT } from '#contracts/merkle/log.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { statementIdOf } from '#contracts/statements/statement.ts'
import { alice, ASSET, bob, call, expectValue, issuer, logEntry, nth, signedInstruction } from '../assets/fixtures.ts'
import { BEGINS, Committee, firstAssetState, settingsWith } from './fixtures.ts'

const mints = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => {
    return signedInstruction(issuer, from + i, [call('mint', { to: alice, amount: 1n })])
  })
const notice = (height: number) => logEntry({ kind: 'settled', sequence: 0, signers: [] }, height)
const forced = (sequence: number, height: number) => {
  const instruction = signedInstruction(issuer, sequence, [call('mint', { to: bob, amount: 1n })])
  return logEntry({ kind: 'instruction', instruction }, height)
}

describe('executeCommit [DAG-5, DAG-7]', () => {
  it('gives each step its place in history, the root after it, and a statement over all of them', () => {
    const committee = new Committee()
    const { steps, statement } = committee.commit(62, mints(0, 3))
    expect(steps.map(({ index }) => index)).toEqual([0, 1, 2])
    const log = traceLogOf(steps.map(({ leaf }) => leaf))
    expect(statement).toMatchObject({
      asset: ASSET,
      commitIndex: 1,
      sequence: 1,
      previous: ASSET,
      firstStep: 0,
      stepCount: 3,
      baseHeight: 62,
      preRoot: bytesToHex(firstAssetState().tree.root),
      postRoot: nth(steps, 2).leaf.root,
      traceRoot: bytesToHex(log.root()),
      exitCount: 0,
      exitsRoot: bytesToHex(EMPTY_LOG_ROOT),
      closes: 'interval'
    })
  })

  it('is the same for every member', () => {
    const run = () => new Committee().commit(60, mints(0, 3), [forced(3, 58)]).statement
    expect(run()).toEqual(run())
  })

  it('goes on with the sequence over commits and states all its steps so far', () => {
    const committee = new Committee()
    const first = committee.commit(57, mints(0, 2)).statement
    const second = committee.commit(58, mints(2, 1)).statement
    expect(first).toMatchObject({ commitIndex: 1, stepCount: 2, closes: 'open' })
    expect(second).toMatchObject({ commitIndex: 2, stepCount: 3, closes: 'open', sequence: 1, preRoot: first?.preRoot })
  })

  it('needs no statement for a commit that adds no step and closes nothing', () => {
    const committee = new Committee()
    const { statement, refused } = committee.commit(57, [signedInstruction(issuer, 99, [call('burn', { amount: 0n })])])
    expect(statement).toBeNull()
    expect(refused.map(({ code }) => code)).toEqual(['E_INSTRUCTION_SEQUENCE'])
    expect(committee.state.commitIndex).toBe(1)
  })

  it('runs log items before instructions', () => {
    const { steps } = new Committee().commit(60, mints(0, 1), [notice(57), forced(1, 58)])
    expect(steps.map(({ input }) => nth([...input], 1))).toEqual([1, 1, 0])
  })

  it('takes a repeated instruction once, and no instruction over length', () => {
    const [instruction = new Uint8Array()] = mints(0, 1)
    const { steps, refused } = new Committee().commit(60, [
      instruction,
      instruction,
      new Uint8Array(8193),
      new Uint8Array(0)
    ])
    expect(steps.length).toBe(1)
    expect(refused.map(({ code }) => code)).toEqual([
      'E_INSTRUCTION_SEQUENCE',
      'E_INSTRUCTION_SIZE',
      'E_INSTRUCTION_SIZE'
    ])
  })

  it('runs at most COMMIT_STEPS steps and leaves the other instructions, in order, to the next', () => {
    const committee = new Committee(settingsWith({ terms: { commitSteps: 4 } }))
    const all = mints(0, 7)
    expect(committee.commit(57, all.slice(0, 6), [notice(57)]).steps.length).toBe(4)
    expect(committee.state.leftover).toEqual(all.slice(3, 6))
    const { steps } = committee.commit(57, all.slice(6))
    expect(steps.map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'applied', 'applied'])
    expect(committee.state.leftover).toEqual([])
  })

  it('lets sixteen commits wait at most and refuses the rest, or one flooding member would fill the memory of all', () => {
    const committee = new Committee(settingsWith({ terms: { commitSteps: 2 } }))
    const all = mints(0, 37)
    const { refused } = committee.commit(57, all)
    expect(committee.state.leftover).toEqual(all.slice(2, 34))
    expect(refused).toEqual(all.slice(34).map(instruction => ({ instruction, code: 'E_INSTRUCTION_CROWDED' })))
    const steps = Array.from({ length: 16 }).flatMap(() => committee.commit(57, []).steps)
    expect(steps.map(({ outcome }) => outcome)).toEqual(new Array(32).fill('applied'))
    // What was refused is as unused as before, and may come again.
    expect(committee.commit(57, all.slice(34, 36)).steps.map(({ outcome }) => outcome)).toEqual(['applied', 'applied'])
  })

  it('runs no instruction while a log item of its height waits [CKP-4]', () => {
    const committee = new Committee(settingsWith({ terms: { commitSteps: 2 } }))
    const { steps } = committee.commit(57, mints(0, 1), [notice(56), notice(56), notice(57)])
    expect(steps.length).toBe(2)
    expect(committee.state).toMatchObject({ logConsumed: 2, leftover: mints(0, 1) })
    expect(committee.commit(57, [], [notice(57)]).steps.length).toBe(2)
  })

  it('opens the next sequence on the closing statement', () => {
    const committee = new Committee()
    const closing = present(committee.commit(62, mints(0, 2)).statement, 'closes')
    const next = committee.commit(63, mints(2, 1)).statement
    expect(closing.closes).toBe('interval')
    expect(next).toMatchObject({
      sequence: 2,
      previous: statementIdOf(closing),
      preRoot: closing.postRoot,
      firstStep: 2,
      stepCount: 1,
      closes: 'open'
    })
  })

  it('executes nothing after a commit that closes by epoch, and the next epoch goes on from it', () => {
    const committee = new Committee(settingsWith({ terms: { boundary: 70 } }))
    const last = present(committee.commit(70, mints(0, 1)).statement, 'closes')
    expect(last.closes).toBe('epoch')
    expect(committee.commit(71, mints(1, 1))).toMatchObject({ steps: [], statement: null })
    const start = startingPointOf(statementIdOf(last), last, committee.state.tree)
    const next = new Committee(
      settingsWith({ epoch: 2, terms: { begins: 70, boundary: 230 } }),
      openAssetState(start, 70)
    )
    expect(next.commit(71, mints(1, 1)).statement).toMatchObject({
      epoch: 2,
      commitIndex: 1,
      sequence: 2,
      firstStep: 1
    })
  })

  it('runs whatever interpreter it is given', () => {
    const mute = settingsWith({
      execute: (...args) => {
        const result = executeStep(...args)
        return result.kind === 'step' ? { ...result, writes: [] } : result
      }
    })
    const { statement } = new Committee(mute).commit(57, mints(0, 1))
    expect(statement?.postRoot).toBe(statement?.preRoot)
  })

  it('stops instead of signing past an engine fault or out of order', () => {
    const faulty = settingsWith({ execute: () => ({ kind: 'fault', why: 'broken' }) })
    expect(() => new Committee(faulty).commit(57, mints(0, 1))).toThrow('the engine failed: broken')
    const committee = new Committee()
    committee.commit(60, [])
    expect(() => committee.commit(59, [])).toThrow('base heights never fall')
  })
})

describe('what a member stores of its progress [DAG-6]', () => {
  it('lets it go on after a restart as if nothing had happened', () => {
    const settings = settingsWith({ terms: { commitSteps: 2 } })
    const committee = new Committee(settings)
    committee.commit(57, mints(0, 5))
    const stored = encode(progressCodec, progressOf(committee.state))
    const progress = expectValue(decode(progressCodec, stored, stored.length))
    const restarted = new Committee(settings, restoreAssetState(progress, committee.state.tree))
    expect(encode(progressCodec, progressOf(restarted.state))).toEqual(stored)
    const [after, before] = [restarted, committee].map(member => member.commit(58, []))
    expect(after?.steps.length).toBe(2)
    expect(after?.statement).toEqual(before?.statement)
  })
})

describe('when a sequence closes [CKP-1]', () => {
  const terms = settingsWith({ terms: { stepCap: 100, commitSteps: 25 } }).terms
  const open = { ...firstAssetState().open, trace: { ...EMPTY_LOG, size: 1 }, substantial: true }

  it.each([
    ['epoch at the boundary, before all else', terms.boundary, { trace: { ...EMPTY_LOG, size: 99 } }, 'epoch'],
    ['cap when another full commit might not fit', BEGINS, { trace: { ...EMPTY_LOG, size: 76 } }, 'cap'],
    ['open while another full commit fits', BEGINS, { trace: { ...EMPTY_LOG, size: 75 } }, 'open'],
    ['interval once it has passed', BEGINS + 6, {}, 'interval'],
    ['open one height before', BEGINS + 5, {}, 'open'],
    ['open if it holds nothing but notices', BEGINS + 29, { substantial: false }, 'open'],
    ['interval for an idle asset at half of its deadline', BEGINS + 30, { substantial: false }, 'interval'],
    ['counted from the checkpoint before', BEGINS + 6, { previousBaseHeight: BEGINS + 1 }, 'open'],
    ['counted from the epoch if that is later', BEGINS + 5, { previousBaseHeight: 2 }, 'open']
  ])('%s', (_, height, changes, closes) => {
    expect(deriveCloses(terms, { ...open, ...changes }, height)).toBe(closes)
  })

  it('by interval when it holds a step other than a settled notice, and not for notices alone', () => {
    const committee = new Committee()
    expect(committee.commit(62, [], [notice(60)]).statement?.closes).toBe('open')
    expect(committee.commit(63, [], [forced(0, 63)]).statement?.closes).toBe('interval')
  })
})

describe('the base height of a commit [DAG-5]', () => {
  it.each([
    ['the median', 60, 57, [], 60],
    ['not below the last', 55, 57, [], 57],
    ['lowered to where COMMIT_STEPS items wait', 60, 57, [58, 58, 59], 58],
    ['lowered when the item too many is of the median itself', 60, 57, [58, 58, 60], 59],
    ['the median when exactly COMMIT_STEPS wait', 60, 57, [58, 58], 60],
    ['the median when the item too many is above it', 60, 57, [58, 58, 61], 60],
    ['lowered, but not below the last', 60, 57, [56, 56, 57], 57]
  ])('is %s', (_, median, last, waiting, height) => {
    expect(deriveCommitHeight(median, last, waiting, 2)).toBe(height)
  })
})
