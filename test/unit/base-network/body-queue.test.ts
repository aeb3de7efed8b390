import { describe, expect, test } from 'vitest'
import { BodyQueue } from '#base-layer/network/body-queue.ts'
import { SYNC_LIMITS } from '#base-layer/network/limits.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import type { Block } from '#contracts/statements/block.ts'

const ids = (count: number): BlockId[] =>
  Array.from({ length: count }, (_, n) => hashHex<BlockId>('test', uintToBytes(n, 4)))
const block = (height: number) => ({ header: { height } }) as unknown as Block
const heightOf = (arrived: { readonly block: Block } | undefined) => arrived?.block.header.height

describe('bodies asked for from several peers', () => {
  test('come out in order, whoever brings them and when', async () => {
    const queue = new BodyQueue(10, ids(4))
    queue.enter()
    const first = queue.next()
    for (const height of [12, 10, 13, 11]) queue.put(height, { block: block(height), from: 'bob' })
    expect(heightOf(await first)).toBe(10)
    for (const height of [11, 12, 13]) expect(heightOf(await queue.next())).toBe(height)
    expect(await queue.next()).toBeUndefined()
    expect(queue.isDone).toBe(true)
  })

  test('are claimed once, no further ahead than the bound, and again where a peer failed', async () => {
    const queue = new BodyQueue(1, ids(2_000))
    queue.enter()
    const ranges = []
    for (let range = queue.claim(); range !== undefined; range = queue.claim()) ranges.push(range)
    expect(ranges.reduce((sum, one) => sum + one.count, 0)).toBe(SYNC_LIMITS.bodiesAhead)
    expect(queue.claim()).toBeUndefined()
    queue.release({ from: 5, count: 3 })
    expect(queue.claim()).toEqual({ from: 5, count: 3 })
    queue.put(1, { block: block(1), from: 'bob' })
    await queue.next()
    expect(queue.claim()).toEqual({ from: SYNC_LIMITS.bodiesAhead + 1, count: 1 })
  })

  test('end when the last peer leaves, or when nobody wants them any more', async () => {
    const queue = new BodyQueue(1, ids(10))
    queue.enter()
    const waiting = queue.next()
    queue.leave()
    expect(await waiting).toBeUndefined()
    expect(queue.isDone).toBe(false)

    const refused = new BodyQueue(1, ids(10))
    refused.enter()
    const asleep = refused.changed()
    refused.close()
    await asleep
    expect(refused.isOver).toBe(true)
    expect(await refused.next()).toBeUndefined()
  })
})
