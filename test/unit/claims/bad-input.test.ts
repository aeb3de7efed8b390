import { describe, expect, it } from 'vitest'
import { STEP_INPUT_BYTES } from '#contracts/assets/limits.ts'
import { buildBadEntryClaim, buildBadHeightClaim, buildWaitingClaim } from '#contracts/claims/build.ts'
import { type ClaimOf, decodeClaim, encodeClaim } from '#contracts/claims/claim.ts'
import { MerkleLog } from '#contracts/merkle/log.ts'
import { opaqueOf } from '#contracts/merkle/node.ts'
import { alice, call, issuer, logEntry, nth, signedInstruction, expectValue } from '../assets/fixtures.ts'
import { Committee } from '../execution/fixtures.ts'
import { encodeInput, factsOf, inputOf, judge, SIGNERS, type Trial, trialOf, withInput } from './fixtures.ts'

const mint = (sequence: number) => signedInstruction(issuer, sequence, [call('mint', { to: alice, amount: 1n })])
const entries = [1, 2, 3, 70].map(height => logEntry({ kind: 'settled', sequence: height, signers: [] }, height))
const baseLog = new MerkleLog()
for (const entry of entries) baseLog.append(entry)
const base = (index: number) => ({ entry: nth(entries, index), path: baseLog.inclusionProof(index) })

/** Two log items and two instructions, of a log in which `waiting` more items are not newer than the commit. */
function trial(taken = 3, instructions = [mint(0), mint(1)]): Trial {
  return trialOf(new Committee().commit(62, instructions, entries.slice(0, taken)))
}

function facts(history: Trial) {
  return factsOf(history.statement, baseLog.frontier())
}

function kindOf(claim: ClaimOf<'bad-input'>, history: Trial): string {
  const judgement = judge(expectValue(decodeClaim(encodeClaim(claim))), facts(history))
  if (judgement.kind === 'guilty') expect(judgement.seats).toEqual(SIGNERS)
  return judgement.kind === 'malformed' ? judgement.code : judgement.kind
}

describe('the log item of a step [CKP-4]', () => {
  const entryClaim = (history: Trial, place: number, index: number | null) => {
    return expectValue(
      buildBadEntryClaim(history, place, nth(history.inputs, place), index === null ? null : base(index))
    )
  }
  const withLogInput = (changes: object): Trial => {
    return withInput(trial(), 1, encodeInput({ ...inputOf(trial(), 1), ...changes }))
  }

  it('convicts nobody who took the item of the base log', () => {
    for (const place of [0, 1, 2]) expect(kindOf(entryClaim(trial(), place, place), trial())).toBe('not-guilty')
  })

  it('convicts those who made one up', () => {
    const lie = withLogInput({ entry: logEntry({ kind: 'settled', sequence: 9, signers: [] }) })
    expect(kindOf(entryClaim(lie, 1, 1), lie)).toBe('guilty')
  })

  it('convicts those who took one past the end of the base log', () => {
    const lie = withLogInput({ logIndex: 4 })
    expect(kindOf(entryClaim(lie, 1, null), lie)).toBe('guilty')
  })

  it('is not judged by an item of another index, without its path, or for an instruction', () => {
    expect(kindOf(entryClaim(trial(), 1, 2), trial())).toBe('E_CLAIM_ENTRY')
    expect(kindOf(entryClaim(trial(), 1, null), trial())).toBe('E_CLAIM_ENTRY')
    expect(kindOf(entryClaim(trial(), 3, 3), trial())).toBe('E_CLAIM_INPUT')
  })

  it('is not judged with another leaf or another input than the trace has', () => {
    const claim = entryClaim(trial(), 1, 1)
    expect(kindOf({ ...claim, place: 2 }, trial())).toBe('E_CLAIM_LEAF')
    expect(kindOf({ ...claim, input: nth(trial().inputs, 0) }, trial())).toBe('E_CLAIM_INPUT')
    const unreadable = withInput(trial(), 1, new Uint8Array(STEP_INPUT_BYTES))
    expect(kindOf(entryClaim(unreadable, 1, 1), unreadable)).toBe('E_CLAIM_INPUT')
  })
})

