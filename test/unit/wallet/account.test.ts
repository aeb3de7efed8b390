// An account over many keys: what it builds, the rules accept; what it holds, it does not spend twice.
import { beforeEach, describe, expect, test } from 'vitest'
import { createAccount } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { createDerivedKeys, GAP } from '#base-layer/wallet/keyring.ts'
import { encode } from '#contracts/codec/codec.ts'
import { leastFeeFor } from '#contracts/ledger/fee.ts'
import { hashOfPreimage } from '#contracts/ledger/output.ts'
import { transactionCodec } from '#contracts/ledger/transaction.ts'
import { present, type Verdict } from '#contracts/primitives/verdict.ts'
import { BuiltChain } from '#test/support/built-chain.ts'
import { actor, ChainBuilder, output, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')
let built: BuiltChain
beforeEach(() => {
  built = new BuiltChain(new ChainBuilder())
})

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(`${verdict.code} ${verdict.why}`)
  return verdict.value
}

/** A wallet of four derived keys with 100 shares on each. */
async function derived(seedByte: number) {
  const counts: number[] = []
  const seed = new Secret(new Uint8Array(64).fill(seedByte))
  const keyring = createDerivedKeys(seed, { given: 4, onGiven: count => counts.push(count) })
  const from = createAccount(built.chain, new Secret(olga.secret))
  value(await from.pay(keyring.keys.slice(0, 4).map(to => ({ to, atoms: shares(100) }))))
  built.advance()
  return { counts, keyring, account: createAccount(built.chain, keyring) }
}

