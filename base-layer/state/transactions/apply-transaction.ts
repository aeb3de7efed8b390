// One transaction on the state of a block under construction [LED-3]. Checks go from cheap to dear, the
// signature before the action, so that nobody makes us judge a claim for free. Leaves the state half-written
// when it refuses: callers wrap it in Work.attempt.
import { encode } from '#contracts/codec/codec.ts'
import { signingBytes, verifySignature } from '#contracts/crypto/signature.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { checkForm, isFree } from '#contracts/ledger/check.ts'
import { leastFeeOf, outputsAdded } from '#contracts/ledger/fee.ts'
import { keysOf, type Output, outputIdOf, spenderOf } from '#contracts/ledger/output.ts'
import { bodyOfEncoded, type Transaction, transactionCodec } from '#contracts/ledger/transaction.ts'
import type { Hash, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { accept, type Rejection, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { applyAction } from '../actions/apply-action.ts'
import { LOCK_TICKS } from '../limits.ts'
import type { Reader } from '../finality/period-tables.ts'
import { locksOpenedBy, signersOf, signingKeyOf } from './signers.ts'
import { isOwnerKey } from './usable-keys.ts'
import type { Work } from '../work.ts'

/** A transaction with what is derived from its bytes, once. */
export interface PreparedTransaction {
  readonly transaction: Transaction
  readonly id: TransactionId
  /** The encoding without the signature: what is signed. */
  readonly body: Uint8Array
  readonly encoded: Uint8Array
}

/** A transaction is never changed, and met several times on its way into the final chain. */
const known = new WeakMap<Transaction, PreparedTransaction>()

export function prepareTransaction(transaction: Transaction): PreparedTransaction {
  let prepared = known.get(transaction)
  if (prepared === undefined) {
    const encoded = encode(transactionCodec, transaction)
    const body = bodyOfEncoded(encoded)
    prepared = { transaction, id: hashHex<TransactionId>('transaction', body), body, encoded }
    known.set(transaction, prepared)
  }
  return prepared
}

/**
 * `place` is the transaction's place in the block; `admit` is asked, before anything dear, whether the block has room for
 * so many keys.
 */
export function applyTransaction(
  work: Work,
  prepared: PreparedTransaction,
  place: number,
  admit: (keys: number) => Rejection | undefined = () => undefined
): Verdict<undefined> {
  const { transaction, id } = prepared
  const form = checkForm(transaction, prepared.encoded.length, isOwnerKey)
  if (!form.ok) return form
  const fault = timeFault(work, transaction) ?? timeoutFault(work, transaction)
  if (fault !== undefined) return fault
  const source = collectInputs(work, transaction)
  if (!source.ok) return source
  const { signers, payer, atoms, touched } = source.value
  const full = admit(signers.length)
  if (full !== undefined) return full
  const key = signingKeyOf(signers)
  if (key === undefined) return reject('E_TX_SIGNERS', 'these keys make no key together')
  if (!verifySignature(key, signingBytes('transaction', work.chain.genesis, prepared.body), transaction.signature)) {
    return reject('E_TX_SIGNATURE', 'the signature does not verify under the keys of the inputs and of the action')
  }
  const spare = atoms - transaction.outputs.reduce((sum, output) => sum + output.atoms, 0n)
  if (spare < 0n) return reject('E_TX_FUNDS', 'the outputs hold more than the inputs')
  const added = outputsAdded(transaction.inputs.length, transaction.outputs.length)
  const least = isFree(transaction) ? 0n : leastFeeOf(work.parameters, prepared.encoded.length, signers.length, added)
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

function timeFault({ height }: Work, { notBefore, notAfter }: Transaction): Rejection | undefined {
  if (notBefore !== null && height < notBefore) return reject('E_TX_EARLY', `not before height ${notBefore}`)
  return notAfter !== null && height > notAfter ? reject('E_TX_LATE', `not after height ${notAfter}`) : undefined
}

/** A lock that nobody could claim, or that keeps its coin for longer than anyone means, is a mistake. */
function timeoutFault({ now }: Work, { outputs }: Transaction): Rejection | undefined {
  const isOdd = (output: Output): boolean =>
    output.kind === 'hashlock' && (output.timeout <= now.ticks || output.timeout > now.ticks + LOCK_TICKS)
  return outputs.some(isOdd)
    ? reject('E_TX_LOCK_TIMEOUT', `a lock times out 1 to ${LOCK_TICKS} ticks from now`)
    : undefined
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
function lockFault(
  { timeout }: { readonly timeout: number },
  isClaimed: boolean,
  ticks: number
): Rejection | undefined {
  if (isClaimed && ticks >= timeout) return reject('E_TX_LOCK_LATE', `the lock could be claimed before tick ${timeout}`)
  return !isClaimed && ticks < timeout
    ? reject('E_TX_LOCK_EARLY', `without its preimage the lock opens at tick ${timeout}`)
    : undefined
}
