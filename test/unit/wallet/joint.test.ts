// What a wallet is told of a joint payment before it signs: nothing that it signs takes more than that.
import { describe, expect, test } from 'vitest'
import { draftJoint, reviewJoint } from '#base-layer/index.ts'
import type { TransactionBody } from '#contracts/ledger/transaction.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { Output } from '#contracts/ledger/output.ts'
import { asName } from '#contracts/names/name.ts'
import { present, type Verdict } from '#contracts/primitives/verdict.ts'
import { BuiltChain } from '#test/support/built-chain.ts'
import { actor, ChainBuilder, output, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')
const mallory = actor('mallory')
const built = new BuiltChain(new ChainBuilder())

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(`${verdict.code} ${verdict.why}`)
  return verdict.value
}

async function drafted(): Promise<TransactionBody> {
  const given = [olga, oscar].map(({ key }) => ({ key, atoms: shares(10) }))
  return value(await draftJoint(built.chain, given, [{ to: mallory.key, atoms: shares(20) }]))
}

describe('a joint payment under review', () => {
  test('says what each puts in, less what comes back [SIG-3]', async () => {
    const review = value(await reviewJoint(built.chain, await drafted()))
    expect(review.signers).toEqual([olga.key, oscar.key].sort())
    expect(review.netOf(new Set([oscar.key]))).toBe(shares(10))
    expect(review.netOf(new Set([olga.key]))).toBe(shares(10) + review.fee)
    expect(review.netOf(new Set([mallory.key]))).toBe(-shares(20))
  })

  test('does not count as its own what comes back under a lock that another may open or wait out [LED-1]', async () => {
    const body = await drafted()
    const change = present(
      body.outputs.find(one => one.kind === 'key' && one.owner === oscar.key),
      'change'
    )
    const locked = (claimant = oscar.key, refund = oscar.key): Output => {
      return { kind: 'hashlock', hash: hashHex('test-lock'), claimant, refund, timeout: 100, atoms: change.atoms }
    }
    const netWith = async (one: Output): Promise<bigint> => {
      const outputs = body.outputs.map(other => (other === change ? one : other))
      return value(await reviewJoint(built.chain, { ...body, outputs })).netOf(new Set([oscar.key]))
    }
    expect(await netWith(locked(oscar.key, mallory.key))).toBe(shares(10) + change.atoms)
    expect(await netWith(locked(mallory.key, oscar.key))).toBe(shares(10) + change.atoms)
    expect(await netWith(locked())).toBe(shares(10))
  })

  test('is refused if it does anything beside paying: the signers may be its authorities [LED-4]', async () => {
    const body = await drafted()
    const name = present(asName('shop'), 'a name')
    const action = { kind: 'name.transfer', name, owner: oscar.key, to: mallory.key } as const
    expect(await reviewJoint(built.chain, { ...body, action })).toMatchObject({ code: 'E_JOINT' })
  })

  test('is refused if its coin is not there', async () => {
    const body = await drafted()
    const inputs = [hashHex<(typeof body.inputs)[0] & string>('test-nothing')]
    expect(await reviewJoint(built.chain, { ...body, inputs })).toMatchObject({ code: 'E_TX_INPUT_UNKNOWN' })
  })

  test('shows nothing of what a stranger owns', async () => {
    const review = value(await reviewJoint(built.chain, { ...(await drafted()), outputs: [output(olga.key, 1n)] }))
    expect(review.netOf(new Set([mallory.key]))).toBe(0n)
  })
})
