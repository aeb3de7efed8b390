import { describe, expect, it } from 'vitest'
import { tokenKeys, tokenTemplate } from '#contracts/assets/token.ts'
import {
  alice,
  bob,
  call,
  carol,
  issuer,
  Ledger,
  mallory,
  registrationWith,
  TOKEN_PARAMETERS,
  expectValue
} from './fixtures.ts'

function minted(amount = 100n): Ledger {
  const ledger = new Ledger()
  expect(ledger.does(issuer, 'mint', { to: alice, amount })).toBe('')
  return ledger
}

describe('the token template [EXE-2]', () => {
  it('mints to anyone what the issuer makes, and counts it in the supply', () => {
    const ledger = minted(100n)
    expect([ledger.balance(alice), ledger.supply]).toEqual([100n, 100n])
  })

  it('refuses a mint by anyone but the issuer', () => {
    expect(new Ledger().does(alice, 'mint', { to: alice, amount: 1n })).toBe('E_TOKEN_POWER')
  })

  it.each(['mint', 'freeze', 'recall'])('refuses %s where the registration does not give the power', power => {
    const ledger = new Ledger(registrationWith({ token: { [power]: false } }))
    const values =
      power === 'mint'
        ? { to: alice, amount: 1n }
        : power === 'freeze'
          ? { account: alice }
          : { from: alice, amount: 0n }
    expect(ledger.does(issuer, power, values)).toBe('E_TOKEN_POWER')
  })

  it('mints up to the supply cap and not one more', () => {
    const ledger = minted(TOKEN_PARAMETERS.supplyCap)
    expect(ledger.does(issuer, 'mint', { to: alice, amount: 1n })).toBe('E_TOKEN_CAP')
    expect(ledger.supply).toBe(TOKEN_PARAMETERS.supplyCap)
  })

  it('transfers units, and deletes a balance that reaches zero', () => {
    const ledger = minted(100n)
    expect(ledger.does(alice, 'transfer', { to: bob, amount: 100n })).toBe('')
    expect([ledger.balance(alice), ledger.balance(bob), ledger.has(tokenKeys.balance(alice))]).toEqual([
      0n,
      100n,
      false
    ])
  })

  it('transfers to oneself without making or losing units', () => {
    const ledger = minted(100n)
    expect(ledger.does(alice, 'transfer', { to: alice, amount: 60n })).toBe('')
    expect(ledger.balance(alice)).toBe(100n)
  })

  it('refuses a transfer of more than is there', () => {
    const ledger = minted(100n)
    expect(ledger.does(alice, 'transfer', { to: bob, amount: 101n })).toBe('E_TOKEN_BALANCE')
    expect(ledger.balance(bob)).toBe(0n)
  })

  it('burns own units and takes them off the supply', () => {
    const ledger = minted(100n)
    expect(ledger.does(alice, 'burn', { amount: 30n })).toBe('')
    expect([ledger.balance(alice), ledger.supply]).toEqual([70n, 70n])
  })

  it('refuses to burn more than is there, or at all without the power', () => {
    expect(minted(10n).does(alice, 'burn', { amount: 11n })).toBe('E_TOKEN_BALANCE')
    const ledger = new Ledger(registrationWith({ token: { burn: false } }))
    expect(ledger.does(alice, 'burn', { amount: 0n })).toBe('E_TOKEN_POWER')
  })

  it('lets a spender use an allowance once, to its end', () => {
    const ledger = minted(100n)
    expect(ledger.does(alice, 'approve', { spender: bob, amount: 50n })).toBe('')
    expect(ledger.does(bob, 'transfer-from', { owner: alice, to: carol, amount: 50n })).toBe('')
    expect(ledger.has(tokenKeys.allowance(alice, bob))).toBe(false)
    expect(ledger.does(bob, 'transfer-from', { owner: alice, to: carol, amount: 1n })).toBe('E_TOKEN_ALLOWANCE')
    expect([ledger.balance(alice), ledger.balance(carol)]).toEqual([50n, 50n])
  })

  it('leaves the allowance when the owner has too little', () => {
    const ledger = minted(10n)
    ledger.does(alice, 'approve', { spender: bob, amount: 50n })
    expect(ledger.does(bob, 'transfer-from', { owner: alice, to: carol, amount: 50n })).toBe('E_TOKEN_BALANCE')
    expect(ledger.amountAt(tokenKeys.allowance(alice, bob))).toBe(50n)
  })

  it('stops a frozen account from sending in every way, and lets it receive', () => {
    const ledger = minted(100n)
    ledger.does(alice, 'approve', { spender: bob, amount: 50n })
    expect(ledger.does(issuer, 'freeze', { account: alice })).toBe('')
    expect(ledger.does(alice, 'transfer', { to: bob, amount: 1n })).toBe('E_TOKEN_FROZEN')
    expect(ledger.does(alice, 'burn', { amount: 1n })).toBe('E_TOKEN_FROZEN')
    expect(ledger.does(alice, 'approve', { spender: carol, amount: 1n })).toBe('E_TOKEN_FROZEN')
    expect(ledger.does(bob, 'transfer-from', { owner: alice, to: bob, amount: 1n })).toBe('E_TOKEN_FROZEN')
    expect(ledger.does(issuer, 'mint', { to: alice, amount: 5n })).toBe('')
    expect(ledger.balance(alice)).toBe(105n)
  })

  it('refuses a frozen spender', () => {
    const ledger = minted(100n)
    ledger.does(alice, 'approve', { spender: bob, amount: 50n })
    ledger.does(issuer, 'freeze', { account: bob })
    expect(ledger.does(bob, 'transfer-from', { owner: alice, to: bob, amount: 1n })).toBe('E_TOKEN_FROZEN')
  })

  it('thaws by the issuer alone', () => {
    const ledger = minted(100n)
    ledger.does(issuer, 'freeze', { account: alice })
    expect(ledger.does(alice, 'thaw', { account: alice })).toBe('E_TOKEN_POWER')
    expect(ledger.does(issuer, 'thaw', { account: alice })).toBe('')
    expect(ledger.does(alice, 'transfer', { to: bob, amount: 1n })).toBe('')
  })

  it('recalls units to the issuer, even frozen ones, and only by the issuer', () => {
    const ledger = minted(100n)
    ledger.does(issuer, 'freeze', { account: alice })
    expect(ledger.does(mallory, 'recall', { from: alice, amount: 40n })).toBe('E_TOKEN_POWER')
    expect(ledger.does(issuer, 'recall', { from: alice, amount: 40n })).toBe('')
    expect([ledger.balance(alice), ledger.balance(issuer), ledger.supply]).toEqual([60n, 40n, 100n])
    expect(ledger.does(issuer, 'recall', { from: alice, amount: 61n })).toBe('E_TOKEN_BALANCE')
  })

  it('applies all calls of an instruction or none [EXE-1]', () => {
    const ledger = minted(100n)
    const calls = [call('transfer', { to: bob, amount: 60n }), call('transfer', { to: carol, amount: 60n })]
    expect(ledger.doesAll(alice, calls)).toBe('E_TOKEN_BALANCE')
    expect([ledger.balance(alice), ledger.balance(bob), ledger.balance(carol)]).toEqual([100n, 0n, 0n])
  })
})

