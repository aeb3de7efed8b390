// Which outputs pay for a transaction: the fewest that suffice, unhosted before hosted, so that paying a fee does not cost
// its owner weight [POS-1], and never an output that another transaction of this account holds. Pure.
import { hostOf, type OutputRecord } from '#contracts/ledger/output.ts'
import { TRANSACTION_INPUTS } from '#contracts/ledger/transaction.ts'
import type { OutputId } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'

export interface Coin {
  readonly id: OutputId
  readonly record: OutputRecord
}

export type CoinsCode = 'E_FUNDS' | 'E_INPUTS_TOO_MANY'

/** Coins that hold at least `atoms`, at least one; the smallest single one that suffices, else the largest first. */
export function selectCoins(coins: readonly Coin[], atoms: bigint): Verdict<readonly Coin[], CoinsCode> {
  const loose = coins.filter(coin => hostOf(coin.record.output) === null)
  const chosen = pick(loose, atoms) ?? pick(coins, atoms)
  if (chosen === undefined) {
    return reject('E_FUNDS', `${sumOf(coins)} atoms can be spent where ${atoms} are needed`)
  }
  if (chosen.length > TRANSACTION_INPUTS) {
    return reject('E_INPUTS_TOO_MANY', `more than ${TRANSACTION_INPUTS} outputs are needed: join some of them first`)
  }
  return accept(chosen)
}

function pick(coins: readonly Coin[], atoms: bigint): readonly Coin[] | undefined {
  const ascending = [...coins].sort((a, b) => compareAtoms(a, b))
  const single = ascending.find(coin => coin.record.output.atoms >= atoms)
  if (single !== undefined) return [single]
  const chosen: Coin[] = []
  let held = 0n
  for (const coin of ascending.reverse()) {
    chosen.push(coin)
    held += coin.record.output.atoms
    if (held >= atoms) return chosen
  }
  return undefined
}

export function sumOf(coins: readonly Coin[]): bigint {
  return coins.reduce((sum, coin) => sum + coin.record.output.atoms, 0n)
}

/** By amount, then by id, so that equal wallets choose equally. */
function compareAtoms(a: Coin, b: Coin): number {
  const [x, y] = [a.record.output.atoms, b.record.output.atoms]
  return x < y ? -1 : x > y ? 1 : a.id < b.id ? -1 : 1
}
