import { describe, expect, it } from 'vitest'
import { buildBadEdgeClaim } from '#contracts/claims/build.ts'
import { type ClaimOf, decodeClaim, encodeClaim } from '#contracts/claims/claim.ts'
import { hashOf, opaqueOf } from '#contracts/merkle/node.ts'
import { removeChange } from '#contracts/merkle/sparse-tree.ts'
import { CURSOR_KEY } from '#contracts/assets/reserved.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { Statement } from '#contracts/statements/statement.ts'
import { alice, call, issuer, logEntry, nth, signedInstruction, expectValue } from '../assets/fixtures.ts'
import { Committee } from '../execution/fixtures.ts'
import { factsOf, judge, SIGNERS, type Trial, trialOf } from './fixtures.ts'

function trial(changes: Partial<Statement> = {}): Trial {
  const instruction = signedInstruction(issuer, 0, [call('mint', { to: alice, amount: 1n })])
  const history = trialOf(
    new Committee().commit(62, [instruction], [logEntry({ kind: 'settled', sequence: 0, signers: [] })])
  )
  return { ...history, statement: { ...history.statement, ...changes } }
}

function claimOf(history: Trial): ClaimOf<'bad-edge'> {
  return expectValue(buildBadEdgeClaim(history, nth(history.trees, history.trees.length - 1).node))
}

function verdictOn(claim: ClaimOf<'bad-edge'>, history: Trial): string {
  const judgement = judge(expectValue(decodeClaim(encodeClaim(claim))), factsOf(history.statement))
  if (judgement.kind === 'guilty') expect(judgement.seats).toEqual(SIGNERS)
  return judgement.kind === 'malformed' ? judgement.code : judgement.why
}

describe('the judge of a bad edge [CKP-4]', () => {
  const { preRoot, traceRoot } = trial().statement

  it('convicts nobody whose statement is what its last leaf and state say', () => {
    expect(verdictOn(claimOf(trial()), trial())).toBe('the state is what the statement says')
    const leaf = claimOf(trial({ postRoot: preRoot }))
    const id = claimOf(trial()).checkpoint
    expect(verdictOn({ ...leaf, checkpoint: id }, trial())).toBe('postRoot is the root of the last leaf')
  })

  it.each([
    ['another postRoot', { postRoot: preRoot }, 'postRoot is not the root after the last step'],
    ['another cursor', { logConsumed: 0 }, 'the state has another log cursor than stated'],
    ['more exits', { exitCount: 1 }, 'the state has another log of exits than stated'],
    ['other exits', { exitsRoot: traceRoot }, 'the state has another log of exits than stated'],
    ['another outbox', { outboxRoot: traceRoot }, 'the state has another outbox than stated']
  ])('convicts those who state %s', (_, changes, why) => {
    expect(verdictOn(claimOf(trial(changes)), trial(changes))).toBe(why)
  })

  it('convicts those whose state has lost a reserved key', () => {
    const history = trial()
    const tree = nth(history.trees, 2).with([removeChange(CURSOR_KEY)])
    const statement = { ...history.statement, postRoot: bytesToHex(tree.root) as typeof preRoot }
    const claim = { ...claimOf({ ...history, statement }), edge: { kind: 'state', witness: tree.node } } as const
    expect(verdictOn(claim, { ...history, statement })).toBe('the state has another log cursor than stated')
  })

  it('is not moved by a leaf that is not the last, or by a witness that shows nothing or is of another root', () => {
    const history = trial({ postRoot: preRoot })
    const claim = claimOf(history)
    if (claim.edge.kind !== 'last') throw new Error('the last leaf')
    const { leaf } = claim.edge
    expect(verdictOn({ ...claim, edge: { kind: 'last', leaf: { ...leaf, path: [] } } }, history)).toBe('E_CLAIM_LEAF')
    expect(
      verdictOn({ ...claim, edge: { kind: 'last', leaf: { ...leaf, leaf: nth(history.leaves, 0) } } }, history)
    ).toBe('E_CLAIM_LEAF')
    const closed = (place: number) =>
      ({ kind: 'state', witness: opaqueOf(hashOf(nth(history.trees, place).node)) }) as const
    expect(verdictOn({ ...claim, edge: closed(0) }, history)).toBe('E_CLAIM_MISSING')
    expect(verdictOn({ ...claim, edge: closed(2) }, history)).toBe('E_CLAIM_WITNESS')
  })

  it("builds nothing from leaves that are not the statement's", () => {
    expect(buildBadEdgeClaim({ ...trial(), leaves: [] }, nth(trial().trees, 0).node)).toMatchObject({
      code: 'E_CLAIM_BUILD'
    })
  })
})
