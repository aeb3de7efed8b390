// From coins and wishes to the body of a transaction that pays the fee asked: inputs chosen, change given to a key of the
// wallet, dust left to the fee [LED-3, LED-5]. Pure: accounts and joint signing use it alike.
import { encode } from '#contracts/codec/codec.ts'
import { SIGNATURE_BYTES } from '#contracts/crypto/signature.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { leastFeeOf, outputsAdded } from '#contracts/ledger/fee.ts'
import { hostOf, type Output, spenderOf } from '#contracts/ledger/output.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import { type Transaction, type TransactionBody, transactionCodec } from '#contracts/ledger/transaction.ts'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { CHAIN_LIMITS } from '../chain/limits.ts'
import { laneOf } from '../state/transactions/block-limits.ts'
import { type Coin, type CoinsCode, selectCoins, sumOf } from './coins.ts'
import { inShares } from './shares.ts'

export interface Payment {
  readonly to: PublicKey
  readonly atoms: bigint
  /** The peer that is to represent these shares; default nobody. */
  readonly host?: PublicKey | null
}

/** How much more than the least fee is offered, percent. */
export type FeePercent = number
export const FEE_PERCENT = { low: 100, normal: 120, high: 400 } as const satisfies Record<string, FeePercent>
export type FeeTarget = keyof typeof FEE_PERCENT

export interface TransactionWishes {
  readonly payments?: readonly Payment[]
  /** Beside the payments: locks, and outputs whose place matters; they come first. */
  readonly outputs?: readonly Output[]
  readonly action?: Action | null
  readonly notAfter?: number | null
  readonly memo?: Transaction['memo']
  readonly preimages?: readonly Uint8Array[]
  /** Spent whatever else is; what they hold beyond the rest is change. */
  readonly spend?: readonly Coin[]
  /** No other coins than `spend`. */
  readonly only?: boolean
  readonly fee?: FeePercent
  /** The fee of what this takes the place of: more than that, and its own way through the network, is paid [GSP-3]. */
  readonly replacedFee?: bigint
  /** Kept with the transaction, in words. */
  readonly note?: string
  /** Where change goes; default a key of the wallet that was never used. */
  readonly change?: PublicKey
}

export interface AssemblyContext {
  readonly parameters: Pick<Parameters, 'feeAtoms' | 'feeByteAtoms'>
  /** Atoms per thousand bytes below which mempools take nothing, by lane; see BaseChain.floors. */
  readonly floors?: readonly number[]
  /** Coins that may be chosen. */
  readonly coins: readonly Coin[]
  /** Atoms that the action locks. */
  readonly locked: bigint
  /** Keys the action names. */
  readonly authorities: readonly PublicKey[]
  /** Keys of hash locks opened by the preimages. */
  readonly opened: ReadonlySet<Hash>
  readonly changeKey: () => PublicKey
}

export interface Assembly {
  readonly body: TransactionBody
  readonly coins: readonly Coin[]
  readonly fee: bigint
}

const NO_SIGNATURE = new Uint8Array(SIGNATURE_BYTES)
/** 32 bytes and their head. */
const INPUT_BYTES = 34
/** A key output with the largest amount and a host. */
const CHANGE_BYTES = 82
/** Longer heads of longer lists. */
const HEADS_BYTES = 6
const RELAY_RATE = CHAIN_LIMITS.mempoolRelayRate

/** E_FUNDS or E_INPUTS_TOO_MANY if the coins do not suffice. */
export function assemble(wishes: TransactionWishes, context: AssemblyContext): Verdict<Assembly, CoinsCode> {
  const { spend = [], only = false } = wishes
  const outputs = outputsOf(wishes)
  const floor = context.floors?.[laneOf({ action: wishes.action ?? null })] ?? 0
  const percent = BigInt(Math.max(100, wishes.fee ?? FEE_PERCENT.low))
  const spenders = (coins: readonly Coin[]): number =>
    new Set([...context.authorities, ...coins.map(({ record }) => spenderOf(record.output, context.opened))]).size
  const feeOf = (bytes: number, keys: number, added = 0): bigint =>
    (largest(leastFeeOf(context.parameters, bytes, keys, added), rated(floor, bytes)) * percent + 99n) / 100n
  const totalOf = (bytes: number, keys: number, added: number): bigint =>
    largest(
      feeOf(bytes, keys, added),
      wishes.replacedFee === undefined ? 0n : wishes.replacedFee + rated(RELAY_RATE, bytes)
    )
  const bytesOf = (inputs: readonly Coin[], all: readonly Output[]): number =>
    encode(transactionCodec, { ...bodyOf(wishes, inputs, all), signature: NO_SIGNATURE }).length

  const paid = outputs.reduce((sum, output) => sum + output.atoms, 0n) + context.locked
  const fixedBytes = bytesOf(spend, outputs) + HEADS_BYTES
  // As if one coin sufficed: more of them only make it less.
  const fixedAdded = outputsAdded(Math.max(1, spend.length), outputs.length)
  const missing = paid + totalOf(fixedBytes, Math.max(1, spenders(spend)), fixedAdded) - sumOf(spend)
  const moreKeys = new Set(context.coins.map(({ record }) => spenderOf(record.output, context.opened))).size > 1
  const inputCost = feeOf(INPUT_BYTES, moreKeys || spend.length > 0 ? 1 : 0)
  const changeCost = feeOf(CHANGE_BYTES, 0, 1) + feeOf(INPUT_BYTES, 1)
  let coins = spend
  if (missing > 0n || spend.length === 0) {
    if (only) return reject('E_FUNDS', `these outputs are short of ${inShares(missing)}`)
    const chosen = selectCoins(context.coins, { atoms: missing, inputCost, changeCost })
    if (!chosen.ok) return chosen
    coins = [...spend, ...chosen.value]
  }
  const keys = spenders(coins)
  const left = sumOf(coins) - paid
  const bytes = bytesOf(coins, outputs)
  const bare = totalOf(bytes, keys, outputsAdded(coins.length, outputs.length))
  const change = left - totalOf(bytes + CHANGE_BYTES + 1, keys, outputsAdded(coins.length, outputs.length + 1))
  if (left < bare)
    return reject('E_FUNDS', `the fee of ${inShares(bare)} is more than the ${inShares(largest(left, 0n))} left for it`)
  if (change <= feeOf(INPUT_BYTES, 1)) return accept({ body: bodyOf(wishes, coins, outputs), coins, fee: left })
  const hosted = coins.find(({ record }) => hostOf(record.output) !== null)
  const host = hosted === undefined || wishes.spend?.includes(hosted) ? null : hostOf(hosted.record.output)
  const all: readonly Output[] = [
    ...outputs,
    { kind: 'key', owner: wishes.change ?? context.changeKey(), host, atoms: change }
  ]
  return accept({ body: bodyOf(wishes, coins, all), coins, fee: left - change })
}

function outputsOf({ outputs = [], payments = [] }: TransactionWishes): readonly Output[] {
  return [
    ...outputs,
    ...payments.map(({ to, atoms, host = null }): Output => ({ kind: 'key', owner: to, host, atoms }))
  ]
}

function bodyOf(wishes: TransactionWishes, coins: readonly Coin[], outputs: readonly Output[]): TransactionBody {
  const { action = null, notAfter = null, memo = null, preimages = [] } = wishes
  return { inputs: coins.map(coin => coin.id), outputs, action, notBefore: null, notAfter, memo, preimages }
}

/** Atoms for so many bytes at a rate per thousand. */
function rated(rate: number, bytes: number): bigint {
  return (BigInt(rate) * BigInt(bytes) + 999n) / 1000n
}

function largest(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