describe('an account', () => {
  test('pays exactly the least fee and gives change [LED-5]', async () => {
    const account = createAccount(built.chain, new Secret(olga.secret))
    const transaction = value(await account.build({ payments: [{ to: oscar.key, atoms: shares(3) }] }))
    expect(transaction.outputs).toHaveLength(2)
    const spent = transaction.outputs.reduce((sum, one) => sum + one.atoms, 0n)
    const least = leastFeeFor(built.builder.state.chain.parameters, transaction)
    expect(shares(1000) - spent).toBeGreaterThanOrEqual(least)
    expect(shares(1000) - spent).toBeLessThan(least + 64n)
    value(await account.submit(transaction))
    built.advance()
    expect(await account.balance()).toMatchObject({ spendable: shares(10_000) - (shares(1000) - spent) - shares(3) })
  })

  test('over many keys signs as all whose coin it spends [SIG-3, KEY-1]', async () => {
    const { account, keyring } = await derived(1)
    expect(await account.balance()).toMatchObject({ spendable: shares(400) })
    const transaction = value(await account.build({ payments: [{ to: oscar.key, atoms: shares(350) }] }))
    expect(transaction.inputs).toHaveLength(4)
    value(await account.submit(transaction))
    built.advance()
    const { spendable } = await account.balance()
    expect(spendable).toBeLessThan(shares(50))
    expect(spendable).toBeGreaterThan(shares(49))
    expect(keyring.keys).toHaveLength(5 + GAP)
  })

  test('gives change to a key that was never used, and says so before [WAL-1]', async () => {
    const { account, keyring, counts } = await derived(2)
    const transaction = value(await account.build({ payments: [{ to: oscar.key, atoms: shares(1) }] }))
    const change = present(transaction.outputs[1], 'change')
    expect(change).toMatchObject({ owner: keyring.keys[4] })
    expect(counts).toEqual([5])
  })

  test('does not spend twice what it holds, and gives back what is released', async () => {
    const { account } = await derived(3)
    const all = value(await account.build({ payments: [{ to: oscar.key, atoms: shares(399) }] }))
    expect(await account.build({ payments: [{ to: oscar.key, atoms: 1n }] })).toMatchObject({ code: 'E_FUNDS' })
    account.release(all)
    expect((await account.build({ payments: [{ to: oscar.key, atoms: 1n }] })).ok).toBe(true)
  })

  test('offers no more than it has once the fee is paid', async () => {
    const { account } = await derived(4)
    expect(await account.build({ payments: [{ to: oscar.key, atoms: shares(400) }] })).toMatchObject({
      code: 'E_FUNDS'
    })
    expect((await account.build({ payments: [{ to: oscar.key, atoms: shares(400) - 20_000n }] })).ok).toBe(true)
  })

  test('sends again what the chain does not know', async () => {
    const account = createAccount(built.chain, new Secret(olga.secret))
    built.isDown = true
    expect(await account.pay([{ to: oscar.key, atoms: 1n }])).toMatchObject({ code: 'E_CHAIN_UNREACHABLE' })
    expect(await account.balance().catch(() => 'down')).toBeDefined()
    built.isDown = false
    expect(await account.resume()).toHaveLength(1)
    expect(built.waiting).toHaveLength(1)
    built.advance()
    expect(await account.resume()).toHaveLength(0)
  })

  test('replaces a payment with one of a larger fee and the same outputs', async () => {
    const account = createAccount(built.chain, new Secret(olga.secret))
    const first = value(await account.build({ payments: [{ to: oscar.key, atoms: shares(3) }] }))
    const id = value(await account.submit(first))
    built.waiting.splice(0)
    value(await account.replace(id, 400))
    const second = present(built.waiting[0], 'the second')
    expect(second.inputs).toEqual(first.inputs)
    expect(second.outputs[0]).toEqual(first.outputs[0])
    expect(second.outputs[1]?.atoms).toBeLessThan(first.outputs[1]?.atoms ?? 0n)
    built.advance()
    expect(await account.replace(id, 500)).toMatchObject({ code: 'E_REPLACE' })
  })

  test('pays more for the second than the first and its own way, whatever it offers [GSP-3]', async () => {
    const account = createAccount(built.chain, new Secret(olga.secret))
    const pay = { payments: [{ to: oscar.key, atoms: shares(3) }], fee: 900 }
    const feeOf = (one: { readonly outputs: readonly { readonly atoms: bigint }[] }): bigint =>
      shares(1000) - one.outputs.reduce((sum, { atoms }) => sum + atoms, 0n)
    const first = value(await account.build(pay))
    const id = value(await account.submit(first))
    built.waiting.splice(0)
    value(await account.replace(id, 100))
    const second = present(built.waiting[0], 'the second')
    const bytes = BigInt(encode(transactionCodec, second).length)
    expect(feeOf(second)).toBeGreaterThanOrEqual(feeOf(first) + bytes)
    expect(feeOf(second)).toBeLessThan(feeOf(first) + bytes + 64n)
  })

  test('takes a larger fee from other coin where the outputs are all as they were wanted [POS-1]', async () => {
    const account = createAccount(built.chain, new Secret(olga.secret))
    const hosted = { kind: 'key', owner: olga.key, host: present(built.builder.peers[0], 'a peer').key } as const
    const spend = (await account.coins()).free.slice(0, 1)
    const wanted = [{ ...hosted, atoms: shares(1000) - 1_400n }]
    const id = value(await account.send({ outputs: wanted, spend, only: true }))
    built.waiting.splice(0)
    value(await account.replace(id, 400))
    const second = present(built.waiting[0], 'the second')
    expect(second.outputs[0]).toEqual(wanted[0])
    expect(second.inputs.length).toBeGreaterThan(1)
  })

  test('offers what a full pool asks for in the lane of what it sends [LED-5]', async () => {
    const account = createAccount(built.chain, new Secret(olga.secret))
    const wishes = { payments: [{ to: oscar.key, atoms: shares(3) }] }
    const least = value(await account.draft(wishes)).fee
    built.floorRates = [9e9, 9e9, 9e9, 9e9, 9e9, 50_000]
    const { fee, body } = value(await account.draft(wishes))
    const bytes = BigInt(encode(transactionCodec, { ...body, signature: new Uint8Array(64) }).length)
    expect(fee).toBeGreaterThan(least)
    expect(fee).toBeGreaterThanOrEqual(50n * bytes)
    expect(fee).toBeLessThanOrEqual(50n * (bytes + 40n))
  })

  test('spends a lock only as its claim or refund [LED-1]', async () => {
    const account = createAccount(built.chain, new Secret(olga.secret))
    const preimage = new Uint8Array(32).fill(9)
    const lock = {
      kind: 'hashlock',
      hash: hashOfPreimage(preimage),
      claimant: oscar.key,
      refund: olga.key,
      timeout: 1000,
      atoms: shares(7)
    } as const
    value(await account.send({ outputs: [lock] }))
    built.advance()
    const claimant = createAccount(built.chain, new Secret(oscar.secret))
    const spend = (await claimant.coins()).all.filter(coin => coin.record.output.kind === 'hashlock')
    expect(spend).toHaveLength(1)
    expect((await claimant.balance()).spendable).toBe(shares(10_000))
    expect(await account.send({ spend, only: true })).toMatchObject({ code: 'E_TX_LOCK_EARLY' })
    value(await claimant.send({ spend, only: true, preimages: [preimage] }))
    built.advance()
    expect((await claimant.balance()).spendable).toBeGreaterThan(shares(10_006))
  })

  test('keeps what is hosted unless nothing else suffices', async () => {
    const account = createAccount(built.chain, new Secret(olga.secret))
    const host = present(built.builder.peers[0], 'a peer').key
    value(await account.send({ outputs: [output(olga.key, shares(9000), host)] }))
    built.advance()
    const { free } = await account.coins()
    expect(await account.balance()).toMatchObject({ hosted: shares(9000) })
    const small = value(await account.draft({ payments: [{ to: oscar.key, atoms: shares(1) }] }))
    expect(small.coins.every(({ record }) => record.output.kind === 'key' && record.output.host === null)).toBe(true)
    const large = value(await account.draft({ payments: [{ to: oscar.key, atoms: shares(2000) }] }))
    expect(large.body.outputs.at(-1)).toMatchObject({ host })
    expect(free.length).toBe(2)
  })
})
