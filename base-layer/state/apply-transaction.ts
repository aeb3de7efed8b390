// One transaction on the state of a block under construction [LED-3]. Checks go from cheap to dear, the
// signature before the action, so that nobody makes us judge a claim for free. Leaves the state half-written
// when it refuses: callers wrap it in Work.attempt.
import { encode } from '#contracts/codec/codec.ts'
import { signingBytes, verifySignature } from '#contracts/crypto/signature.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { leastFeeOf } from '#contracts/ledger/fee.ts'
import { keysOf, outputIdOf, spenderOf } from '#contracts/ledger/output.ts'
import {
  type Transaction,
  TRANSACTION_BYTES,
  transactionBodyCodec,
  transactionCodec
} from '#contracts/ledger/transaction.ts'
import type { Hash, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { accept, type Rejection, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { applyAction } from './actions/apply-action.ts'
import type { Reader } from './period-tables.ts'
import { locksOpenedBy, signersOf, signingKeyOf } from './signers.ts'
import { isOwnerKey } from './usable-keys.ts'
import type { Work } from './work.ts'

/** A transaction with what is derived from its bytes, once. */
export interface PreparedTransaction {
  readonly transaction: Transaction
  readonly id: TransactionId
  /** The encoding without the signature: what is signed. */
  readonly body: Uint8Array
  readonly encoded: Uint8Array
}

export function prepareTransaction(transaction: Transaction): PreparedTransaction {
  const body = encode(transactionBodyCodec, transaction)
  const id = hashHex<TransactionId>('transaction', body)
  return { transaction, id, body, encoded: encode(transactionCodec, transaction) }
}

/** `place` is the transaction's place in the block. */
export function applyTransaction(work: Work, prepared: PreparedTransaction, place: number): Verdict<undefined> {
  const { transaction, id } = prepared
  const fault = formFault(work, prepared) ?? outputsFault(transaction)
  if (fault !== undefined) return fault
  const source = collectInputs(work, transaction)
  if (!source.ok) return source
  const { signers, payer, atoms, touched } = source.value
  const key = signingKeyOf(signers)
  if (key === undefined) return reject('E_TX_SIGNERS', 'these keys make no key together')
  if (!verifySignature(key, signingBytes('transaction', work.chain.genesis, prepared.body), transaction.signature)) {
    return reject('E_TX_SIGNATURE', 'the signature does not verify under the keys of the inputs and of the action')
  }
  const spare = atoms - transaction.outputs.reduce((sum, output) => sum + output.atoms, 0n)
  if (spare < 0n) return reject('E_TX_FUNDS', 'the outputs hold more than the inputs')
  const least = isFree(transaction) ? 0n : leastFeeOf(work.parameters, prepared.encoded.length, signers.length)
  // What an action locks only makes the fee smaller: nobody is judged for less than the fee.
  if (spare < least) return feeFault(least)
  work.touch(touched, id)
  const { outputs } = transaction
  const context = { work, signers: new Set(signers), payer, transaction: id, outputs, spare, place }
  const locked = applyAction(context, transaction.action)
  if (!locked.ok) return locked
  const fee = spare - locked.value
  if (fee < 0n) return reject('E_TX_FUNDS', 'the inputs do not cover what the action locks')
  if (fee < least) return feeFault(least)
  work.now.fees += fee
  for (const input of transaction.inputs) {
    work.remove('outputs', input)
    work.spent.push({ output: input, transaction: id })
  }
  transaction.outputs.forEach((output, index) => {
    work.put('outputs', outputIdOf(id, index), { output, createdAt: work.height, maturesAt: null })
  })
  return accept()
}

function feeFault(least: bigint): Rejection {
  return reject('E_TX_FEE', `the fee is below ${least} atoms`)
}

/** A reveal serves everyone and comes from a peer once a period, so it is free [POS-3]. */
function isFree(transaction: Transaction): boolean {
  return transaction.action?.kind === 'seed.reveal' && transaction.inputs.length === 0
}

function formFault(work: Work, { transaction, encoded }: PreparedTransaction): Rejection | undefined {
  const { notBefore, notAfter, inputs, preimages } = transaction
  if (encoded.length > TRANSACTION_BYTES) return reject('E_TX_TOO_LARGE', `more than ${TRANSACTION_BYTES} bytes`)
  if (notBefore !== null && work.height < notBefore) return reject('E_TX_EARLY', `not before height ${notBefore}`)
  if (notAfter !== null && work.height > notAfter) return reject('E_TX_LATE', `not after height ${notAfter}`)
  if (new Set(inputs).size !== inputs.length) return reject('E_TX_INPUT_TWICE', 'an input is listed twice')
  if (inputs.length === 0 && !isFree(transaction)) return reject('E_TX_NO_INPUTS', 'a transaction spends something')
  return locksOpenedBy(transaction).size === preimages.length
    ? undefined
    : reject('E_TX_PREIMAGE', 'a preimage is listed twice')
}

function outputsFault({ outputs }: Transaction): Rejection | undefined {
  for (const output of outputs) {
    if (output.atoms === 0n) return reject('E_TX_OUTPUT_EMPTY', 'an output holds nothing')
    if (!keysOf(output).every(isOwnerKey)) return reject('E_TX_OUTPUT_KEY', 'nobody can own an output of this key')
  }
  return undefined
}

interface Source {
  /** Who must sign [SIG-3]. */
  readonly signers: readonly PublicKey[]
  /** Who owns the first input, or whom a free action names. */
  readonly payer: PublicKey
  readonly atoms: bigint
  /** Everyone who signs, and whose an output was, is, or may come to be [PRF-4]. */
  readonly touched: readonly PublicKey[]
}

function collectInputs(work: Work, transaction: Transaction): Verdict<Source> {
  const opened = locksOpenedBy(transaction)
  const used = new Set<Hash>()
  const touched = transaction.outputs.flatMap(keysOf)
  let atoms = 0n
  for (const input of transaction.inputs) {
    const found = work.get('outputs', input)
    if (found === undefined) return reject('E_TX_INPUT_UNKNOWN', 'an input is spent or was never there')
    const { output, maturesAt } = found
    if (maturesAt !== null && maturesAt > work.now.recordedFinal.height) {
      return reject('E_TX_IMMATURE', 'a fee share is spendable once its block is recorded final')
    }
    if (output.kind === 'hashlock') {
      const fault = lockFault(output, opened.has(output.hash), work.now.ticks)
      if (fault !== undefined) return fault
      used.add(output.hash)
    }
    touched.push(...keysOf(output))
    atoms += output.atoms
  }
  if (![...opened].every(hash => used.has(hash))) return reject('E_TX_PREIMAGE', 'a preimage opens none of the inputs')
  const read: Reader = (section, key) => work.get(section, key)
  const signers = signersOf(read, transaction)
  const first = transaction.inputs[0] === undefined ? undefined : work.get('outputs', transaction.inputs[0])
  const payer = first === undefined ? signers?.[0] : spenderOf(first.output, opened)
  return signers === undefined || payer === undefined
    ? reject('E_TX_NO_INPUTS', 'a transaction spends something')
    : accept({ signers, payer, atoms, touched: [...signers, ...touched] })
}

/** The claimant's before the timeout, the refund key's from it on, never both's [LED-1]. */
function lockFault({ timeout }: { readonly timeout: number }, isClaimed: boolean, ticks: number): Rejection | undefined {
  if (isClaimed && ticks >= timeout) return reject('E_TX_LOCK_LATE', `the lock could be claimed before tick ${timeout}`)
  return !isClaimed && ticks < timeout
    ? reject('E_TX_LOCK_EARLY', `without its preimage the lock opens at tick ${timeout}`)
    : undefined
}
