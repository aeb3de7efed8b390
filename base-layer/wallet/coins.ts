// Which outputs pay for a transaction: none of change if a set fits, else the fewest; unhosted before hosted, so that
// paying does not cost its owner weight [POS-1]; never an output worth less than spending it costs. Pure.
import { hostOf, type OutputRecord } from '#contracts/ledger/output.ts'
import { TRANSACTION_INPUTS } from '#contracts/ledger/transaction.ts'
import type { OutputId } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { inShares } from './shares.ts'

export interface Coin {
  readonly id: OutputId
  readonly record: OutputRecord
}

export type CoinsCode = 'E_FUNDS' | 'E_INPUTS_TOO_MANY'

/** All in atoms. */
export interface CoinsNeed {
  /** What outputs, action and the fee of all but the inputs take. */
  readonly atoms: bigint
  /** What one more input adds to the fee. */
  readonly inputCost: bigint
  /** What an output for change costs now and to spend later: less than this is not worth one. Zero: none is fitted. */
  readonly changeCost: bigint
}

/** How many sets are tried for one that needs no change. */
const FIT_TRIES = 20_000
/** A wallet in more pieces than this joins some with each payment that leaves change. */
const PIECES_MAX = 100
const JOINED = 8

/** At least one coin, worth the need after what their inputs cost. E_FUNDS, or E_INPUTS_TOO_MANY beyond 256. */
export function selectCoins(coins: readonly Coin[], need: CoinsNeed): Verdict<readonly Coin[], CoinsCode> {
  const usable = coins.filter(coin => worthOf(coin, need) > 0n).sort(byAtoms)
  const loose = usable.filter(coin => hostOf(coin.record.output) === null)
  const chosen = fit(loose, need) ?? pick(loose, need)
  if (chosen !== undefined) return limited(joinPieces(loose, chosen, need))
  const rest = need.atoms - loose.reduce((sum, coin) => sum + worthOf(coin, need), 0n)
  const hosted = pick(
    usable.filter(coin => hostOf(coin.record.output) !== null),
    { ...need, atoms: rest }
  )
  if (hosted !== undefined) return limited(withoutNeedless([...hosted, ...loose], need))
  return reject('E_FUNDS', `${inShares(sumOf(coins))} can be spent, and ${inShares(need.atoms)} with the fee is needed`)
}

function worthOf(coin: Coin, need: CoinsNeed): bigint {
  return coin.record.output.atoms - need.inputCost
}

function limited(chosen: readonly Coin[]): Verdict<readonly Coin[], CoinsCode> {
  if (chosen.length <= TRANSACTION_INPUTS) return accept(chosen)
  return reject('E_INPUTS_TOO_MANY', `more than ${TRANSACTION_INPUTS} outputs are needed: join some of them first`)
}

/** Branch and bound: a set that leaves less than change would cost. Undefined if none is found within the tries. */
function fit(ascending: readonly Coin[], need: CoinsNeed): readonly Coin[] | undefined {
  if (need.changeCost === 0n) return undefined
  const coins = [...ascending].reverse()
  const left: bigint[] = new Array(coins.length + 1).fill(0n)
  for (let i = coins.length - 1; i >= 0; i--) left[i] = (left[i + 1] ?? 0n) + worthAt(coins, i, need)
  let tries = FIT_TRIES
  const search = (from: number, missing: bigint, taken: readonly Coin[]): readonly Coin[] | undefined => {
    if (missing <= 0n && taken.length > 0) return -missing < need.changeCost ? taken : undefined
    const coin = coins[from]
    if (coin === undefined || taken.length === TRANSACTION_INPUTS || missing > (left[from] ?? 0n) || tries-- <= 0) {
      return undefined
    }
    return search(from + 1, missing - worthOf(coin, need), [...taken, coin]) ?? search(from + 1, missing, taken)
  }
  return coins.length > FIT_DEPTH ? undefined : search(0, need.atoms, [])
}

/** The search goes one call deeper for each coin. */
const FIT_DEPTH = 1_000

function worthAt(coins: readonly Coin[], index: number, need: CoinsNeed): bigint {
  const coin = coins[index]
  return coin === undefined ? 0n : worthOf(coin, need)
}

/** The smallest single one that suffices, else the largest first, with the smallest last one that does. */
function pick(ascending: readonly Coin[], need: CoinsNeed): readonly Coin[] | undefined {
  const chosen: Coin[] = []
  let missing = need.atoms
  for (let last = ascending.length - 1; last >= 0; last--) {
    const single = ascending.slice(0, last + 1).find(coin => worthOf(coin, need) >= missing)
    if (single !== undefined) return [...chosen, single]
    const coin = ascending[last]
    if (coin === undefined) return undefined
    chosen.push(coin)
    missing -= worthOf(coin, need)
  }
  return undefined
}

/** Smallest first, every coin that the others make up for is left out. */
function withoutNeedless(chosen: readonly Coin[], need: CoinsNeed): readonly Coin[] {
  let over = chosen.reduce((sum, coin) => sum + worthOf(coin, need), 0n) - need.atoms
  return [...chosen].sort(byAtoms).filter(coin => {
    const worth = worthOf(coin, need)
    if (worth > over) return true
    over -= worth
    return false
  })
}

/** Adds the smallest coins of a wallet in many pieces to what it pays with. */
function joinPieces(ascending: readonly Coin[], chosen: readonly Coin[], need: CoinsNeed): readonly Coin[] {
  if (ascending.length <= PIECES_MAX || need.changeCost === 0n) return chosen
  const taken = new Set(chosen)
  const room = Math.min(JOINED, TRANSACTION_INPUTS - chosen.length)
  return [...chosen, ...ascending.filter(coin => !taken.has(coin)).slice(0, Math.max(0, room))]
}

export function sumOf(coins: readonly Coin[]): bigint {
  return coins.reduce((sum, coin) => sum + coin.record.output.atoms, 0n)
}

/** By amount, then by id, so that equal wallets choose equally. */
function byAtoms(a: Coin, b: Coin): number {
  const [x, y] = [a.record.output.atoms, b.record.output.atoms]
  return x < y ? -1 : x > y ? 1 : a.id < b.id ? -1 : 1
}
