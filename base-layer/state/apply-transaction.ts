// One transaction on the state of a block under construction [LED-3]. Checks go from cheap to dear, the
// signature before the action, so that nobody makes us judge a claim for free. Leaves the state half-written
// when it refuses: callers wrap it in Work.attempt.
import { encode } from '#contracts/codec/codec.ts'
import { signingBytes, verifySignature } from '#contracts/crypto/signature.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { outputIdOf } from '#contracts/ledger/output.ts'
import {
  type Transaction,
  TRANSACTION_BYTES,
  transactionBodyCodec,
  transactionCodec
} from '#contracts/ledger/transaction.ts'
import type { PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { accept, type Rejection, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { applyAction } from './actions/apply-action.ts'
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
  const { signer, atoms } = source.value
  if (!verifySignature(signer, signingBytes('transaction', work.chain.genesis, prepared.body), transaction.signature)) {
    return reject('E_TX_SIGNATURE', 'the signature does not verify under the key that owns the inputs')
  }
  const spare = atoms - transaction.outputs.reduce((sum, output) => sum + output.atoms, 0n)
  if (spare < 0n) return reject('E_TX_FUNDS', 'the outputs hold more than the inputs')
  // What an action locks only makes the fee smaller: nobody is judged for less than the fee.
  if (spare < work.parameters.feeAtoms && !isFree(transaction)) return feeFault(work)
  const locked = applyAction({ work, signer, transaction: id, spare, place }, transaction.action)
  if (!locked.ok) return locked
  const fee = spare - locked.value
  if (fee < 0n) return reject('E_TX_FUNDS', 'the inputs do not cover what the action locks')
  if (fee < work.parameters.feeAtoms && !isFree(transaction)) return feeFault(work)
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

function feeFault(work: Work): Rejection {
  return reject('E_TX_FEE', `the fee is below ${work.parameters.feeAtoms} atoms`)
}

/** A reveal serves everyone and comes from a peer once a period, so it is free [POS-3]. */
function isFree(transaction: Transaction): boolean {
  return transaction.action?.kind === 'seed.reveal' && transaction.inputs.length === 0
}

function formFault(work: Work, { transaction, encoded }: PreparedTransaction): Rejection | undefined {
  const { notBefore, notAfter, inputs } = transaction
  if (encoded.length > TRANSACTION_BYTES) return reject('E_TX_TOO_LARGE', `more than ${TRANSACTION_BYTES} bytes`)
  if (notBefore !== null && work.height < notBefore) return reject('E_TX_EARLY', `not before height ${notBefore}`)
  if (notAfter !== null && work.height > notAfter) return reject('E_TX_LATE', `not after height ${notAfter}`)
  if (new Set(inputs).size !== inputs.length) return reject('E_TX_INPUT_TWICE', 'an input is listed twice')
  if (inputs.length === 0 && !isFree(transaction)) return reject('E_TX_NO_INPUTS', 'a transaction spends something')
  return undefined
}

function outputsFault({ outputs }: Transaction): Rejection | undefined {
  for (const { atoms, owner } of outputs) {
    if (atoms === 0n) return reject('E_TX_OUTPUT_EMPTY', 'an output holds nothing')
    if (!isOwnerKey(owner)) return reject('E_TX_OUTPUT_KEY', 'nobody can own an output of this key')
  }
  return undefined
}

interface Source {
  /** The one key that owns every input, or that a free action names. */
  readonly signer: PublicKey
  readonly atoms: bigint
}

function collectInputs(work: Work, { inputs, action }: Transaction): Verdict<Source> {
  let signer: PublicKey | undefined = inputs.length === 0 && action?.kind === 'seed.reveal' ? action.peer : undefined
  let atoms = 0n
  for (const input of inputs) {
    const found = work.get('outputs', input)
    if (found === undefined) return reject('E_TX_INPUT_UNKNOWN', 'an input is spent or was never there')
    const { output, maturesAt } = found
    if (maturesAt !== null && maturesAt > work.now.recordedFinal.height) {
      return reject('E_TX_IMMATURE', 'a fee share is spendable once its block is recorded final')
    }
    if (signer !== undefined && output.owner !== signer) return reject('E_TX_OWNERS', 'the inputs have several owners')
    signer = output.owner
    atoms += output.atoms
  }
  return signer === undefined ? reject('E_TX_NO_INPUTS', 'a transaction spends something') : accept({ signer, atoms })
}
