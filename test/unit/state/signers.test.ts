// Several owners of one transaction: one signature by all, priced by key, and the authority of every action [SIG-3, LED-4].
import { beforeEach, describe, expect, it } from 'vitest'
import { transactionItem } from '#base-layer/chain/signatures.ts'
import { costOfTransaction } from '#base-layer/state/transactions/block-limits.ts'
import { prepareTransaction } from '#base-layer/state/transactions/apply-transaction.ts'
import { SIGNER_VERIFICATIONS } from '#base-layer/state/limits.ts'
import { signersOf, signingKeyOf } from '#base-layer/state/transactions/signers.ts'
import { aggregateKeys } from '#contracts/crypto/multisignature.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { genesisOutputId } from '#contracts/ledger/genesis.ts'
import { hashOfPreimage, outputIdOf } from '#contracts/ledger/output.ts'
import { transactionIdOf } from '#contracts/ledger/transaction.ts'
import type { OutputId } from '#contracts/primitives/ids.ts'
import { type Actor, actor, ChainBuilder, output, peer, shares } from '#test/support/chain-builder.ts'

const chain = new ChainBuilder()
const [olga, oscar, eve] = ['olga', 'oscar', 'eve'].map(actor) as [Actor, Actor, Actor]
chain.produce()
const start = chain.state
const [hers, his] = [genesisOutputId(chain.genesis, 4), genesisOutputId(chain.genesis, 14)]

beforeEach(() => chain.rewind(start))

const read = ((section: never, key: never) => chain.state.get(section, key)) as Parameters<typeof signersOf>[0]

describe('inputs of several owners [SIG-3]', () => {
  it('are spent by one signature of all of them, whoever the first is', () => {
    for (const inputs of [
      [hers, his],
      [his, hers]
    ]) {
      chain.rewind(start)
      const both = chain.spend({ from: olga, beside: [oscar], inputs, to: [output(eve.key, shares(1500))] })
      chain.produce([both])
      expect(chain.state.get('outputs', outputIdOf(transactionIdOf(both), 0))?.output).toMatchObject({ owner: eve.key })
    }
  })

  it('are refused with the signature of one, of all and a stranger, or of others', () => {
    const spend = { from: olga, inputs: [hers, his], to: [output(eve.key, shares(1))] }
    for (const beside of [[], [oscar, eve], [eve]]) {
      expect(chain.refusalOf(chain.spend({ ...spend, beside, fee: shares(1) }))).toBe('E_TX_SIGNATURE')
    }
  })

  it('pay the fixed part of the fee for each key [LED-5]', () => {
    const spend = { from: olga, beside: [oscar], inputs: [hers, his], to: [output(eve.key, shares(1))] }
    const least = chain.feeOf(chain.spend(spend), 2)
    expect(least).toBe(chain.feeOf(chain.spend(spend)) + chain.state.chain.parameters.feeAtoms)
    expect(chain.refusalOf(chain.spend({ ...spend, fee: least - 1n }))).toBe('E_TX_FEE')
    expect(chain.refusalOf(chain.spend({ ...spend, fee: least }))).toBeUndefined()
  })

  it('may be 64 keys and not one more', () => {
    const many = Array.from({ length: 65 }, (_, i) => actor(`owner ${i}`))
    const funding = chain.spend({ from: olga, to: many.map(one => output(one.key, shares(1))) })
    chain.produce([funding])
    const ids = many.map((_, i): OutputId => outputIdOf(transactionIdOf(funding), i))
    const [first, ...rest] = many.slice(0, 64) as [Actor, ...Actor[]]
    const most = chain.spend({ from: first, beside: rest, inputs: ids.slice(0, 64), to: [output(eve.key, shares(60))] })
    expect(chain.refusalOf(most)).toBeUndefined()
    const one = chain.spend({ from: first, inputs: ids, to: [output(eve.key, shares(60))], fee: shares(1) })
    expect(chain.refusalOf(one)).toBe('E_TX_SIGNERS')
  })

  it('cost a block more than their one signature', () => {
    const both = prepareTransaction(chain.spend({ from: olga, beside: [oscar], inputs: [hers, his] }))
    const [one, two] = [costOfTransaction(both), costOfTransaction(both, 2)]
    expect(two.verifications - one.verifications).toBe(2 * SIGNER_VERIFICATIONS)
  })

  it('are verified ahead of the rules under the same key', () => {
    const both = chain.spend({ from: olga, beside: [oscar], inputs: [hers, his] })
    const item = transactionItem(chain.genesis, both, chain.state)
    expect(item?.key).toBe(aggregateKeys([olga.key, oscar.key].sort()))
    expect(item !== undefined && verifySignature(item.key, item.message, item.signature)).toBe(true)
    const unknown = { ...both, inputs: [hers, outputIdOf(transactionIdOf(both), 0)] }
    expect(transactionItem(chain.genesis, unknown, chain.state)).toBeUndefined()
  })

  it('include the claimant of a lock whose preimage is shown, and the refund key of another', () => {
    const lock = { kind: 'hashlock', timeout: 60, atoms: shares(1), claimant: oscar.key, refund: eve.key } as const
    const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const to = [a, b].map(preimage => ({ ...lock, hash: hashOfPreimage(preimage) }))
    const funding = chain.spend({ from: olga, to })
    chain.produce([funding])
    const inputs = [0, 1].map(i => outputIdOf(transactionIdOf(funding), i))
    const spend = chain.spend({ from: oscar, inputs, preimages: [b], fee: shares(2) })
    expect(signersOf(read, spend)).toEqual([oscar.key, eve.key].sort())
    expect(chain.refusalOf(spend)).toBe('E_TX_LOCK_EARLY')
  })
})

describe('the authority of an action [LED-4]', () => {
  const register = (): Action => {
    const { key, vrfKey, rewards } = peer('pat')
    return { kind: 'peer.register', peer: key, vrfKey, rewards: rewards.key, bondAtoms: shares(10) }
  }

  it('signs beside a treasury that pays: peer.register', () => {
    const action = register()
    const spend = { from: olga, action, locks: shares(10) }
    expect(chain.refusalOf(chain.spend({ ...spend, fee: shares(1) }))).toBe('E_TX_SIGNATURE')
    chain.produce([chain.spend({ ...spend, beside: [peer('pat')] })])
    expect(chain.state.get('peers', peer('pat').key)?.bondAtoms).toBe(shares(10))
  })

  it('alone is not enough where another owns the inputs', () => {
    const action = register()
    const body = chain.spend({ from: olga, action, locks: shares(10), fee: shares(1) })
    expect(chain.refusalOf(chain.sign(peer('pat'), body))).toBe('E_TX_SIGNATURE')
  })

  it('of bonds is their owners, each once', () => {
    expect(signersOf(read, { ...chain.pay(olga, oscar, 1n), action: { kind: 'bond.leave', bonds: [] } })).toEqual([
      olga.key
    ])
  })

  it('names nobody for what the state does not know, and the handler refuses it', () => {
    const action: Action = { kind: 'peer.retire', peer: eve.key }
    expect(chain.refusalOf(chain.spend({ from: olga, action }))).toBe('E_PEER_UNKNOWN')
  })
})

describe('the key of a list of signers', () => {
  it('is the only one, or their aggregate; of an unusable list there is none', () => {
    expect(signingKeyOf([olga.key])).toBe(olga.key)
    expect(signingKeyOf([])).toBeUndefined()
    expect(signingKeyOf([olga.key, olga.key])).toBeUndefined()
  })
})
