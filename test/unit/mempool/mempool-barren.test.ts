// Attacks on the pool by transactions that apply on the head and fit in no block: what is never included pays nothing, and
// would crowd out all that pays.
import { describe, expect, test } from 'vitest'
import { CHAIN_LIMITS } from '#base-layer/chain/limits.ts'
import { Mempool } from '#base-layer/chain/mempool/mempool.ts'
import { prepareTransaction } from '#base-layer/state/transactions/apply-transaction.ts'
import { acknowledgementSigningBytes } from '#contracts/statements/acknowledgement.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex, sha256 } from '#contracts/crypto/hash.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import { outputIdOf } from '#contracts/ledger/output.ts'
import type { Output } from '#contracts/ledger/output.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { BlockId, Hash } from '#contracts/primitives/ids.ts'
import { type Evidence, evidenceCodec } from '#contracts/statements/evidence.ts'
import { actor, ChainBuilder, type Peer, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')
const preimage = new Uint8Array(32).fill(7)

function lock(timeout: number): Output {
  const hash = bytesToHex(sha256(preimage)) as Hash
  return { kind: 'hashlock', hash, claimant: oscar.key, refund: olga.key, timeout, atoms: shares(1) }
}

function evidence(chain: ChainBuilder, one: Peer, slot: number, salt = 'b'): Transaction {
  const signed = (name: string) => {
    const acknowledgement = {
      slot,
      block: hashHex<BlockId>('test', sha256(new TextEncoder().encode(name))),
      digest: hashHex('test-digest')
    }
    const signature = signMessage(one.secret, acknowledgementSigningBytes(chain.genesis, acknowledgement))
    return { peer: one.key, acknowledgement, signature }
  }
  const found: Evidence = { kind: 'acknowledgements', first: signed('a'), second: signed(salt) }
  return chain.spend({ from: olga, action: { kind: 'evidence.post', evidence: encode(evidenceCodec, found) } })
}

describe('the mempool, of what no block will take', () => {
  test('hands over all that waits, so that what cannot be in one block together leaves none of it empty [LED-5]', () => {
    expect(CHAIN_LIMITS.candidates).toBeGreaterThanOrEqual(CHAIN_LIMITS.mempoolTransactions)
  })

  test('refuses a new lock that the next block would find timed out, and lets go of one whose time has come [LED-1]', () => {
    const chain = new ChainBuilder()
    chain.produceTo(3)
    const pool = new Mempool(chain.state)
    const { ticks } = chain.state
    const add = (timeout: number) => pool.add(prepareTransaction(chain.spend({ from: olga, to: [lock(timeout)] })))
    expect(add(ticks + 1), 'the next block counts as many').toMatchObject({ code: 'E_TX_LOCK_TIMEOUT' })
    expect(add(ticks + 2)).toMatchObject({ ok: true })
    chain.produce()
    pool.advance(chain.state, [], [])
    expect(pool.size).toBe(0)
  })

  test('lets go of a claim of a lock when its time is over [LED-1]', () => {
    const chain = new ChainBuilder()
    chain.produceTo(3)
    const made = chain.spend({ from: olga, to: [lock(chain.state.ticks + 4)] })
    chain.produce([made])
    const inputs = [outputIdOf(prepareTransaction(made).id, 0)]
    const claim = prepareTransaction(chain.spend({ from: oscar, inputs, preimages: [preimage] }))
    const pool = new Mempool(chain.state)
    expect(pool.add(claim)).toMatchObject({ ok: true })
    chain.produce()
    pool.advance(chain.state, [], [])
    expect(pool.size, 'the next block still takes it').toBe(1)
    expect(chain.refusalOf(claim.transaction)).toBeUndefined()
    chain.produce()
    pool.advance(chain.state, [], [])
    expect(chain.refusalOf(claim.transaction)).toBe('E_TX_LOCK_LATE')
    expect(pool.size).toBe(0)
    expect(new Mempool(chain.state).add(claim)).toMatchObject({ code: 'E_TX_LOCK_LATE' })
  })

  test('takes one of a kind: a second commitment to the same waits for nothing [NAM-2]', () => {
    const chain = new ChainBuilder()
    const pool = new Mempool(chain.state)
    const commit = () =>
      prepareTransaction(
        chain.spend({ from: olga, action: { kind: 'name.commit', commitment: hashHex('test-commit') } })
      )
    expect(pool.add(commit())).toMatchObject({ ok: true })
    expect(pool.add(commit())).toMatchObject({ code: 'E_TX_CONFLICT' })
  })

  test('takes evidence of one offence once, and none of slots far ahead [POS-5]', () => {
    const chain = new ChainBuilder()
    chain.produceTo(3)
    const [alice, bob] = chain.peers
    if (alice === undefined || bob === undefined) throw new Error('peers')
    const { slot } = chain.state.header
    const pool = new Mempool(chain.state)
    const add = (one: Transaction) => pool.add(prepareTransaction(one))
    expect(add(evidence(chain, alice, slot))).toMatchObject({ ok: true })
    expect(add(evidence(chain, alice, slot, 'c'))).toMatchObject({ code: 'E_TX_CONFLICT' })
    expect(add(evidence(chain, alice, slot - 1))).toMatchObject({ ok: true })
    expect(add(evidence(chain, bob, slot + 2)), 'the head may be some slots old').toMatchObject({ ok: true })
    expect(add(evidence(chain, bob, slot + 1000))).toMatchObject({ code: 'E_EVIDENCE_FUTURE' })
  })
})
