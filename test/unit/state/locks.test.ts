// Hash locks: the claimant's with the preimage before the timeout, the refund key's from it on, never both's [LED-1].
import { beforeEach, describe, expect, it } from 'vitest'
import { LOCK_TICKS } from '#base-layer/state/limits.ts'
import { countSupply } from '#test/support/state-reads.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import { hashOfPreimage, keysOf, type Output, outputIdOf, ownerOf } from '#contracts/ledger/output.ts'
import { transactionIdOf, transactionSigningBytes } from '#contracts/ledger/transaction.ts'
import type { OutputId, PublicKey } from '#contracts/primitives/ids.ts'
import { actor, ChainBuilder, output, shares, type Spend } from '#test/support/chain-builder.ts'

const chain = new ChainBuilder()
const [olga, oscar] = ['olga', 'oscar'].map(actor) as [ReturnType<typeof actor>, ReturnType<typeof actor>]
chain.produce()
const start = chain.state
const secret = new Uint8Array(32).fill(9)
const other = new Uint8Array(32).fill(8)

/** For oscar with the secret, for olga from `ticks` ticks from now on. */
function lock(ticks: number, change: Partial<Extract<Output, { kind: 'hashlock' }>> = {}): Output {
  const timeout = chain.state.ticks + ticks
  return {
    kind: 'hashlock',
    hash: hashOfPreimage(secret),
    claimant: oscar.key,
    refund: olga.key,
    timeout,
    atoms: shares(5),
    ...change
  }
}

/** Puts coin of olga under a lock and says which output it is. */
function locked(one: Output): OutputId {
  const payment = chain.spend({ from: olga, to: [one] })
  chain.produce([payment])
  return outputIdOf(transactionIdOf(payment), 0)
}

const claim = (id: OutputId, change: Partial<Spend> = {}) =>
  chain.spend({ from: oscar, inputs: [id], to: [], preimages: [secret], ...change })
const refund = (id: OutputId, change: Partial<Spend> = {}) => chain.spend({ from: olga, inputs: [id], ...change })

beforeEach(() => chain.rewind(start))

describe('a hash lock [LED-1]', () => {
  it('is claimed with its preimage up to the last block before its timeout, and counts as coin all the while', () => {
    const id = locked(lock(5))
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
    while (chain.state.ticks < start.ticks + 3) chain.produce()
    expect(chain.refusalOf(refund(id))).toBe('E_TX_LOCK_EARLY')
    chain.produce([claim(id)])
    expect(chain.state.ticks).toBe(start.ticks + 4)
    expect(chain.state.get('outputs', id)).toBeUndefined()
    expect(chain.refusalOf(refund(id))).toBe('E_TX_INPUT_UNKNOWN')
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  })

  it("is the refund key's from the block that counts its timeout on, and the claimant's no more", () => {
    const id = locked(lock(5))
    while (chain.state.ticks < start.ticks + 4) chain.produce()
    expect(chain.refusalOf(claim(id))).toBe('E_TX_LOCK_LATE')
    chain.produce([refund(id)])
    expect(chain.state.get('outputs', id)).toBeUndefined()
  })

  it('is refused to a wrong preimage, to one that serves nothing or is listed twice, and to other keys', () => {
    const [id, plain] = [locked(lock(50)), locked(output(oscar.key, shares(3)))]
    expect(chain.refusalOf(claim(id, { preimages: [other] }))).toBe('E_TX_LOCK_EARLY')
    expect(chain.refusalOf(claim(id, { preimages: [secret, other], inputs: [id, plain] }))).toBe('E_TX_PREIMAGE')
    expect(chain.refusalOf(claim(id, { preimages: [secret, secret], inputs: [id, plain] }))).toBe('E_TX_PREIMAGE')
    expect(chain.refusalOf(claim(plain, { preimages: [secret] }))).toBe('E_TX_PREIMAGE')
    expect(chain.refusalOf(claim(id, { from: olga }))).toBe('E_TX_SIGNATURE')
    expect(chain.refusalOf(claim(id))).toBeUndefined()
  })

  it('is spent beside plain coin, and one preimage opens every lock of its hash', () => {
    const ids = [locked(lock(50)), locked(output(oscar.key, shares(3))), locked(lock(60, { atoms: shares(2) }))]
    const payment = claim(ids[0] as OutputId, { inputs: ids })
    chain.produce([payment])
    const change = chain.state.get('outputs', outputIdOf(transactionIdOf(payment), 0))?.output
    expect(change).toEqual(output(oscar.key, shares(10) - chain.feeOf(payment)))
  })

  it('is refused where nobody could own it, that holds nothing, or that times out in the past or in years', () => {
    const small = `01${'00'.repeat(31)}` as PublicKey
    const refusalOf = (one: Output) => chain.refusalOf(chain.spend({ from: olga, to: [one] }))
    expect(refusalOf(lock(5, { claimant: small }))).toBe('E_TX_OUTPUT_KEY')
    expect(refusalOf(lock(5, { refund: small }))).toBe('E_TX_OUTPUT_KEY')
    expect(refusalOf(lock(5, { atoms: 0n }))).toBe('E_TX_OUTPUT_EMPTY')
    expect(refusalOf(lock(1))).toBe('E_TX_LOCK_TIMEOUT')
    expect(refusalOf(lock(2))).toBeUndefined()
    expect(refusalOf(lock(LOCK_TICKS + 2))).toBe('E_TX_LOCK_TIMEOUT')
    expect(refusalOf(lock(LOCK_TICKS + 1))).toBeUndefined()
  })

  it('names both of its keys, and weighs for nobody', () => {
    expect(keysOf(lock(5))).toEqual([oscar.key, olga.key])
    expect(ownerOf(lock(5))).toBeUndefined()
  })

  it('is signed by claimant or refund key alone', () => {
    const id = locked(lock(50))
    const { signature: _, ...body } = claim(id)
    const signature = signMessage(olga.secret, transactionSigningBytes(chain.genesis, body))
    expect(chain.refusalOf({ ...body, signature })).toBe('E_TX_SIGNATURE')
  })
})
