// asset.db: what was promised is there after a crash, in order, and no guard lets a second one through [DAG-6, BND-4].
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rootOfTree, treeOf } from '#asset-layer/replica/executor.ts'
import { AssetStore } from '#asset-layer/store/asset-store.ts'
import type { LaneStore } from '#asset-layer/store/lane-store.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { EMPTY_LOG } from '#contracts/merkle/log.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { AssetId, CheckpointId, DagId, Hash } from '#contracts/primitives/ids.ts'

const asset = hashHex<AssetId>('test-asset')
const dag = hashHex<DagId>('test-dag')
const id = (n: number): CheckpointId => hashHex('test-id', uintToBytes(n, 4))
const start = { id: id(0), sequence: 4, baseHeight: 7, nextStep: 20 }
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

let folder: string
let store: AssetStore
let copies = 0

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'surety-store-'))
  store = await AssetStore.open(join(folder, 'asset.db'), 1_000)
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The files as a killed process would leave them, opened again. */
async function crashed(): Promise<AssetStore> {
  copies += 1
  const path = join(folder, `copy-${copies}.db`)
  for (const end of ['', '-wal']) cpSync(join(folder, `asset.db${end}`), `${path}${end}`)
  return AssetStore.open(path, 9_000)
}

const laneOf = (from: AssetStore, seat: number | null = 0): LaneStore => from.lane(asset, 1, dag, seat, start, 5_000)

function block(round: number, author: number) {
  const digest = hashHex('test-block', uintToBytes(round, 4), uintToBytes(author, 4))
  return { round, author, digest, header: bytes(round, author), body: bytes(0x80) }
}

function progress(commitIndex: number) {
  return {
    open: {
      sequence: 5,
      previous: id(0),
      previousBaseHeight: 7,
      preRoot: id(1) as Hash,
      firstStep: 20,
      trace: EMPTY_LOG,
      substantial: false
    },
    commitIndex,
    baseHeight: 9,
    leftover: [bytes(1, 2)],
    ended: false
  }
}

describe('DAG-6: own blocks', () => {
  it('are on disk with everything before them when the write returns', async () => {
    const lane = laneOf(store)
    lane.addBlock(block(1, 1))
    lane.addBlock(block(1, 2))
    lane.writeProposal(2, bytes(7), bytes(8))
    lane.addBlock(block(2, 3))
    const after = await crashed()
    const again = laneOf(after)
    expect(again.newestProposal()).toMatchObject({ round: 2 })
    expect(again.blocksAbove(0).map(({ round, author }) => [round, author])).toEqual([
      [1, 1],
      [1, 2]
    ])
    await after.close()
  })
  it('are one for each round, restarts included', async () => {
    laneOf(store).writeProposal(2, bytes(7), bytes(8))
    expect(() => laneOf(store).writeProposal(2, bytes(9), bytes(8))).toThrow('one own block')
    const after = await crashed()
    expect(() => laneOf(after).writeProposal(1, bytes(9), bytes(8))).toThrow('one own block')
    laneOf(after).writeProposal(3, bytes(9), bytes(8))
    await after.close()
  })
  it('are refused to a lane whose file is younger than its epoch, for ever', async () => {
    expect(laneOf(store).row.mayPropose).toBe(true)
    const younger = await AssetStore.open(join(folder, 'younger.db'), 5_001)
    expect(laneOf(younger).row.mayPropose).toBe(false)
    await younger.close()
    const again = await AssetStore.open(join(folder, 'younger.db'), 6_000)
    expect(again.lane(asset, 1, dag, 0, start, 99_000).row.mayPropose).toBe(false)
    await again.close()
  })
})

describe('BND-4: statements', () => {
  it('are guarded before they are signed: the same again, another never', async () => {
    const lane = laneOf(store)
    expect(lane.guardStatement(3, id(3), bytes(3))).toBe(true)
    expect(lane.guardStatement(3, id(3), bytes(3))).toBe(true)
    expect(lane.guardStatement(3, id(4), bytes(4))).toBe(false)
    const after = await crashed()
    expect(laneOf(after).guardStatement(3, id(4), bytes(4))).toBe(false)
    expect(laneOf(after).statementsFrom(0, 9)).toMatchObject([{ place: 3 }])
    expect(laneOf(after, 1).guardStatement(3, id(4), bytes(4))).toBe(true)
    await after.close()
  })
})

describe('CKP-3: state', () => {
  it('is what it was when any kept sequence closed', () => {
    const lane = laneOf(store)
    expect(lane.ready).toBe(false)
    lane.writeStart([
      { key: bytes(1), value: bytes(10) },
      { key: bytes(2), value: bytes(20) }
    ])
    lane.addExecution(
      progress(1),
      5,
      [],
      [
        { key: bytes(1), value: bytes(11) },
        { key: bytes(3), value: bytes(30) }
      ],
      []
    )
    lane.addExecution(progress(2), 6, [], [{ key: bytes(2), value: null }], [])
    const at = (sequence: number): string => rootOfTree(treeOf(lane.stateAt(sequence)))
    const of = (...entries: [number, number][]): string =>
      rootOfTree(treeOf(entries.map(([key, value]) => ({ key: bytes(key), value: bytes(value) }))))
    expect(at(4)).toBe(of([1, 10], [2, 20]))
    expect(at(5)).toBe(of([1, 11], [2, 20], [3, 30]))
    expect(at(6)).toBe(of([1, 11], [3, 30]))
    expect(lane.statePage(6, bytes(1), 10).map(({ key }) => key[0])).toEqual([3])
    lane.pruneBelow(6)
    expect([at(4), at(6)]).toEqual([of([1, 10], [2, 20]), of([1, 11], [3, 30])])
    expect(lane.ready).toBe(true)
  })
  it('comes back with where execution stood, as of the last durable point', async () => {
    const lane = laneOf(store)
    lane.addExecution(progress(1), 5, [], [], [])
    lane.flush()
    lane.addExecution(progress(2), 5, [], [], [])
    const after = await crashed()
    expect(laneOf(after).progress()).toMatchObject({ commitIndex: 1, leftover: [bytes(1, 2)] })
    await after.close()
  })
})

describe('CLM-7: offences', () => {
  it('are kept once, with a salt that survives a crash', async () => {
    expect(store.addOffence('one', asset, 'bad-step', bytes(1), 5)).toBe(true)
    expect(store.addOffence('one', asset, 'bad-step', bytes(2), 6)).toBe(false)
    store.setOffence('one', 'committed', id(9), 7)
    const [before] = store.offences()
    const after = await crashed()
    expect(after.offences()).toEqual([before])
    expect(before).toMatchObject({ state: 'committed', submission: id(9), height: 7 })
    await after.close()
  })
})

describe('a lane', () => {
  it('is dropped with everything in it', () => {
    const lane = laneOf(store)
    lane.writeStart([{ key: bytes(1), value: bytes(10) }])
    lane.writeProposal(1, bytes(1), bytes(2))
    store.dropLane(lane)
    expect(store.lanesOf(asset)).toEqual([])
    const fresh = laneOf(store)
    expect(fresh.stateAt(99)).toEqual([])
    expect(fresh.newestProposal()).toBeUndefined()
  })
})
