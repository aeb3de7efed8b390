// What can be wrong with a transaction whatever the state: each way is refused with its code [LED-3, LED-4, SIG-3].
import { describe, expect, it } from 'vitest'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { checkForm } from '#contracts/ledger/check.ts'
import { TRANSACTION_BYTES, type Transaction } from '#contracts/ledger/transaction.ts'
import type { BondId, OutputId, PublicKey } from '#contracts/primitives/ids.ts'
import { actor, output } from '#test/support/chain-builder.ts'

const { key } = actor('olga')
const small = `01${'00'.repeat(31)}` as PublicKey
const id = <T extends string>(name: string): T => hashHex('test', new TextEncoder().encode(name)) as string as T
const good: Transaction = {
  inputs: [id<OutputId>('input')],
  outputs: [output(key, 1n)],
  action: null,
  notBefore: 3,
  notAfter: 3,
  memo: null,
  preimages: [],
  signature: new Uint8Array(64)
}

function codeOf(change: Partial<Transaction>, bytes = 300): string | undefined {
  const checked = checkForm({ ...good, ...change }, bytes)
  return checked.ok ? undefined : checked.code
}

const bond = { asset: id('asset'), validator: key, owner: key, rewards: key, terms: id('terms'), units: 1 } as never
const changed = (change: object): never => ({ ...(bond as object), ...change }) as never
const preimage = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)

describe('the form of a transaction', () => {
  it('is accepted, with any number of outputs', () => {
    expect(codeOf({})).toBeUndefined()
    expect(codeOf({ outputs: [] })).toBeUndefined()
    expect(codeOf({ preimages: [preimage(1)] })).toBeUndefined()
  })

  it.each<[string, Partial<Transaction>]>([
    ['E_TX_TIMES', { notBefore: 4 }],
    ['E_TX_NO_INPUTS', { inputs: [] }],
    ['E_TX_INPUT_TWICE', { inputs: [id('a'), id('a')] }],
    ['E_TX_PREIMAGE', { preimages: [preimage(1), preimage(2)] }],
    ['E_TX_PREIMAGE', { inputs: [id('a'), id('b')], preimages: [preimage(1), preimage(1)] }],
    ['E_TX_OUTPUT_EMPTY', { outputs: [output(key, 0n)] }],
    ['E_TX_OUTPUT_KEY', { outputs: [output(small, 1n)] }]
  ])('is refused with %s', (code, change) => {
    expect(codeOf(change)).toBe(code)
  })

  it('is refused over the limit of its bytes, and not at it', () => {
    expect(codeOf({}, TRANSACTION_BYTES)).toBeUndefined()
    expect(codeOf({}, TRANSACTION_BYTES + 1)).toBe('E_TX_TOO_LARGE')
  })

  it('needs no inputs for a reveal alone [POS-3]', () => {
    const reveal: Action = { kind: 'seed.reveal', peer: key, period: 1, proof: new Uint8Array(80) }
    expect(codeOf({ inputs: [], action: reveal })).toBeUndefined()
    expect(codeOf({ inputs: [], action: { kind: 'peer.retire', peer: key } })).toBe('E_TX_NO_INPUTS')
  })
})

describe('the form of an action', () => {
  const register = { kind: 'peer.register', peer: key, vrfKey: key, rewards: key, bondAtoms: 1n } as const
  it.each<[string | undefined, Action]>([
    [undefined, register],
    ['E_PEER_KEY', { ...register, peer: small }],
    ['E_PEER_KEY', { ...register, vrfKey: small }],
    ['E_PEER_KEY', { ...register, rewards: small }],
    [undefined, { kind: 'bond.post', bonds: [bond, bond] }],
    ['E_BOND_UNITS', { kind: 'bond.post', bonds: [bond, changed({ units: 0 })] }],
    ['E_BOND_KEY', { kind: 'bond.post', bonds: [changed({ validator: small })] }],
    ['E_BOND_KEY', { kind: 'bond.post', bonds: [changed({ owner: small })] }],
    ['E_BOND_KEY', { kind: 'bond.post', bonds: [changed({ rewards: small })] }],
    [undefined, { kind: 'bond.leave', bonds: [id<BondId>('a'), id<BondId>('b')] }],
    ['E_BOND_TWICE', { kind: 'bond.leave', bonds: [id<BondId>('a'), id<BondId>('a')] }],
    ['E_BOND_TWICE', { kind: 'bond.release', bonds: [id<BondId>('a'), id<BondId>('a')] }]
  ])('is judged %s', (code, action) => {
    expect(codeOf({ action })).toBe(code)
  })
})