describe('an instruction before a waiting log item [DAG-5]', () => {
  const waiting = (history: Trial, place: number, index: number) => {
    return expectValue(
      buildWaitingClaim(history, place, nth(history.inputs, place), nth(history.trees, place).node, base(index))
    )
  }

  it('convicts nobody when the next item is newer than the step', () => {
    for (const place of [3, 4]) expect(kindOf(waiting(trial(), place, 3), trial())).toBe('not-guilty')
  })

  it('convicts those who ran it all the same', () => {
    const lie = trial(2)
    for (const place of [2, 3]) expect(kindOf(waiting(lie, place, 2), lie)).toBe('guilty')
    const first = trial(0)
    expect(kindOf(waiting(first, 0, 0), first)).toBe('guilty')
  })

  it('convicts them of an item of their own height', () => {
    const history = trial()
    const log = new MerkleLog()
    const entry = logEntry({ kind: 'settled', sequence: 62, signers: [] }, 62)
    for (const one of [...entries.slice(0, 3), entry]) log.append(one)
    const shown = { entry, path: log.inclusionProof(3) }
    const claim = expectValue(buildWaitingClaim(history, 3, nth(history.inputs, 3), nth(history.trees, 3).node, shown))
    expect(judge(claim, factsOf(history.statement, log.frontier())).kind).toBe('guilty')
  })

  it('is not judged by an item that is not next, for a log item, or without the cursor', () => {
    const lie = trial(2)
    expect(kindOf(waiting(lie, 2, 1), lie)).toBe('E_CLAIM_ENTRY')
    expect(kindOf(waiting(lie, 1, 1), lie)).toBe('E_CLAIM_INPUT')
    const claim = waiting(lie, 2, 2)
    if (claim.lie.kind !== 'waiting') throw new Error('a waiting item')
    const closed = opaqueOf(nth(lie.trees, 2).root)
    expect(kindOf({ ...claim, lie: { ...claim.lie, witness: closed } }, lie)).toBe('E_CLAIM_MISSING')
    expect(kindOf({ ...claim, lie: { ...claim.lie, witness: opaqueOf(nth(lie.trees, 0).root) } }, lie)).toBe(
      'E_CLAIM_WITNESS'
    )
    expect(kindOf({ ...claim, lie: { ...claim.lie, before: null } }, lie)).toBe('E_CLAIM_LEAF')
  })
})

describe('the base height of a step [DAG-5]', () => {
  const at = (place: number, baseHeight: number): Trial => {
    return withInput(trial(), place, encodeInput({ ...inputOf(trial(), place), baseHeight }))
  }
  const height = (history: Trial, place: number) =>
    expectValue(buildBadHeightClaim(history, place, nth(history.inputs, place)))
  const order = (history: Trial, place: number) => {
    return expectValue(buildBadHeightClaim(history, place, nth(history.inputs, place), nth(history.inputs, place - 1)))
  }

  it('convicts nobody inside of the sequence', () => {
    expect(kindOf(height(trial(), 3), trial())).toBe('not-guilty')
    expect(kindOf(order(trial(), 3), trial())).toBe('not-guilty')
    for (const first of [56, 62]) expect(kindOf(height(at(0, first), 0), at(0, first))).toBe('not-guilty')
  })

  it.each([63, 55])('convicts those who ran a step at height %d', baseHeight => {
    expect(kindOf(height(at(0, baseHeight), 0), at(0, baseHeight))).toBe('guilty')
  })

  it('counts from the sequence before where that is later than the epoch', () => {
    const history = at(0, 57)
    const target = { ...facts(history).target, previousBaseHeight: 58 }
    expect(judge(height(history, 0), { ...facts(history), target }).kind).toBe('guilty')
  })

  it('convicts those who let it fall', () => {
    const lie = at(3, 60)
    expect(kindOf(order(lie, 3), lie)).toBe('guilty')
    expect(kindOf(order(lie, 4), lie)).toBe('not-guilty')
  })

  it('is not judged by a step before that is none', () => {
    const claim = order(trial(), 3)
    if (claim.lie.kind !== 'order') throw new Error('an order')
    expect(kindOf({ ...claim, lie: { ...claim.lie, beforeInput: nth(trial().inputs, 0) } }, trial())).toBe(
      'E_CLAIM_LEAF'
    )
    const itself = { ...claim.lie, before: claim.leaf, beforeInput: claim.input }
    expect(kindOf({ ...claim, lie: itself }, trial())).toBe('E_CLAIM_LEAF')
  })
})
