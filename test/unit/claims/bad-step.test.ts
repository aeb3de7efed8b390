import { describe, expect, it } from 'vitest'
import { templateStateKey } from '#contracts/assets/reserved.ts'
import { viewOf } from '#contracts/assets/state-view.ts'
import { executeStep, type ExecuteStep } from '#contracts/assets/step.ts'
import { effectsHashOf } from '#contracts/assets/trace.ts'
import { tokenAmountCodec, tokenKeys } from '#contracts/assets/token.ts'
import { decodeClaim, encodeClaim, claimTargetOf } from '#contracts/claims/claim.ts'
import { buildBadStepClaim } from '#contracts/claims/build.ts'
import { judgeClaim } from '#contracts/claims/judge.ts'
import { encode } from '#contracts/codec/codec.ts'
import { branchOf, hashOf, opaqueOf, pathOf } from '#contracts/merkle/node.ts'
import { buildWitness, type Witness } from '#contracts/merkle/witness.ts'
import { compareBytes } from '#contracts/primitives/bytes.ts'
import {
  alice,
  ASSET,
  bob,
  call,
  contextOf,
  fakeVerify,
  issuer,
  keyOf,
  logEntry,
  mallory,
  nth,
  registrationWith,
  signedInstruction,
  expectValue
} from '../assets/fixtures.ts'
import { Committee, settingsWith } from '../execution/fixtures.ts'
import {
  claimOf,
  encodeInput,
  factsOf,
  inputOf,
  judge,
  SIGNERS,
  treeAfter,
  trialOf,
  withInput,
  withLeaf,
  type Trial
} from './fixtures.ts'

const honestInstructions = [
  signedInstruction(issuer, 0, [call('mint', { to: alice, amount: 100n })]),
  signedInstruction(alice, 0, [call('transfer', { to: bob, amount: 40n })]),
  signedInstruction(alice, 1, [call('transfer', { to: bob, amount: 90n })]),
  signedInstruction(alice, 2, [call('transfer', { to: bob, amount: 60n })])
]
const logEntries = [
  logEntry({ kind: 'settled', sequence: 0, signers: [] }),
  logEntry({ kind: 'instruction', instruction: signedInstruction(bob, 70, [call('burn', { amount: 1n })]) })
]

function trial(execute: ExecuteStep = executeStep, instructions = honestInstructions): Trial {
  return trialOf(new Committee(settingsWith({ execute })).commit(62, instructions, logEntries))
}

/** Gives mallory a hundred units in every step of alice's: the fault a member of the demo has. */
const credit: ExecuteStep = (context, input, view, verify) => {
  const result = executeStep(context, input, view, verify)
  if (result.kind !== 'step' || input.kind !== 'instruction') return result
  const key = templateStateKey(tokenKeys.balance(mallory))
  const writes = [...result.writes, { key, value: encode(tokenAmountCodec, 100n) }].sort((a, b) =>
    compareBytes(a.key, b.key)
  )
  return { ...result, writes }
}

const DELETING = 20

/** Twenty holders are paid, then one sends all it has; its neighbour in the tree is none of those the step touches. */
function deleting(): Trial {
  const holders = Array.from({ length: DELETING }, (_, i) => keyOf(`holder ${i}`))
  const mints = holders.map((to, i) => signedInstruction(issuer, i, [call('mint', { to, amount: 5n })]))
  const sends = signedInstruction(nth(holders, 1), 0, [call('transfer', { to: alice, amount: 5n })])
  return trialOf(new Committee().commit(62, [...mints, sends]))
}

const guilty = { kind: 'guilty', seats: SIGNERS }

