// The template of fungible units: mint, burn, transfer, allowance, freeze and recall, as far as the issuer's
// registered powers go [EXE-2]. The sum of all balances is the supply, which never passes its cap. Run by the
// interpreter alone. EXE-8 (count and root of the steps that touched an account) joins as one more value beside
// the balance.
import { amount, decode, encode } from '../codec/codec.ts'
import { asciiToBytes, concatBytes, hexToBytes } from '../primitives/bytes.ts'
import type { PublicKey } from '../primitives/ids.ts'
import { accept, reject, type Verdict } from '../primitives/verdict.ts'
import {
  amountField,
  defineTemplate,
  flagField,
  keyField,
  type TemplateView,
  textField,
  uintField
} from './template.ts'

const BALANCE = asciiToBytes('balance/')
const ALLOWANCE = asciiToBytes('allowance/')
const FROZEN = asciiToBytes('frozen/')

/** Keys of the token's state, without the interpreter's prefix. An amount of zero is absent, save the supply. */
export const tokenKeys = {
  supply: asciiToBytes('supply'),
  balance: (account: PublicKey): Uint8Array => concatBytes(BALANCE, hexToBytes(account)),
  allowance: (owner: PublicKey, spender: PublicKey): Uint8Array => {
    return concatBytes(ALLOWANCE, hexToBytes(owner), hexToBytes(spender))
  },
  frozen: (account: PublicKey): Uint8Array => concatBytes(FROZEN, hexToBytes(account))
} as const

/** Values under those keys: balances, allowances and the supply are amounts, `frozen` is 1. */
export const tokenAmountCodec = amount()

const ZERO = encode(tokenAmountCodec, 0n)
const ONE = encode(tokenAmountCodec, 1n)

export const tokenTemplate = defineTemplate({
  name: 'token',
  version: 1,
  summary: 'Fungible units that accounts hold and pass on',
  parameters: {
    name: textField('What people call it', 48),
    decimals: uintField('Digits after the point', 18),
    supplyCap: amountField('Most units that may ever exist at once'),
    mint: flagField('The issuer may make new units'),
    burn: flagField('Holders may destroy units they hold'),
    freeze: flagField('The issuer may stop an account from sending'),
    recall: flagField('The issuer may take units back')
  },
  calls: {
    mint: {
      tag: 0,
      summary: 'Make new units (issuer)',
      fields: { to: keyField('Who receives them'), amount: amountField('How many') }
    },
    burn: { tag: 1, summary: 'Destroy own units', fields: { amount: amountField('How many') } },
    transfer: {
      tag: 2,
      summary: 'Pass units on',
      fields: { to: keyField('Who receives them'), amount: amountField('How many') }
    },
    approve: {
      tag: 3,
      summary: 'Allow someone to spend own units, up to an amount',
      fields: { spender: keyField('Who may spend'), amount: amountField('How many; 0 ends it') }
    },
    'transfer-from': {
      tag: 4,
      summary: 'Pass on units of another who allowed it',
      fields: { owner: keyField('Whose units'), to: keyField('Who receives them'), amount: amountField('How many') }
    },
    freeze: {
      tag: 5,
      summary: 'Stop an account from sending (issuer)',
      fields: { account: keyField('Which account') }
    },
    thaw: {
      tag: 6,
      summary: 'Let a frozen account send again (issuer)',
      fields: { account: keyField('Which account') }
    },
    recall: {
      tag: 7,
      summary: 'Take units back (issuer)',
      fields: { from: keyField('From whom'), amount: amountField('How many') }
    }
  },
  parametersFault: ({ supplyCap }) => (supplyCap === 0n ? 'the supply cap is zero' : undefined),
  initialEntries: () => [{ key: tokenKeys.supply, value: ZERO }],
  applyCall: (parameters, { issuer, account }, view, call) => {
    const power = (registered: boolean): boolean => registered && account === issuer
    switch (call.kind) {
      case 'mint': {
        if (!power(parameters.mint)) return NO_POWER
        const supply = read(view, tokenKeys.supply)
        if (supply === undefined) return UNREADABLE
        if (supply + call.amount > parameters.supplyCap) return reject('E_TOKEN_CAP', 'more than the supply cap')
        view.put(tokenKeys.supply, encode(tokenAmountCodec, supply + call.amount))
        return add(view, call.to, call.amount)
      }
      case 'burn': {
        if (!parameters.burn) return NO_POWER
        const taken = spend(view, account, call.amount)
        if (!taken.ok) return taken
        const supply = read(view, tokenKeys.supply)
        if (supply === undefined || supply < call.amount) return UNREADABLE
        view.put(tokenKeys.supply, encode(tokenAmountCodec, supply - call.amount))
        return taken
      }
      case 'transfer': {
        const taken = spend(view, account, call.amount)
        return taken.ok ? add(view, call.to, call.amount) : taken
      }
      case 'approve': {
        if (isFrozen(view, account)) return IS_FROZEN
        write(view, tokenKeys.allowance(account, call.spender), call.amount)
        return accept()
      }
      case 'transfer-from': {
        if (isFrozen(view, account)) return IS_FROZEN
        const key = tokenKeys.allowance(call.owner, account)
        const allowed = read(view, key)
        if (allowed === undefined) return UNREADABLE
        if (allowed < call.amount) return reject('E_TOKEN_ALLOWANCE', 'more than was allowed')
        write(view, key, allowed - call.amount)
        const taken = spend(view, call.owner, call.amount)
        return taken.ok ? add(view, call.to, call.amount) : taken
      }
      case 'freeze':
      case 'thaw': {
        if (!power(parameters.freeze)) return NO_POWER
        view.put(tokenKeys.frozen(call.account), call.kind === 'freeze' ? ONE : null)
        return accept()
      }
      case 'recall': {
        if (!power(parameters.recall)) return NO_POWER
        const taken = take(view, call.from, call.amount)
        return taken.ok ? add(view, issuer, call.amount) : taken
      }
    }
  }
})

