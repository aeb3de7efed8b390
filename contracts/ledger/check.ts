// What can be wrong with a transaction whatever the state [LED-3, LED-5]: garbage is refused here with a code, at
// the price of decoding. Asked by nodes before they look at a signature, and by the state transition first.
import { isUsableKey } from '../crypto/signature.ts'
import type { PublicKey } from '../primitives/ids.ts'
import { accept, reject, type Verdict } from '../primitives/verdict.ts'
import { type ActionFormCode, actionFault } from './actions/check-action.ts'
import { hashOfPreimage, keysOf } from './output.ts'
import { type Transaction, TRANSACTION_BYTES } from './transaction.ts'

export type FormCode =
  | ActionFormCode
  | 'E_TX_TOO_LARGE'
  | 'E_TX_TIMES'
  | 'E_TX_INPUT_TWICE'
  | 'E_TX_NO_INPUTS'
  | 'E_TX_PREIMAGE'
  | 'E_TX_OUTPUT_EMPTY'
  | 'E_TX_OUTPUT_KEY'

/** A reveal serves everyone and comes from a peer once a period, so it is free and spends nothing [POS-3]. */
export function isFree({ inputs, action }: Pick<Transaction, 'inputs' | 'action'>): boolean {
  return action?.kind === 'seed.reveal' && inputs.length === 0
}

/** `bytes`: length of the encoding. `isUsable` may be one that remembers its answers. */
export function checkForm(
  transaction: Transaction,
  bytes: number,
  isUsable: (key: PublicKey) => boolean = isUsableKey
): Verdict<undefined, FormCode> {
  const { inputs, outputs, preimages, notBefore, notAfter } = transaction
  if (bytes > TRANSACTION_BYTES) return reject('E_TX_TOO_LARGE', `more than ${TRANSACTION_BYTES} bytes`)
  if (notBefore !== null && notAfter !== null && notBefore > notAfter)
    return reject('E_TX_TIMES', 'its first height is above its last')
  if (inputs.length === 0 && !isFree(transaction)) return reject('E_TX_NO_INPUTS', 'a transaction spends something')
  if (inputs.length > 1 && new Set(inputs).size !== inputs.length)
    return reject('E_TX_INPUT_TWICE', 'an input is listed twice')
  const isOpening = preimages.length > 0
  if (
    isOpening &&
    (preimages.length > inputs.length || new Set(preimages.map(hashOfPreimage)).size !== preimages.length)
  )
    return reject('E_TX_PREIMAGE', 'a preimage is listed twice, or opens no input')
  for (const output of outputs) {
    if (output.atoms === 0n) return reject('E_TX_OUTPUT_EMPTY', 'an output holds nothing')
    if (!keysOf(output).every(isUsable)) return reject('E_TX_OUTPUT_KEY', 'nobody can own an output of this key')
  }
  return actionFault(transaction.action, isUsable) ?? accept()
}
