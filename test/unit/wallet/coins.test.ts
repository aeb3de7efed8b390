import { describe, expect, test } from 'vitest'
import { type Coin, type CoinsNeed, selectCoins } from '#base-layer/wallet/coins.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { OutputId, PublicKey } from '#contracts/primitives/ids.ts'

const OWNER = hashHex('test-owner') as string as PublicKey
let count = 0
function coin(atoms: bigint, host: PublicKey | null = null): Coin {
  const id = hashHex<OutputId>('test-coin', uintToBytes(count++, 4))
  return { id, record: { output: { kind: 'key', owner: OWNER, host, atoms }, createdAt: 0, maturesAt: null } }
}
const atomsOf = (coins: readonly Coin[]) => coins.map(one => one.record.output.atoms)

const plain = (atoms: bigint): CoinsNeed => ({ atoms, inputCost: 0n, changeCost: 0n })

describe('choosing coins', () => {
  test('takes the smallest single one that suffices', () => {
    const chosen = selectCoins([coin(100n), coin(7n), coin(10n)], plain(8n))
    expect(chosen.ok && atomsOf(chosen.value)).toEqual([10n])
  })

  test('takes the largest first where no single one suffices, and then the smallest that does', () => {
    const chosen = selectCoins([coin(3n), coin(5n), coin(4n), coin(2n)], plain(8n))
    expect(chosen.ok && atomsOf(chosen.value)).toEqual([5n, 3n])
  })

  test('takes a set that leaves no change where there is one', () => {
    const coins = [coin(50n), coin(30n), coin(21n), coin(100n)]
    const chosen = selectCoins(coins, { atoms: 48n, inputCost: 1n, changeCost: 5n })
    expect(chosen.ok && atomsOf(chosen.value)).toEqual([50n])
    const two = selectCoins(coins, { atoms: 68n, inputCost: 1n, changeCost: 5n })
    expect(two.ok && atomsOf(two.value)).toEqual([50n, 21n])
  })

  test('never spends what costs more to spend than it holds', () => {
    const chosen = selectCoins([coin(3n), coin(4n), coin(100n)], { atoms: 50n, inputCost: 4n, changeCost: 10n })
    expect(chosen.ok && atomsOf(chosen.value)).toEqual([100n])
    expect(selectCoins([coin(3n), coin(4n)], { atoms: 1n, inputCost: 4n, changeCost: 0n }).ok).toBe(false)
  })

  test('leaves hosted coin alone while loose coin suffices [POS-1]', () => {
    const chosen = selectCoins([coin(1_000n, OWNER), coin(5n), coin(5n)], plain(9n))
    expect(chosen.ok && atomsOf(chosen.value)).toEqual([5n, 5n])
  })

  test('spends hosted coin when it must, as little of it as suffices', () => {
    const chosen = selectCoins([coin(1_000n, OWNER), coin(700n, OWNER), coin(5n)], plain(9n))
    expect(chosen.ok && atomsOf(chosen.value)).toEqual([700n])
    const both = selectCoins([coin(1_000n, OWNER), coin(7n, OWNER), coin(5n)], plain(12n))
    expect(both.ok && atomsOf(both.value).sort()).toEqual([5n, 7n])
  })

  test('a wallet in many pieces joins some of them with what it pays', () => {
    const coins = [coin(5_000n), ...Array.from({ length: 120 }, () => coin(20n))]
    const chosen = selectCoins(coins, { atoms: 3_000n, inputCost: 1n, changeCost: 3n })
    expect(chosen.ok && chosen.value.length).toBe(9)
  })

  test('too little is E_FUNDS', () => {
    expect(selectCoins([coin(3n), coin(5n)], plain(9n))).toMatchObject({ ok: false, code: 'E_FUNDS' })
    expect(selectCoins([], plain(1n))).toMatchObject({ ok: false, code: 'E_FUNDS' })
  })

  test('dust that would need more inputs than a transaction has is E_INPUTS_TOO_MANY', () => {
    const dust = Array.from({ length: 300 }, () => coin(1n))
    expect(selectCoins(dust, plain(256n)).ok).toBe(true)
    expect(selectCoins(dust, plain(257n))).toMatchObject({ ok: false, code: 'E_INPUTS_TOO_MANY' })
  })
})
