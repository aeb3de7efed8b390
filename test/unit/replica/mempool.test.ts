// The mempool: bounded, each instruction once, those of one account in order and within their window [EXE-1].
import { describe, expect, it } from 'vitest'
import { MEMPOOL_LIMITS } from '#asset-layer/limits.ts'
import type { KnownInstruction } from '#asset-layer/replica/instructions.ts'
import { Mempool } from '#asset-layer/replica/mempool.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'

const account = (n: number): PublicKey => hashHex('test-account', uintToBytes(n, 4)) as string as PublicKey
function instruction(who: number, sequence: number, change: Partial<KnownInstruction> = {}): KnownInstruction {
  const id = hashHex('test-instruction', uintToBytes(who, 4), uintToBytes(sequence, 4))
  return { id, account: account(who), sequence, notAfter: 100, bytes: Uint8Array.of(who, sequence), ...change }
}
const codeOf = (verdict: { readonly ok: boolean; readonly code?: string }): string =>
  verdict.ok ? 'ok' : (verdict.code ?? '')

describe('the mempool', () => {
  it('gives each instruction once, in order of arrival, and takes repeats without effect', () => {
    const pool = new Mempool(() => 0)
    for (const one of [instruction(1, 0), instruction(2, 0), instruction(1, 1), instruction(1, 0)]) pool.add(one, 1)
    expect(pool.take(1).map(([who, sequence]) => [who, sequence])).toEqual([
      [1, 0],
      [2, 0],
      [1, 1]
    ])
    expect(codeOf(pool.add(instruction(1, 0), 1))).toBe('ok')
    expect(pool.take(1)).toEqual([])
  })
  it('offers again what was proposed and never ran, and forgets what ran', () => {
    const pool = new Mempool(() => 0)
    pool.add(instruction(1, 0), 5)
    pool.take(5)
    pool.forgetBelow(5)
    expect(pool.has(instruction(1, 0).id)).toBe(true)
    pool.forgetBelow(6)
    pool.add(instruction(1, 0), 6)
    expect(pool.take(6)).toHaveLength(1)
    pool.settle(instruction(1, 0).id)
    expect(pool.has(instruction(1, 0).id)).toBe(false)
  })
  it('holds back what is beyond the window until the window moves', () => {
    let next = 0
    const pool = new Mempool(() => next)
    expect(codeOf(pool.add(instruction(1, 64), 1))).toBe('ok')
    expect(pool.take(1)).toEqual([])
    next = 1
    expect(pool.take(1)).toHaveLength(1)
  })
  it('refuses used sequences, those far ahead, and what has expired', () => {
    const pool = new Mempool(() => 10)
    expect(codeOf(pool.add(instruction(1, 9), 1))).toBe('E_INSTRUCTION_SEQUENCE')
    expect(codeOf(pool.add(instruction(1, 10 + 128), 1))).toBe('E_INSTRUCTION_SEQUENCE')
    expect(codeOf(pool.add(instruction(1, 10, { notAfter: 6 }), 7))).toBe('E_INSTRUCTION_EXPIRED')
  })
  it('drops what expires while it waits', () => {
    const pool = new Mempool(() => 0)
    pool.add(instruction(1, 0, { notAfter: 6 }), 5)
    expect(pool.take(7)).toEqual([])
    expect(pool.size).toBe(0)
  })
  it('is bounded per account, in count and in bytes', () => {
    const pool = new Mempool(() => 0)
    for (let i = 0; i < 128; i++) pool.add(instruction(1, i), 1)
    expect(codeOf(pool.add(instruction(1, 127, { id: hashHex('another') }), 1))).toBe('E_BUSY')
    const wide = new Mempool(() => 0)
    const bytes = new Uint8Array(MEMPOOL_LIMITS.bytes / 2)
    expect(['a', 'b', 'c'].map((_, i) => codeOf(wide.add(instruction(i, 0, { bytes }), 1)))).toEqual([
      'ok',
      'ok',
      'E_BUSY'
    ])
  })
  it('fills a block up to its limits and keeps the rest', () => {
    const pool = new Mempool(() => 0)
    for (let who = 0; who < 20; who++) {
      for (let i = 0; i < 30; i++) pool.add(instruction(who, i), 1)
    }
    expect(pool.take(1)).toHaveLength(MEMPOOL_LIMITS.blockInstructions)
    expect(pool.take(1)).toHaveLength(600 - MEMPOOL_LIMITS.blockInstructions)
  })
})
