// What a transaction takes of a block, and which come first [LED-5].
import { describe, expect, it } from 'vitest'
import { applyTransaction, prepareTransaction } from '#base-layer/state/transactions/apply-transaction.ts'
import {
  BlockBudget,
  costOfTransaction,
  inLaneOrder,
  LAST_LANE,
  laneOf
} from '#base-layer/state/transactions/block-limits.ts'
import { BLOCK_VERIFICATIONS, SIGNER_VERIFICATIONS } from '#base-layer/state/limits.ts'
import { Work } from '#base-layer/state/work.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { outputIdOf } from '#contracts/ledger/output.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import { transactionIdOf } from '#contracts/ledger/transaction.ts'
import { reject } from '#contracts/primitives/verdict.ts'
import { type Actor, actor, ChainBuilder, output, shares } from '#test/support/chain-builder.ts'

const chain = new ChainBuilder()
const olga = actor('olga')
chain.produce()
const plain = chain.pay(olga, actor('eve'), shares(1))
const act = (action: Action) => ({ ...plain, action })
const none = new Uint8Array(0)

describe('lanes [LED-5]', () => {
  it.each<[number, Action | null]>([
    [0, { kind: 'seed.reveal', peer: olga.key, period: 1, proof: none }],
    [0, { kind: 'evidence.post', evidence: none }],
    [1, { kind: 'claim.reveal', commit: null, claim: none, claimant: olga.key, salt: hashHex('salt') }],
    [3, { kind: 'checkpoint.post', statement: none, signatures: [] }],
    [4, { kind: 'claim.commit', commitment: hashHex('test-commitment'), claimant: olga.key, deposit: 1n } as never],
    [LAST_LANE, { kind: 'peer.retire', peer: olga.key }],
    [LAST_LANE, { kind: 'log.post', asset: hashHex('asset'), instruction: none }],
    [LAST_LANE, null]
  ])('%i', (lane, action) => {
    expect(laneOf(action === null ? plain : act(action))).toBe(lane)
  })

  it('keep an eighth of a block each, whatever floods another', () => {
    const flood = prepareTransaction(plain)
    const evidence = prepareTransaction(act({ kind: 'evidence.post', evidence: none }))
    const reserved = DEV_PARAMETERS.blockTransactions / 8
    const ordered = inLaneOrder([...Array.from({ length: 4096 }, () => flood), evidence], DEV_PARAMETERS)
    expect(ordered[0]).toBe(evidence)
    const many = Array.from({ length: 4096 }, () => evidence)
    const mixed = inLaneOrder([...many, flood], DEV_PARAMETERS)
    expect(mixed.indexOf(flood)).toBe(4096)
    expect(reserved).toBe(512)
  })
})

describe('the price of several keys [SIG-3]', () => {
  it('fills a block before their aggregates are computed', () => {
    const many = Array.from({ length: 64 }, (_, i) => actor(`owner ${i}`))
    const funding = chain.spend({ from: olga, to: many.map(one => output(one.key, shares(1))) })
    chain.produce([funding])
    const inputs = many.map((_, i) => outputIdOf(transactionIdOf(funding), i))
    const joint = chain.spend({ from: many[0] as never, beside: many.slice(1), inputs, to: [] })
    const cost = costOfTransaction(prepareTransaction(joint), 64)
    expect(cost.verifications).toBe(2 + 64 * SIGNER_VERIFICATIONS)
    const budget = new BlockBudget(DEV_PARAMETERS)
    for (let count = 0; count < Math.floor(BLOCK_VERIFICATIONS / cost.verifications); count++) {
      expect(budget.faultOf(cost)).toBeUndefined()
      budget.take(cost)
    }
    expect(budget.faultOf(cost)?.code).toBe('E_BLOCK_VERIFICATIONS')
  })

  it('is asked for with the number of keys, before a signature is looked at', () => {
    const [first, second] = ['first', 'second'].map(actor) as [Actor, Actor]
    const funding = chain.spend({ from: olga, to: [first, second].map(one => output(one.key, shares(1))) })
    chain.produce([funding])
    const inputs = [0, 1].map(i => outputIdOf(transactionIdOf(funding), i))
    const joint = chain.spend({ from: first, beside: [second], inputs, to: [] })
    const unsigned = prepareTransaction({ ...joint, signature: new Uint8Array(64) })
    const asked: number[] = []
    const full = reject('E_BLOCK_VERIFICATIONS', 'the block is full')
    const verdict = applyTransaction(new Work(chain.state, chain.state.header.slot + 1), unsigned, 0, keys => {
      asked.push(keys)
      return full
    })
    expect(asked).toEqual([2])
    expect(verdict).toBe(full)
  })
})