describe('the judge of a bad step [CLM-2, JDG-1]', () => {
  it('never convicts honest steps, whether applied, failed or without effect', () => {
    const honest = trial()
    expect(honest.leaves.length).toBe(6)
    for (let place = 0; place < 6; place++) {
      expect(judge(claimOf(honest, place), factsOf(honest.statement))).toMatchObject({ kind: 'not-guilty' })
    }
  })

  it('convicts every signer of a step whose root is a lie', () => {
    const lie = trial(credit)
    expect(judge(claimOf(lie, 2), factsOf(lie.statement))).toEqual({ ...guilty, why: 'a step has another root' })
  })

  it('convicts the first step against the root of the statement', () => {
    const lie = withLeaf(trial(), 0, { root: nth(trial().leaves, 1).root })
    expect(judge(claimOf(lie, 0), factsOf(lie.statement))).toMatchObject(guilty)
  })

  it('convicts a step whose effects are a lie', () => {
    const applied = effectsHashOf({ outcome: 'applied', code: '' })
    const lie = withLeaf(trial(), 4, { effectsHash: applied })
    expect(nth(trial().leaves, 4).effectsHash).not.toBe(applied)
    expect(judge(claimOf(lie, 4), factsOf(lie.statement))).toEqual({ ...guilty, why: 'a step has other effects' })
  })

  it.each([
    [
      'nobody signed',
      signedInstruction(mallory, 5, [call('burn', { amount: 0n })], { account: alice }),
      'E_INSTRUCTION_SIGNATURE'
    ],
    ['whose sequence is used', nth(honestInstructions, 1), 'E_INSTRUCTION_SEQUENCE'],
    [
      'that has expired',
      signedInstruction(alice, 5, [call('burn', { amount: 0n })], { notAfter: 61 }),
      'E_INSTRUCTION_EXPIRED'
    ],
    [
      'of another asset',
      signedInstruction(alice, 5, [call('burn', { amount: 0n })], {
        asset: settingsWith().dag as string as typeof ASSET
      }),
      'E_INSTRUCTION_ASSET'
    ],
    ['that nobody can read', Uint8Array.of(1), 'E_INSTRUCTION_FORM']
  ])('convicts a committee that ran an instruction %s', (_, instruction, code) => {
    const input = { ...inputOf(trial(), 4), kind: 'instruction' as const, instruction }
    const lie = withInput(trial(), 4, encodeInput(input))
    expect(judge(claimOf(lie, 4), factsOf(lie.statement))).toEqual({
      ...guilty,
      why: `an inadmissible step was run: ${code}`
    })
  })

  it('convicts a committee that skipped a log item, or took one of a later height', () => {
    const input = inputOf(trial(), 1)
    if (input.kind !== 'log') throw new Error('a log item')
    for (const changes of [{ logIndex: 2 }, { entry: logEntry({ kind: 'settled', sequence: 0, signers: [] }, 63) }]) {
      const lie = withInput(trial(), 1, encodeInput({ ...input, ...changes }))
      expect(judge(claimOf(lie, 1), factsOf(lie.statement))).toMatchObject(guilty)
    }
  })

  it.each([
    ['another index', { index: 9 }],
    ['an input over length', { inputLength: 9000 }],
    ['another length than its input has', { inputLength: 1 }]
  ])('convicts a leaf that names %s', (_, changes) => {
    const lie = withLeaf(trial(), 3, changes)
    expect(judge(claimOf(lie, 3), factsOf(lie.statement))).toMatchObject(guilty)
  })

  it('convicts a step whose input is undecodable or of another place', () => {
    const undecodable = withInput(trial(), 3, Uint8Array.of(1, 2, 3))
    expect(judge(claimOf(undecodable, 3), factsOf(undecodable.statement))).toMatchObject(guilty)
    const moved = withInput(trial(), 3, encodeInput({ ...inputOf(trial(), 3), index: 4 }))
    expect(judge(claimOf(moved, 3), factsOf(moved.statement))).toMatchObject(guilty)
  })

  it('finds nothing wrong in the honest step after a lie', () => {
    const lie = trial(credit)
    const after = claimOf(lie, 3)
    expect(judge(after, factsOf(lie.statement))).toMatchObject({ kind: 'malformed', code: 'E_CLAIM_WITNESS' })
  })
})

