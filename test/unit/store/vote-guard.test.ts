import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Intention } from '#base-layer/consensus/events.ts'
import { createGuardFile, decodeStamp, encodeStamp, openVoteGuard } from '#base-layer/store/vote-guard.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId, Hash, PublicKey } from '#contracts/primitives/ids.ts'

const KEY = hashHex('test-key') as string as PublicKey
const id = (n: number): BlockId => hashHex<BlockId>('test-block', uintToBytes(n, 4))
const CONTEXT = { key: KEY, parameters: DEV_PARAMETERS, nowMs: 0, stamp: null }

function acknowledge(slot: number, block = id(slot)): Intention {
  return { kind: 'acknowledge', acknowledgement: { slot, block, digest: hashHex('test-digest') } }
}

function vote(sourceEpoch: number, targetEpoch: number, period = 0, root = id(0)): Intention {
  const point = (epoch: number) => ({ epoch, height: epoch, id: id(epoch) })
  return {
    kind: 'vote',
    vote: {
      period,
      recovery: null,
      root: { epoch: 0, height: 0, id: root },
      source: point(sourceEpoch),
      target: point(targetEpoch)
    }
  }
}

function propose(slot: number): Intention {
  const hash = hashHex('test-root') as Hash
  const point = { epoch: 0, height: 0, id: id(0) }
  const header = {
    height: slot,
    slot,
    parent: id(0),
    proposer: KEY,
    timeMs: 0,
    transactionsRoot: hash,
    certificatesHash: hash,
    stateRoot: hash,
    historyRoot: hash,
    spentRoot: hash,
    acknowledgements: [],
    score: 0n,
    justified: point,
    recordedFinal: 0,
    ticks: 0
  }
  return {
    kind: 'propose',
    id: id(slot),
    block: { header, signature: new Uint8Array(64), transactions: [], certificates: [] }
  }
}