describe('a template as people see it', () => {
  it('describes every call and reads back what it writes', () => {
    expect(tokenTemplate.calls.map(({ name }) => name)).toEqual([
      'mint',
      'burn',
      'transfer',
      'approve',
      'transfer-from',
      'freeze',
      'thaw',
      'recall'
    ])
    const encoded = call('transfer', { to: bob, amount: 5n })
    expect(expectValue(tokenTemplate.decodeCall(encoded))).toEqual({
      name: 'transfer',
      values: { to: bob, amount: 5n }
    })
    const parameters = expectValue(tokenTemplate.encodeParameters(TOKEN_PARAMETERS))
    expect(expectValue(tokenTemplate.decodeParameters(parameters))).toEqual(TOKEN_PARAMETERS)
  })

  it.each([
    ['an unknown call', 'steal', {}],
    ['a field left out', 'transfer', { to: bob }],
    ['a field that is not there', 'transfer', { to: bob, amount: 1n, memo: 'x' }],
    ['a key that is none', 'transfer', { to: 'bob', amount: 1n }],
    ['an amount below zero', 'transfer', { to: bob, amount: -1n }],
    ['an inherited name', 'toString', {}]
  ])('refuses %s instead of throwing', (_, name, values) => {
    expect(tokenTemplate.encodeCall(name, values)).toMatchObject({ ok: false, code: 'E_CALL_FORM' })
  })

  it.each([
    ['a cap of zero', { supplyCap: 0n }],
    ['too many decimals', { decimals: 19 }],
    ['a name that is not printable', { name: 'a\n' }]
  ])('refuses parameters with %s', (_, changes) => {
    const verdict = tokenTemplate.encodeParameters({ ...TOKEN_PARAMETERS, ...changes })
    expect(verdict).toMatchObject({ ok: false, code: 'E_TEMPLATE_PARAMETERS' })
  })
})