describe('a malformed claim convicts nobody [CLM-3]', () => {
  const lie = trial(credit)
  const facts = factsOf(lie.statement)
  const claim = claimOf(lie, 3 - 1)

  it.each([
    [
      'of another checkpoint',
      { checkpoint: claim.leaf.leaf.root as string as typeof claim.checkpoint },
      'E_CLAIM_TARGET'
    ],
    ['of another sequence', { sequence: 2 }, 'E_CLAIM_TARGET'],
    ['of another asset', { asset: claim.leaf.leaf.root as string as typeof claim.asset }, 'E_CLAIM_TARGET'],
    ['with the leaf of another place', { place: 3 }, 'E_CLAIM_LEAF'],
    ['outside the sequence', { place: 6 }, 'E_CLAIM_LEAF'],
    [
      'with a leaf that was never signed',
      { leaf: { ...claim.leaf, leaf: { ...claim.leaf.leaf, index: 7 } } },
      'E_CLAIM_LEAF'
    ],
    ['without the leaf before', { before: null }, 'E_CLAIM_LEAF'],
    ['with itself as the leaf before', { before: claim.leaf }, 'E_CLAIM_LEAF'],
    ['with another input', { input: nth(lie.inputs, 0) }, 'E_CLAIM_INPUT'],
    ['with a witness of another root', { witness: claimOf(lie, 0).witness }, 'E_CLAIM_WITNESS'],
    ['with nothing of the tree shown', { witness: opaqueOf(hashOf(claim.witness)) }, 'E_CLAIM_MISSING']
  ])('%s', (_, changes, code) => {
    expect(judge({ ...claim, ...changes }, facts)).toMatchObject({ kind: 'malformed', code })
  })

  it('even the first step may not be shown with a leaf before it', () => {
    expect(judge({ ...claimOf(lie, 0), before: claimOf(lie, 1).leaf }, facts)).toMatchObject({ code: 'E_CLAIM_LEAF' })
  })

  it.each([
    ['an honest step', executeStep, 2, 'not-guilty'],
    ['a lie', credit, 2, 'guilty'],
    ['an honest step that deletes, beside a leaf that rises', executeStep, DELETING, 'not-guilty']
  ] as const)('whichever node of the witness of %s is closed', (_, execute, place, mayBe) => {
    const history = place === DELETING ? deleting() : trial(execute)
    const whole = claimOf(history, place)
    expect(judge(whole, factsOf(history.statement)).kind).toBe(mayBe)
    const kinds = closings(whole.witness).map(witness => judge({ ...whole, witness }, factsOf(history.statement)).kind)
    expect(kinds.filter(kind => kind === 'malformed').length).toBeGreaterThan(3)
    expect(kinds.every(kind => kind === 'malformed' || kind === mayBe)).toBe(true)
  })

  it('even if only the sibling of a deleted leaf is closed', () => {
    const history = deleting()
    const whole = claimOf(history, DELETING)
    const tree = nth(history.trees, DELETING).node
    const input = inputOf(history, DELETING)
    const result = executeStep(contextOf(), input, viewOf(tree), fakeVerify)
    if (result.kind !== 'step') throw new Error('a step')
    const witness = buildWitness(tree, result.touched.map(pathOf), [])
    expect(judge({ ...whole, witness }, factsOf(history.statement))).toMatchObject({ code: 'E_CLAIM_MISSING' })
  })

  it('if it does not decode', () => {
    expect(decodeClaim(encodeClaim(claim).subarray(1))).toMatchObject({ ok: false })
    expect(decodeClaim(new Uint8Array(100_000))).toMatchObject({ ok: false, code: 'E_TOO_LARGE' })
  })
})

describe('a claim', () => {
  it('survives its encoding and names its target [CLM-4]', () => {
    const claim = claimOf(trial(credit), 2)
    const decoded = expectValue(decodeClaim(encodeClaim(claim)))
    expect(encodeClaim(decoded)).toEqual(encodeClaim(claim))
    expect(judge(decoded, factsOf(trial(credit).statement))).toMatchObject(guilty)
    expect(claimTargetOf(claim)).toEqual({
      kind: 'checkpoint',
      asset: ASSET,
      sequence: 1,
      checkpoint: claim.checkpoint
    })
  })

  it("is not built from leaves that are not the statement's, or for a step there is not", () => {
    const honest = trial()
    const build = (history: Trial, place: number) => {
      return buildBadStepClaim(
        contextOf(),
        history,
        place,
        nth(honest.trees, 0).node,
        nth(honest.inputs, 0),
        fakeVerify
      )
    }
    expect(build({ ...honest, leaves: honest.leaves.slice(1) }, 0)).toMatchObject({ code: 'E_CLAIM_BUILD' })
    expect(build(honest, 6)).toMatchObject({ code: 'E_CLAIM_BUILD' })
  })

  it('that meets a fault of the engine is neither guilty nor refuted [JDG-1]', () => {
    const honest = trial()
    const broken: ExecuteStep = () => ({ kind: 'fault', why: 'broken' })
    expect(judgeClaim(claimOf(honest, 2), factsOf(honest.statement), fakeVerify, broken)).toEqual({
      kind: 'engine-fault',
      why: 'broken'
    })
    const unknown = { ...honest.statement, engine: 9 }
    const facts = factsOf(honest.statement)
    const target = { ...facts.target, statement: unknown }
    expect(judge(claimOf(honest, 2), { ...facts, target })).toMatchObject({ kind: 'engine-fault' })
    const noTemplate = { ...factsOf(honest.statement), registration: registrationWith({ template: 'none' }) }
    expect(judge(claimOf(honest, 2), noTemplate)).toMatchObject({ kind: 'engine-fault' })
  })
})

it('the helper that replays is the honest one', () => {
  const honest = trial()
  expect(hashOf(treeAfter(nth(honest.trees, 5), nth(honest.inputs, 5)).node)).toEqual(hashOf(nth(honest.trees, 6).node))
})

/** The witness with one node closed, for each of its branches and leaves. */
function closings(node: Witness): Witness[] {
  if (node.kind === 'empty' || node.kind === 'opaque') return []
  const closed: Witness[] = [opaqueOf(hashOf(node))]
  if (node.kind === 'branch') {
    closed.push(...closings(node.left).map(left => branchOf(left, node.right)))
    closed.push(...closings(node.right).map(right => branchOf(node.left, right)))
  }
  return closed
}