let folder: string
let path: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'surety-guard-'))
  path = join(folder, 'votes.db')
  await createGuardFile(path, KEY)
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the vote guard [FIN-7]', () => {
  const refused: readonly (readonly [what: string, first: Intention, second: Intention])[] = [
    ['a second acknowledgement in a slot', acknowledge(5), acknowledge(5, id(99))],
    ['the same acknowledgement again', acknowledge(5), acknowledge(5)],
    ['an acknowledgement of an earlier slot', acknowledge(5), acknowledge(4)],
    ['a second proposal in a slot', propose(5), propose(5)],
    ['a proposal of an earlier slot', propose(5), propose(4)],
    ['two votes for one target epoch', vote(1, 3), vote(2, 3)],
    ['a vote for an earlier target', vote(1, 3), vote(1, 2)],
    ['a vote that surrounds the last', vote(2, 3), vote(1, 4)],
    ['a vote from another root of the period', vote(1, 3), vote(1, 4, 0, id(7))],
    ['a vote in an earlier period', vote(1, 3, 1), vote(1, 4, 0)]
  ]

  test.each(refused)('refuses %s, before and after a restart, and then signs nothing', async (_what, first, second) => {
    const { guard } = await openVoteGuard(path, CONTEXT)
    guard.write(first)
    await guard.close()
    const { guard: again, lost } = await openVoteGuard(path, CONTEXT)
    expect(lost).toBe(false)
    expect(() => again.write(second)).toThrow()
    expect(again.signs).toBe(false)
    expect(() => again.write(acknowledge(1_000))).toThrow('signing has stopped')
    await again.close()
  })

  test('allows what follows without contradiction, and remembers its marks', async () => {
    const { guard } = await openVoteGuard(path, CONTEXT)
    for (const intention of [
      propose(5),
      acknowledge(5),
      vote(0, 1),
      vote(1, 2),
      propose(6),
      acknowledge(7),
      vote(0, 9, 1, id(40))
    ]) {
      guard.write(intention)
    }
    await guard.close()
    const { guard: again } = await openVoteGuard(path, CONTEXT)
    expect(again.marks).toEqual({
      vote: { period: 1, recovery: null, root: id(40), sourceEpoch: 0, targetEpoch: 9 },
      acknowledgedSlot: 7,
      proposedSlot: 6,
      maySignFromMs: 0,
      loss: null
    })
    expect(again.stamp.writes).toBe(7)
    await again.close()
  })

  test('a new key that never signed has no marks', async () => {
    const { guard, lost } = await openVoteGuard(path, CONTEXT)
    expect(lost).toBe(false)
    expect(guard.marks).toEqual({ vote: null, acknowledgedSlot: -1, proposedSlot: -1, maySignFromMs: 0, loss: null })
    await guard.close()
  })

  test('a missing file means two epochs of silence and no old sources, for good', async () => {
    rmSync(path)
    const nowMs = 42 * DEV_PARAMETERS.slotMs + 3
    const { guard, lost } = await openVoteGuard(path, { ...CONTEXT, nowMs })
    expect(lost).toBe(true)
    const marks = { maySignFromMs: nowMs + 2_000, loss: { period: 1, epoch: 21 } }
    expect(guard.marks).toMatchObject(marks)
    await guard.close()
    const { guard: again, lost: lostAgain } = await openVoteGuard(path, { ...CONTEXT, nowMs: nowMs + 60_000 })
    expect(lostAgain).toBe(false)
    expect(again.marks).toMatchObject(marks)
    await again.close()
  })

  test('a copy older than what the chain remembers is a loss; its rows still bind', async () => {
    const { guard } = await openVoteGuard(path, CONTEXT)
    guard.write(acknowledge(5))
    await guard.close()
    copyFileSync(path, `${path}.old`)
    const { guard: later } = await openVoteGuard(path, CONTEXT)
    later.write(acknowledge(6))
    const stamp = decodeStamp(encodeStamp(later.stamp))
    await later.close()
    copyFileSync(`${path}.old`, path)
    const { guard: old, lost } = await openVoteGuard(path, { ...CONTEXT, stamp })
    expect(lost).toBe(true)
    expect(() => old.write(acknowledge(5))).toThrow()
    await old.close()
  })

  test('after a pause longer than two epochs it is silent for two, as a restored folder must be; after a short one not', async () => {
    const { guard } = await openVoteGuard(path, CONTEXT)
    guard.write(vote(0, 1))
    await guard.close()
    const epochMs = DEV_PARAMETERS.finalityEpochMs
    for (const [nowMs, from] of [
      [3 * epochMs, 0],
      [4 * epochMs, 6 * epochMs],
      [1_000 * epochMs, 1_002 * epochMs],
      [-5, 0]
    ] as const) {
      const { guard: again, lost } = await openVoteGuard(path, { ...CONTEXT, nowMs })
      expect([lost, again.marks.maySignFromMs, again.marks.loss]).toEqual([false, from, null])
      await again.close()
    }
  })

  test('a copy is a loss, once, also where the original was; the original after a crash is none', async () => {
    const { guard } = await openVoteGuard(path, CONTEXT)
    guard.write(vote(0, 1))
    // As after SIGKILL: nothing is said goodbye to, and the file is where it was.
    const stamp = guard.stamp
    await guard.close()
    const nowMs = 2 * DEV_PARAMETERS.finalityEpochMs
    const { guard: again, lost: isOriginalLost } = await openVoteGuard(path, { ...CONTEXT, nowMs, stamp })
    expect([isOriginalLost, again.marks.maySignFromMs, again.marks.loss]).toEqual([false, 0, null])
    await again.close()
    const copy = `${path}.restored`
    copyFileSync(path, copy)
    // A disk may give the inode that was freed just now to the next file.
    rmSync(path)
    copyFileSync(copy, path)
    for (const restored of [copy, path]) {
      const { guard: first, lost } = await openVoteGuard(restored, { ...CONTEXT, nowMs, stamp })
      const loss = { maySignFromMs: nowMs + 2 * DEV_PARAMETERS.finalityEpochMs, loss: { period: 0, epoch: 2 } }
      expect(lost).toBe(true)
      expect(first.marks).toMatchObject({ ...loss, vote: { targetEpoch: 1 } })
      const newStamp = first.stamp
      await first.close()
      const later = { ...CONTEXT, nowMs: nowMs + 500, stamp: newStamp }
      const { guard: second, lost: lostAgain } = await openVoteGuard(restored, later)
      expect(lostAgain).toBe(false)
      expect(second.marks).toMatchObject(loss)
      await second.close()
    }
  })

  test('that is told of a signature it does not know counts as lost from then on, after a restart too', async () => {
    const { guard } = await openVoteGuard(path, CONTEXT)
    const { id } = guard.stamp
    guard.write(vote(0, 1))
    const nowMs = 42 * DEV_PARAMETERS.slotMs
    const marks = guard.noteForgotten(nowMs)
    expect(marks).toMatchObject({
      maySignFromMs: nowMs + 2 * DEV_PARAMETERS.finalityEpochMs,
      loss: { period: 1, epoch: 21 },
      vote: { targetEpoch: 1 }
    })
    await guard.close()
    const { guard: again, lost } = await openVoteGuard(path, {
      ...CONTEXT,
      nowMs: nowMs + 500,
      stamp: { id, writes: 1 }
    })
    expect(lost).toBe(false)
    expect(again.marks.loss).toEqual(marks.loss)
    await again.close()
  })

  test('is held by one process', async () => {
    const { guard } = await openVoteGuard(path, CONTEXT)
    await expect(openVoteGuard(path, CONTEXT)).rejects.toMatchObject({ code: 'E_DATA_LOCKED' })
    await guard.close()
  })

  test('a guard of another folder is a loss', async () => {
    const stamp = { id: hashHex('another-guard'), writes: 0 }
    const { guard, lost } = await openVoteGuard(path, { ...CONTEXT, stamp })
    expect(lost).toBe(true)
    await guard.close()
  })

  test('refuses to guard another key, and to be made twice', async () => {
    const other = hashHex('another-key') as string as PublicKey
    await expect(openVoteGuard(path, { ...CONTEXT, key: other })).rejects.toMatchObject({ code: 'E_DATA_UNUSABLE' })
    await expect(createGuardFile(path, KEY)).rejects.toMatchObject({ code: 'E_DATA_UNUSABLE' })
  })

  test('a write that fails latches: nothing is signed, though the next write could succeed', async () => {
    const { guard } = await openVoteGuard(path, CONTEXT)
    const saboteur = new SqliteDatabase(path)
    saboteur.exec(`CREATE TRIGGER broken BEFORE INSERT ON acknowledgements BEGIN SELECT RAISE(ABORT, 'disk'); END`)
    expect(() => guard.write(acknowledge(5))).toThrow('disk')
    saboteur.exec('DROP TRIGGER broken')
    saboteur.close()
    expect(guard.signs).toBe(false)
    expect(() => guard.write(acknowledge(6))).toThrow('signing has stopped')
    await guard.close()
  })
})
