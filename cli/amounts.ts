// Amounts as people type and read them: "25", "0.5", with the decimals of what is counted; never a float.
import { AMOUNT_LIMIT } from '#contracts/primitives/amounts.ts'
import { misuse } from './exit-codes.ts'

export const SHARE_DECIMALS = 8

/** Base units of a typed amount. Throws E_AMOUNT for anything else, more digits than there are, or too much. */
export function parseAmount(text: string, decimals: number): bigint {
  const match = /^(\d{1,19})(?:\.(\d{1,18}))?$/.exec(text)
  if (match === null) throw misuse('E_AMOUNT', `${text} is not an amount`)
  const [, whole = '', part = ''] = match
  if (part.length > decimals) throw misuse('E_AMOUNT', `${text} has more than ${decimals} digits after the point`)
  const units = BigInt(whole + part.padEnd(decimals, '0'))
  if (units === 0n || units >= AMOUNT_LIMIT) throw misuse('E_AMOUNT', `${text} is out of range`)
  return units
}

/** "25", "0.5": no trailing zeros. */
export function formatAmount(units: bigint, decimals: number): string {
  const digits = String(units).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const part = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return part === '' ? whole : `${whole}.${part}`
}

export function formatShares(atoms: bigint): string {
  return `${formatAmount(atoms, SHARE_DECIMALS)} share`
}
