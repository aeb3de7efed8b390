import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { onDiskFailure } from '#base-layer/runtime/disk-failures.ts'
import {
  type ChainStore,
  type FinalAdvance,
  type HistoryEntry,
  openChainStore,
  type StoredBlock
} from '#base-layer/store/chain-store.ts'
import type { StoredEntry } from '#base-layer/state/trees/section-trees.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId, Hash, OutputId, TransactionId } from '#contracts/primitives/ids.ts'

const block = (height: number, fork = 0): StoredBlock => ({
  id: hashHex<BlockId>('test-block', uintToBytes(height, 4), uintToBytes(fork, 4)),
  height,
  slot: height,
  bytes: Uint8Array.of(height, fork)
})
const leaf = (key: number, value: number | null): StoredEntry => ({
  section: 'outputs',
  key: Uint8Array.of(key),
  value: value === null ? null : Uint8Array.of(value)
})
const advance = (blocks: readonly StoredBlock[], more: Partial<FinalAdvance> = {}): FinalAdvance => ({
  blocks: blocks.map(one => one.id),
  transactions: [],
  changes: [],
  meta: {},
  handovers: [],
  recordedEpoch: 0,
  ...more
})

let folder: string
let store: ChainStore
const open = (): Promise<ChainStore> => openChainStore(join(folder, 'chain.db'))

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'surety-store-'))
  store = await open()
  store.begin(block(0), [leaf(1, 10), leaf(2, 20)], { genesis: Uint8Array.of(1) })
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

test('a stamp of the vote guard goes to the disk with the blocks [FIN-7]', () => {
  store.put([block(1)], [], Uint8Array.of(1))
  store.put([block(2)], [])
  expect([...(store.meta('guard') ?? [])]).toEqual([1])
})

test('what an advance wrote is there after it is opened again, whole', async () => {
  const transaction = hashHex<TransactionId>('test-transaction')
  store.put([block(1), block(2)], [])
  store.advance(
    advance([block(1), block(2)], {
      changes: [leaf(1, null), leaf(3, 30)],
      meta: { anchor: Uint8Array.of(9) },
      transactions: [{ id: transaction, height: 2 }],
      handovers: [{ period: 0, bytes: Uint8Array.of(5) }]
    })
  )
  await store.close()
  store = await open()
  expect([...store.leaves()]).toEqual(
    [leaf(2, 20), leaf(3, 30)].map(one => ({ ...one, key: Buffer.from(one.key), value: Buffer.from(one.value ?? []) }))
  )
  expect(store.finalIds(1)).toEqual([block(1).id, block(2).id])
  expect(store.heightOfTransaction(transaction)).toBe(2)
  expect(store.meta('anchor')).toEqual(Buffer.of(9))
  expect(store.handovers()).toEqual([Buffer.of(5)])
  expect(store.finalRange(0, 2, 3)).toHaveLength(1)
  expect(store.finalRange(0, 2, 100)).toHaveLength(3)
})

test('an advance to a block that is not stored changes nothing at all', () => {
  store.put([block(1)], [])
  expect(() =>
    store.advance(advance([block(1), block(2)], { changes: [leaf(2, null)], meta: { genesis: Uint8Array.of(2) } }))
  ).toThrow('is not stored')
  expect([...store.leaves()]).toHaveLength(2)
  expect(store.finalBytes(1)).toBeUndefined()
  expect(store.meta('genesis')).toEqual(Buffer.of(1))
})

test('one height has one final block', () => {
  store.put([block(1), block(1, 1)], [])
  store.advance(advance([block(1)]))
  store.put([block(1, 1)], [])
  expect(() => store.advance(advance([block(1, 1)]))).toThrow()
})

test('blocks beside the final chain go when finality passes them; those above stay', () => {
  store.put([block(1), block(1, 1), block(2), block(2, 1), block(3)], [])
  store.advance(advance([block(1), block(2)]))
  expect(store.openBlocks()).toEqual([Buffer.from(block(3).bytes)])
  expect(store.blockBytes(block(2, 1).id)).toBeUndefined()
  expect(store.finalHeightOf(block(2).id)).toBe(2)
  expect(store.finalHeightOf(block(3).id)).toBeUndefined()
})

test('what a block spent and appended to histories goes with the advance, or not at all [PRF-3, PRF-4]', async () => {
  const output = hashHex<OutputId>('test-output')
  const transaction = hashHex<TransactionId>('test-transaction')
  const id = hashHex<Hash>('test-entry')
  const key = Uint8Array.of(7)
  const entry = (index: number): HistoryEntry => ({ kind: 'names', key, index, height: 1, id })
  store.put([block(1)], [])
  const rows = { spent: [{ output, height: 1, transaction }], history: [entry(0), entry(1), entry(2)] }
  expect(() => store.advance(advance([block(1), block(2)], rows))).toThrow('is not stored')
  expect(store.spendingOf(output)).toBeUndefined()
  store.advance(advance([block(1)], rows))
  await store.close()
  store = await open()
  expect(store.spendingOf(output)).toEqual({ height: 1, transaction })
  expect(store.spendingOf(hashHex<OutputId>('test-other'))).toBeUndefined()
  expect(store.history('names', key, 1, 10)).toEqual([entry(1), entry(2)])
  expect(store.history('names', key, 0, 2)).toHaveLength(2)
  expect(store.history('keys', key, 0, 10)).toEqual([])
})

test('a row that is not what was written is found when it is read, reported, and never given out', async () => {
  store.put([block(1), block(2)], [])
  store.advance(advance([block(1)]))
  await store.close()
  const file = new SqliteDatabase(join(folder, 'chain.db'))
  file.prepare('UPDATE blocks SET bytes = ? WHERE height = 1').run(Uint8Array.of(1, 9))
  file.close()
  store = await open()
  const reported: unknown[] = []
  const end = onDiskFailure(error => reported.push(error))
  expect(() => store.finalBytes(1)).toThrow('is not what was written')
  expect(() => store.blockBytes(block(1).id)).toThrow('is not what was written')
  expect(() => store.finalRange(0, 1, 100)).toThrow('is not what was written')
  end()
  expect(reported).toHaveLength(3)
  expect(store.openBlocks()).toEqual([Buffer.from(block(2).bytes)])
})

test('pruned bodies are gone, their ids stay, and what is above the height is whole', () => {
  store.put([block(1), block(2), block(3)], [])
  store.advance(advance([block(1), block(2), block(3)]))
  expect(store.pruneBodies(3)).toBe(2)
  expect(store.pruneBodies(3)).toBe(0)
  expect(store.finalBytes(1)).toBeUndefined()
  expect(store.finalRange(1, 3, 100)).toEqual([])
  expect(store.finalBytes(3)).toEqual(Buffer.from(block(3).bytes))
  expect(store.finalIds(1)).toEqual([block(1).id, block(2).id, block(3).id])
  expect(store.finalBytes(0)).toBeDefined()
})
