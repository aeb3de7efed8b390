// Any history of calls on a token against a plain model: balances add up to the supply, and both agree on every
// code.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenKeys } from '#contracts/assets/token.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { alice, bob, issuer, Ledger, TOKEN_PARAMETERS } from '#test/unit/assets/fixtures.ts'

const who = fc.constantFrom(issuer, alice, bob)
const amount = fc.oneof(fc.bigInt(0n, 50n), fc.bigInt(0n, (1n << 63n) - 1n))

type Act =
  | {
      readonly name: 'mint' | 'transfer' | 'recall'
      readonly by: PublicKey
      readonly other: PublicKey
      readonly amount: bigint
    }
  | { readonly name: 'burn'; readonly by: PublicKey; readonly amount: bigint }
  | {
      readonly name: 'approve' | 'transfer-from'
      readonly by: PublicKey
      readonly other: PublicKey
      readonly to: PublicKey
      readonly amount: bigint
    }
  | { readonly name: 'freeze' | 'thaw'; readonly by: PublicKey; readonly other: PublicKey }

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    name: fc.constantFrom('mint' as const, 'transfer' as const, 'recall' as const),
    by: who,
    other: who,
    amount
  }),
  fc.record({ name: fc.constant('burn' as const), by: who, amount }),
  fc.record({
    name: fc.constantFrom('approve' as const, 'transfer-from' as const),
    by: who,
    other: who,
    to: who,
    amount
  }),
  fc.record({ name: fc.constantFrom('freeze' as const, 'thaw' as const), by: who, other: who })
)

/** The token as one would write it on a page. */
class Model {
  readonly balances = new Map<string, bigint>()
  readonly allowances = new Map<string, bigint>()
  readonly frozen = new Set<string>()

  get supply(): bigint {
    return [...this.balances.values()].reduce((a, b) => a + b, 0n)
  }

  code(act: Act): string {
    switch (act.name) {
      case 'mint':
        if (act.by !== issuer) return 'E_TOKEN_POWER'
        if (this.supply + act.amount > TOKEN_PARAMETERS.supplyCap) return 'E_TOKEN_CAP'
        this.change(act.other, act.amount)
        return ''
      case 'burn':
        return this.send(act.by, undefined, act.amount)
      case 'transfer':
        return this.send(act.by, act.other, act.amount)
      case 'recall':
        if (act.by !== issuer) return 'E_TOKEN_POWER'
        return this.move(act.other, issuer, act.amount)
      case 'approve':
        if (this.frozen.has(act.by)) return 'E_TOKEN_FROZEN'
        this.allowances.set(act.by + act.other, act.amount)
        return ''
      case 'transfer-from': {
        if (this.frozen.has(act.by)) return 'E_TOKEN_FROZEN'
        const allowed = this.allowances.get(act.other + act.by) ?? 0n
        if (allowed < act.amount) return 'E_TOKEN_ALLOWANCE'
        const code = this.send(act.other, act.to, act.amount)
        if (code === '') this.allowances.set(act.other + act.by, allowed - act.amount)
        return code
      }
      case 'freeze':
      case 'thaw':
        if (act.by !== issuer) return 'E_TOKEN_POWER'
        if (act.name === 'freeze') this.frozen.add(act.other)
        else this.frozen.delete(act.other)
        return ''
    }
  }

  balance(of: string): bigint {
    return this.balances.get(of) ?? 0n
  }

  private send(from: string, to: string | undefined, units: bigint): string {
    return this.frozen.has(from) ? 'E_TOKEN_FROZEN' : this.move(from, to, units)
  }

  private move(from: string, to: string | undefined, units: bigint): string {
    if (this.balance(from) < units) return 'E_TOKEN_BALANCE'
    this.change(from, -units)
    if (to !== undefined) this.change(to, units)
    return ''
  }

  private change(of: string, by: bigint): void {
    this.balances.set(of, this.balance(of) + by)
  }
}

function run(ledger: Ledger, act: Act): string {
  switch (act.name) {
    case 'mint':
    case 'transfer':
      return ledger.does(act.by, act.name, { to: act.other, amount: act.amount })
    case 'recall':
      return ledger.does(act.by, act.name, { from: act.other, amount: act.amount })
    case 'burn':
      return ledger.does(act.by, act.name, { amount: act.amount })
    case 'approve':
      return ledger.does(act.by, act.name, { spender: act.other, amount: act.amount })
    case 'transfer-from':
      return ledger.does(act.by, act.name, { owner: act.other, to: act.to, amount: act.amount })
    case 'freeze':
    case 'thaw':
      return ledger.does(act.by, act.name, { account: act.other })
  }
}

describe('the token template', () => {
  it('does what a plain model does, and never makes or loses a unit [EXE-2]', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), acts => {
        const ledger = new Ledger()
        const model = new Model()
        for (const next of acts) {
          expect(run(ledger, next)).toBe(model.code(next))
          let total = 0n
          for (const account of [issuer, alice, bob]) {
            expect(ledger.balance(account)).toBe(model.balance(account))
            expect(ledger.has(tokenKeys.balance(account))).toBe(model.balance(account) > 0n)
            total += ledger.balance(account)
          }
          expect(ledger.supply).toBe(total)
          expect(total <= TOKEN_PARAMETERS.supplyCap).toBe(true)
        }
      }),
      { numRuns: 100 }
    )
  })
})
