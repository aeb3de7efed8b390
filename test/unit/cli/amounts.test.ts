import { describe, expect, it } from 'vitest'
import { formatAmount, parseAmount } from '#cli/amounts.ts'
import { CommandFailure } from '#cli/exit-codes.ts'

const codeOf = (text: string, decimals: number): string | undefined => {
  try {
    parseAmount(text, decimals)
    return undefined
  } catch (error) {
    return error instanceof CommandFailure ? error.code : 'not a failure'
  }
}

describe('amounts as people type them [ENC-2]', () => {
  it('reads whole and broken amounts without floats', () => {
    expect(parseAmount('25', 8)).toBe(2_500_000_000n)
    expect(parseAmount('0.1', 8)).toBe(10_000_000n)
    expect(parseAmount('92233720368.54775807', 8)).toBe(9_223_372_036_854_775_807n)
  })

  it.each([
    ['nothing', '', 2],
    ['a sign', '-1', 2],
    ['a comma', '1,5', 2],
    ['an exponent', '1e3', 2],
    ['a bare point', '1.', 2],
    ['more digits than there are', '0.123', 2],
    ['zero', '0.00', 2],
    ['2^63', '92233720368.54775808', 8]
  ])('refuses %s', (_what, text, decimals) => {
    expect(codeOf(text, decimals)).toBe('E_AMOUNT')
  })

  it('writes no needless zeros', () => {
    expect(formatAmount(2_500_000_000n, 8)).toBe('25')
    expect(formatAmount(1n, 8)).toBe('0.00000001')
    expect(formatAmount(150n, 2)).toBe('1.5')
    expect(formatAmount(7n, 0)).toBe('7')
  })
})
