import { describe, expect, it } from 'vitest'
import { checkRegistration, findTemplate, firstRootOf } from '#contracts/assets/registry.ts'
import { DEV_PARAMETERS, MAIN_PARAMETERS } from '#contracts/ledger/parameters.ts'
import { registrationWith, expectValue } from './fixtures.ts'

describe('checkRegistration [AST-1, section 21]', () => {
  it('accepts a token with seven seats under the dev parameters', () => {
    expect(checkRegistration(registrationWith(), DEV_PARAMETERS).ok).toBe(true)
  })

  it.each([
    ['a symbol in lower case', { symbol: 'gold' }, 'E_ASSET_SYMBOL'],
    ['no symbol', { symbol: '' }, 'E_ASSET_SYMBOL'],
    ['one seat', { seats: 1 }, 'E_ASSET_SEATS'],
    ['seats that are not 3f + 1', { seats: 6 }, 'E_ASSET_SEATS'],
    ['no collateral', { collateralPerSeat: 0n }, 'E_ASSET_COLLATERAL'],
    ['no term', { termTicks: 0 }, 'E_ASSET_TERM'],
    ['no interval', { interval: 0 }, 'E_ASSET_TERMS'],
    ['an interval longer than salvage', { interval: 8 }, 'E_ASSET_TERMS'],
    ['a window too short for a demand', { windowTicks: 42 }, 'E_ASSET_TERMS'],
    ['a window longer than evidence lives', { windowTicks: 158 }, 'E_ASSET_TERMS'],
    ['an unknown template', { template: 'ticket' }, 'E_ASSET_TEMPLATE'],
    ['an unknown version', { templateVersion: 2 }, 'E_ASSET_TEMPLATE'],
    ['parameters of no template', { parameters: Uint8Array.of(1) }, 'E_TEMPLATE_PARAMETERS']
  ])('refuses %s', (_, changes, code) => {
    expect(checkRegistration(registrationWith(changes), DEV_PARAMETERS)).toMatchObject({ ok: false, code })
  })

  it('holds the terms against the network it is asked about', () => {
    expect(checkRegistration(registrationWith(), MAIN_PARAMETERS)).toMatchObject({ code: 'E_ASSET_TERMS' })
  })
})

describe('the first state [CKP-1]', () => {
  it('is the same for the same template and differs by nothing but it', () => {
    const root = expectValue(firstRootOf(registrationWith()))
    expect(expectValue(firstRootOf(registrationWith({ symbol: 'LEAD' })))).toBe(root)
    expect(root).toBe('404ccbf64e9e3071b2e7d2a24645adad260c93e37481d6c0f66a74a072bec2f6')
  })

  it('is refused for an unknown template', () => {
    expect(findTemplate('token', 2)).toBeUndefined()
    expect(firstRootOf(registrationWith({ templateVersion: 2 }))).toMatchObject({ code: 'E_ASSET_TEMPLATE' })
  })
})
