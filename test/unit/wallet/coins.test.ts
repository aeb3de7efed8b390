import { describe, expect, test } from 'vitest'
import { type Coin, selectCoins } from '#base-layer/wallet/coins.ts'
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

describe('choosing coins', () => {
  test('takes the smallest single one that suffices', () => {
    const chosen = selectCoins([coin(100n), coin(7n), coin(10n)], 8n)
    expect(chosen.ok && atomsOf(chosen.value)).toEqual([10n])
  })

  test('takes the largest first where no single one suffices', () => {
    const chosen = selectCoins([coin(3n), coin(5n), coin(4n)], 8n)
    expect(chosen.ok && atomsOf(chosen.value)).toEqual([5n, 4n])
  })

  test('leaves hosted coin alone while loose coin suffices [POS-1]', () => {
    const chosen = selectCoins([coin(1_000n, OWNER), coin(5n), coin(5n)], 9n)
    expect(chosen.ok && atomsOf(chosen.value)).toEqual([5n, 5n])
  })

  test('spends hosted coin when it must', () => {
    const chosen = selectCoins([coin(1_000n, OWNER), coin(5n)], 9n)
    expect(chosen.ok && atomsOf(chosen.value)).toEqual([1_000n])
  })

  test('too little is E_FUNDS', () => {
    expect(selectCoins([coin(3n), coin(5n)], 9n)).toMatchObject({ ok: false, code: 'E_FUNDS' })
    expect(selectCoins([], 1n)).toMatchObject({ ok: false, code: 'E_FUNDS' })
  })

  test('dust that would need more inputs than a transaction has is E_INPUTS_TOO_MANY', () => {
    const dust = Array.from({ length: 300 }, () => coin(1n))
    expect(selectCoins(dust, 256n).ok).toBe(true)
    expect(selectCoins(dust, 257n)).toMatchObject({ ok: false, code: 'E_INPUTS_TOO_MANY' })
  })
})
