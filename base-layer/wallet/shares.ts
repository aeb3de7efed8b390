// Amounts of coin in the sentences of a wallet: shares, as people count them, never atoms and never a float [ENC-2].
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'

/** "12.5 share": no trailing zeros. */
export function inShares(atoms: bigint): string {
  const part = String(atoms % ATOMS_PER_SHARE)
    .padStart(8, '0')
    .replace(/0+$/, '')
  return `${atoms / ATOMS_PER_SHARE}${part === '' ? '' : `.${part}`} share`
}
