// The chief's preference between transactions that no block holds [GOV-3]: it moves the mempool, and the mempool alone.
import { beforeEach, describe, expect, it } from 'vitest'
import { Mempool } from '#base-layer/chain/mempool/mempool.ts'
import { createPreferenceDesk, type PreferenceDesk } from '#base-layer/chain/mempool/preference-desk.ts'
import { prepareTransaction } from '#base-layer/state/transactions/apply-transaction.ts'
import { encode } from '#contracts/codec/codec.ts'
import { type Transaction, transactionIdOf } from '#contracts/ledger/transaction.ts'
import { signedPreferenceCodec, signPreference } from '#contracts/statements/preference.ts'
import { type Actor, actor, ChainBuilder, output, type Peer } from '#test/support/chain-builder.ts'

const chain = new ChainBuilder({ owners: ['alice', 'bob', 'carol', 'dave', 'olga'] })
const [alice, bob, carol] = chain.peers as readonly [Peer, Peer, Peer, Peer]
const olga = actor('olga')
chain.produce(
  [alice, bob, carol].map(from =>
    chain.spend({ from, action: { kind: 'chief.nominate', member: from.key, candidate: alice.key } })
  )
)
const elected = chain.state

let mempool: Mempool
let desk: PreferenceDesk
let first: Transaction
let second: Transaction

beforeEach(() => {
  chain.rewind(elected)
  mempool = new Mempool(chain.state)
  desk = createPreferenceDesk(mempool, () => chain.state)
  first = chain.spend({ from: olga, to: [output(olga.key, 7n)] })
  second = chain.spend({ from: olga, to: [output(olga.key, 8n)], inputs: first.inputs })
})

const add = (one: Transaction): boolean => mempool.add(prepareTransaction(one)).ok
const has = (one: Transaction): boolean => mempool.has(transactionIdOf(one))
const prefer = (one: Transaction, over: Transaction, by: Actor = alice, ahead = 8): boolean => {
  const preference = {
    preferred: transactionIdOf(one),
    over: transactionIdOf(over),
    expiry: chain.state.height + ahead
  }
  const signed = signPreference(by.secret, chain.genesis, preference)
  return desk.takeBytes(encode(signedPreferenceCodec, signed)).ok
}

describe('two transactions that spend the same, in a mempool', () => {
  it('stay in the order in which they came, if they pay the same and the chief says nothing', () => {
    expect([add(first), add(second)]).toEqual([true, false])
    expect([has(first), has(second)]).toEqual([true, false])
  })

  it('are decided by the chief while neither is in a block', () => {
    expect(prefer(second, first)).toBe(true)
    expect([add(first), add(second)]).toEqual([true, true])
    expect([has(first), has(second)]).toEqual([false, true])
    expect(add(first)).toBe(false)
  })

  it('are not decided by a stranger, by bytes that say nothing, or by what is over', () => {
    expect(prefer(second, first, bob)).toBe(false)
    expect(desk.takeBytes(new Uint8Array(4)).ok).toBe(false)
    expect(prefer(second, first, alice, 1)).toBe(true)
    chain.produceTo(chain.state.height + 2)
    expect([add(first), add(second)]).toEqual([true, false])
  })

  it('are beyond it once a block holds one of them', () => {
    chain.produce([first])
    mempool.advance(chain.state, [{ id: transactionIdOf(first), transaction: first }], [])
    expect(prefer(second, first)).toBe(true)
    expect(add(second)).toBe(false)
    chain.produce()
    expect(chain.state.get('outputs', first.inputs[0] as never)).toBeUndefined()
  })
})