const NO_POWER = reject('E_TOKEN_POWER', 'the registration does not give this power to this account')
const IS_FROZEN = reject('E_TOKEN_FROZEN', 'the account is frozen')
const UNREADABLE = reject('E_STATE_FORM', 'the state is unreadable')

function isFrozen(view: TemplateView, account: PublicKey): boolean {
  return view.get(tokenKeys.frozen(account)) !== null
}

/** Undefined if the state is not one this template wrote. */
function read(view: TemplateView, key: Uint8Array): bigint | undefined {
  const value = view.get(key)
  if (value === null) return 0n
  const decoded = decode(tokenAmountCodec, value, value.length)
  return decoded.ok ? decoded.value : undefined
}

function write(view: TemplateView, key: Uint8Array, value: bigint): void {
  view.put(key, value === 0n ? null : encode(tokenAmountCodec, value))
}

/** Takes units that an account itself gives away. */
function spend(view: TemplateView, account: PublicKey, units: bigint): Verdict<undefined> {
  return isFrozen(view, account) ? IS_FROZEN : take(view, account, units)
}

function take(view: TemplateView, account: PublicKey, units: bigint): Verdict<undefined> {
  const key = tokenKeys.balance(account)
  const balance = read(view, key)
  if (balance === undefined) return UNREADABLE
  if (balance < units) return reject('E_TOKEN_BALANCE', 'less than that is there')
  write(view, key, balance - units)
  return accept()
}

/** Balances never pass the supply, nor the supply its cap, so an honest state cannot overflow. */
function add(view: TemplateView, account: PublicKey, units: bigint): Verdict<undefined> {
  const key = tokenKeys.balance(account)
  const balance = read(view, key)
  if (balance === undefined || balance + units >= 1n << 63n) return UNREADABLE
  write(view, key, balance + units)
  return accept()
}
