// Who serves which asset when, from drawn views of final base state [COM-4].
import { describe, expect, it } from 'vitest'
import { type AssetView, deriveDuties, deriveEpochStart } from '#asset-layer/committees/schedule.ts'
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import { type CommitteeRecord, dagIdOf } from '#contracts/committees/committee-record.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { AssetId, BlockId, BondId, CheckpointId, PublicKey } from '#contracts/primitives/ids.ts'
import type { CheckpointRecord } from '#contracts/statements/checkpoint-record.ts'
import type { Statement } from '#contracts/statements/statement.ts'

const asset = hashHex<AssetId>('test-asset')
const key = (name: string): PublicKey => hashHex('test-key', new TextEncoder().encode(name)) as string as PublicKey
const checkpointId = (sequence: number): CheckpointId => hashHex('test-checkpoint', uintToBytes(sequence, 4))
const source = (epoch: number): BlockId => hashHex('test-source', uintToBytes(epoch, 4))

function committee(epoch: number, change: Partial<CommitteeRecord> = {}): CommitteeRecord {
  return {
    source: 38 + (epoch - 1) * 160,
    sourceId: source(epoch),
    begins: 56 + (epoch - 1) * 160,
    engine: 1,
    seats: ['alice', 'bob', 'carol', 'dave'].map(name => ({
      bond: hashHex<BondId>('test-bond'),
      unit: 0,
      validator: key(name),
      rewards: key(name),
      slashed: false
    })),
    closedAt: null,
    ...change
  }
}

function checkpoint(
  sequence: number,
  epoch: number | null,
  closes: Statement['closes'] = 'interval'
): CheckpointRecord {
  const statement = epoch === null ? null : ({ epoch, closes, sequence } as unknown as Statement)
  const id = epoch === null ? (asset as unknown as CheckpointId) : checkpointId(sequence)
  return { id, statement, postedAt: 0, status: 'standing', signers: [], openCommits: 0, settledAt: null }
}

function view(epochs: readonly CommitteeRecord[], records: readonly CheckpointRecord[]): AssetView {
  const newest = records.length - 1
  return {
    asset,
    record: { epoch: epochs.length, sequence: newest, status: 'live' } as unknown as AssetRecord,
    committees: new Map(epochs.map((one, i) => [i + 1, one])),
    checkpoints: records.map((record, sequence) => ({ sequence, record })).reverse()
  }
}

describe('COM-4: the first epoch', () => {
  const first = view([committee(1)], [checkpoint(0, null)])

  it('starts from the registration once its beginning is final', () => {
    expect(deriveDuties(first, key('bob'), 55)).toEqual([])
    const [duty, ...others] = deriveDuties(first, key('bob'), 56)
    expect(others).toEqual([])
    expect(duty).toMatchObject({ epoch: 1, seats: [1], start: { sequence: 0, id: asset, statement: null } })
    expect(duty?.dag).toBe(dagIdOf(asset, 1, source(1), asset as unknown as CheckpointId))
  })
  it('gives no seat to who is no member, and two to who has two', () => {
    expect(deriveDuties(first, key('mallory'), 60)[0]?.seats).toEqual([])
    expect(deriveDuties(first, null, 60)[0]?.seats).toEqual([])
    const [seat] = committee(1).seats
    const twice = view(
      [{ ...committee(1), seats: [...committee(1).seats, ...(seat ? [seat] : [])] }],
      [checkpoint(0, null)]
    )
    expect(deriveDuties(twice, key('alice'), 60)[0]?.seats).toEqual([0, 4])
  })
  it('waits for the source block to be named, and is over once the base closed it', () => {
    expect(deriveDuties(view([committee(1, { sourceId: null })], [checkpoint(0, null)]), key('bob'), 60)).toEqual([])
    expect(deriveDuties(view([committee(1, { closedAt: 70 })], [checkpoint(0, null)]), key('bob'), 71)).toEqual([])
  })
  it('keeps its dag while its own checkpoints are posted', () => {
    const later = view([committee(1)], [checkpoint(0, null), checkpoint(1, 1), checkpoint(2, 1)])
    expect(deriveDuties(later, key('bob'), 80)[0]?.dag).toBe(deriveDuties(first, key('bob'), 60)[0]?.dag)
  })
})

describe('COM-4: the hand-over', () => {
  const both = [committee(1), committee(2)]

  it('leaves the old epoch in office until a checkpoint that closes it is posted', () => {
    const running = view(both, [checkpoint(0, null), checkpoint(1, 1)])
    expect(deriveDuties(running, key('bob'), 220).map(({ epoch }) => epoch)).toEqual([1])
    expect(deriveEpochStart(running, 2)).toBeUndefined()
  })
  it('starts the new epoch from that checkpoint', () => {
    const closed = view(both, [checkpoint(0, null), checkpoint(1, 1), checkpoint(2, 1, 'epoch')])
    const duties = deriveDuties(closed, key('bob'), 220)
    expect(duties).toMatchObject([{ epoch: 2, start: { sequence: 2, id: checkpointId(2) } }])
    expect(deriveDuties(closed, key('bob'), 215)).toEqual([])
  })
  it('starts from the newest that stands if the base closed the old epoch', () => {
    const voided = view([committee(1, { closedAt: 94 }), committee(2)], [checkpoint(0, null), checkpoint(1, 1)])
    expect(deriveDuties(voided, key('bob'), 220)).toMatchObject([{ epoch: 2, start: { sequence: 1 } }])
  })
})
