// What must hold of the judge whatever happened: honest steps are never convicted, lies always are, and no
// change of a claim's bytes turns an honest committee into a guilty one [CLM-3, JDG-1].
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeClaim, encodeClaim } from '#contracts/claims/claim.ts'
import { templateStateKey } from '#contracts/assets/reserved.ts'
import { executeStep, type ExecuteStep } from '#contracts/assets/step.ts'
import type { FieldInputs } from '#contracts/assets/template.ts'
import { tokenAmountCodec, tokenKeys } from '#contracts/assets/token.ts'
import { encode } from '#contracts/codec/codec.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import {
  alice,
  bob,
  call,
  issuer,
  keyOf,
  logEntry,
  mallory,
  nth,
  signedInstruction
} from '#test/unit/assets/fixtures.ts'
import { claimOf, factsOf, judge, type Trial, trialOf } from '#test/unit/claims/fixtures.ts'
import { Committee, settingsWith } from '#test/unit/execution/fixtures.ts'

const people = [issuer, alice, bob, ...Array.from({ length: 12 }, (_, i) => keyOf(`holder ${i}`))]
// Few amounts and a busy issuer, so that balances often reach zero and leave the tree.
const who = fc.oneof(fc.constantFrom(issuer, alice), fc.constantFrom(...people))
const amount = fc.constantFrom(0n, 10n, 10n, 20n)
const act = fc.record({
  by: who,
  calls: fc.array(
    fc.oneof(
      fc.record({ name: fc.constantFrom('mint', 'transfer'), values: fc.record({ to: who, amount }) }),
      fc.record({ name: fc.constant('burn'), values: fc.record({ amount }) }),
      fc.record({ name: fc.constant('approve'), values: fc.record({ spender: who, amount }) }),
      fc.record({ name: fc.constant('transfer-from'), values: fc.record({ owner: who, to: who, amount }) }),
      fc.record({ name: fc.constantFrom('freeze', 'thaw'), values: fc.record({ account: who }) }),
      fc.record({ name: fc.constant('recall'), values: fc.record({ from: who, amount }) })
    ),
    { minLength: 1, maxLength: 3 }
  ),
  forced: fc.boolean()
})
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

function history(acts: readonly Act[], execute: ExecuteStep = executeStep): Trial {
  const next = new Map<PublicKey, number>()
  const instructions: Uint8Array[] = []
  const logEntries: Uint8Array[] = [logEntry({ kind: 'settled', sequence: 0, signers: [] })]
  for (const { by, calls, forced } of acts) {
    const sequence = next.get(by) ?? 0
    next.set(by, sequence + 1)
    const instruction = signedInstruction(
      by,
      sequence,
      calls.map(({ name, values }) => call(name, values as FieldInputs))
    )
    if (forced) logEntries.push(logEntry({ kind: 'instruction', instruction }))
    else instructions.push(instruction)
  }
  return trialOf(new Committee(settingsWith({ execute })).commit(62, instructions, logEntries))
}

/** Credits mallory in the step of this index. */
function lyingAt(index: number): ExecuteStep {
  return (context, input, view, verify) => {
    const result = executeStep(context, input, view, verify)
    if (result.kind !== 'step' || input.index !== index) return result
    const key = templateStateKey(tokenKeys.balance(mallory))
    return { ...result, writes: [...result.writes, { key, value: encode(tokenAmountCodec, 1n) }] }
  }
}

describe('the judge', () => {
  it('never convicts an honest step of any history', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 25 }), acts => {
        const trial = history(acts)
        for (let place = 0; place < trial.leaves.length; place++) {
          expect(judge(claimOf(trial, place), factsOf(trial.statement)).kind).toBe('not-guilty')
        }
      }),
      { numRuns: 40 }
    )
  })

  it('convicts the one lie of any history, and nothing before it', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 3, maxLength: 25 }), fc.nat(3), (acts, at) => {
        const trial = history(acts, lyingAt(at))
        for (let place = 0; place <= at; place++) {
          expect(judge(claimOf(trial, place), factsOf(trial.statement)).kind).toBe(
            place === at ? 'guilty' : 'not-guilty'
          )
        }
      }),
      { numRuns: 40 }
    )
  })

  it('convicts no honest committee by a claim with any one byte changed, cut off or doubled', () => {
    const pay = (by: PublicKey, name: 'mint' | 'transfer', to: PublicKey): Act => {
      return { by, calls: [{ name, values: { to, amount: 20n } }], forced: false }
    }
    const trial = history([...people.map(to => pay(issuer, 'mint', to)), pay(alice, 'transfer', bob)])
    const facts = factsOf(trial.statement)
    const bytes = encodeClaim(claimOf(trial, trial.leaves.length - 1))
    const kinds = new Map<string, number>()
    const attempt = (mutant: Uint8Array) => {
      const decoded = decodeClaim(mutant)
      const kind = decoded.ok ? judge(decoded.value, facts).kind : 'undecodable'
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const mutant = bytes.slice()
        mutant[at] = nth([...bytes.subarray(at, at + 1)], 0) ^ flip
        attempt(mutant)
      }
      attempt(bytes.slice(0, at))
      if (at > 0) attempt(Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at - 1)))
    }
    expect([...kinds.keys()].sort()).toEqual(['malformed', 'undecodable'])
  })

  it('gives every random claim a verdict', () => {
    const trial = history([])
    const valid = encodeClaim(claimOf(trial, 0))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(valid.length), (noise, at) => {
        const mutant = Uint8Array.of(...valid.subarray(0, at), ...noise, ...valid.subarray(at + noise.length))
        if (bytesToHex(mutant) === bytesToHex(valid)) return
        const decoded = decodeClaim(mutant)
        if (decoded.ok) expect(judge(decoded.value, factsOf(trial.statement)).kind).toBe('malformed')
      }),
      { numRuns: 300 }
    )
  })
})
