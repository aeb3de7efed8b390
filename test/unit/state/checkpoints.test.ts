// What a posted checkpoint must be, each way to be wrong [CKP-1, CKP-2], and what it costs [CKP-5].
import { ownerOf } from '#contracts/ledger/output.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { CheckpointId, DagId } from '#contracts/primitives/ids.ts'
import { type Statement, statementCodec } from '#contracts/statements/statement.ts'
import { AssetBuilder } from '#test/support/asset-builder.ts'
import { actor, ChainBuilder } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')
const chain = new ChainBuilder()
const asset = new AssetBuilder(chain, olga)
chain.produce([asset.transaction])
chain.produce([asset.bond(oscar, ['v1', 'v2', 'v3', 'v4', 'v5'])])
chain.produceTo(69)
const start = chain.state

beforeEach(() => chain.rewind(start))

const refusal = (change: Partial<Statement>): string | undefined =>
  chain.refusalOf(asset.post(oscar, asset.statement(change)))

describe('a checkpoint [CKP-2]', () => {
  it('is taken from anyone with a quorum of seats, once', () => {
    const statement = asset.statement()
    chain.produce([asset.post(oscar, statement, [0, 2, 3])])
    expect(asset.checkpoint(1)).toMatchObject({ status: 'standing', signers: [0, 2, 3], statement })
    expect(chain.refusalOf(asset.post(olga, statement))).toBe('E_CHECKPOINT_ALREADY')
  })

  it('is refused where it differs from what base state holds or implies', () => {
    expect(refusal({ sequence: 2 })).toBe('E_CHECKPOINT_SEQUENCE')
    expect(refusal({ previous: hashHex<CheckpointId>('other') })).toBe('E_CHECKPOINT_PREVIOUS')
    expect(refusal({ engine: 99 })).toBe('E_CHECKPOINT_ENGINE')
    expect(refusal({ preRoot: hashHex('other') })).toBe('E_CHECKPOINT_PRE_ROOT')
    expect(refusal({ firstStep: 1 })).toBe('E_CHECKPOINT_FIRST_STEP')
    expect(refusal({ dag: hashHex<DagId>('other') })).toBe('E_CHECKPOINT_DAG')
    const signatures = asset.signatures(asset.statement())
    const later = { ...asset.statement(), epoch: 2 }
    const action = { kind: 'checkpoint.post', statement: encode(statementCodec, later), signatures } as const
    expect(chain.refusalOf(chain.spend({ from: oscar, action }))).toBe('E_CHECKPOINT_EPOCH')
    const junk = { ...action, statement: Uint8Array.of(0x80) }
    expect(chain.refusalOf(chain.spend({ from: oscar, action: junk }))).toBe('E_CHECKPOINT_FORM')
  })

  it('is refused if it is open, closes otherwise than CKP-1 says, or has impossible counts', () => {
    expect(refusal({ closes: 'open' })).toBe('E_CHECKPOINT_OPEN')
    expect(refusal({ closes: 'epoch' })).toBe('E_CHECKPOINT_CLOSES')
    expect(refusal({ closes: 'cap' })).toBe('E_CHECKPOINT_CLOSES')
    expect(refusal({ baseHeight: 61 })).toBe('E_CHECKPOINT_CLOSES')
    expect(refusal({ stepCount: 8192 - 1023 })).toBe('E_CHECKPOINT_CLOSES')
    expect(refusal({ stepCount: 8193, closes: 'cap' })).toBe('E_CHECKPOINT_STEPS')
    expect(refusal({ stepCount: 0 })).toBe('E_CHECKPOINT_STEPS')
    expect(refusal({ stepCount: 8192 - 1023, closes: 'cap' })).toBeUndefined()
    expect(refusal({ stepCount: 0, postRoot: asset.record.firstRoot })).toBeUndefined()
    expect(refusal({ logConsumed: asset.logSize + 1 })).toBe('E_CHECKPOINT_LOG')
    expect(refusal({ baseHeight: chain.state.recordedFinal.height + 5 })).toBe('E_CHECKPOINT_BASE_HIGH')
    expect(refusal({ baseHeight: 1, closes: 'interval' })).toMatch(/^E_CHECKPOINT_(CLOSES|BASE_LOW)$/)
  })

  it('is refused without a quorum of distinct seats that all sign [COM-4]', () => {
    const statement = asset.statement()
    expect(chain.refusalOf(asset.post(oscar, statement, [0, 1]))).toBe('E_CHECKPOINT_QUORUM')
    expect(chain.refusalOf(asset.post(oscar, statement, [0, 1, 1, 2]))).toBe('E_CHECKPOINT_SEATS')
    expect(chain.refusalOf(asset.post(oscar, statement, [2, 1, 0]))).toBe('E_CHECKPOINT_SEATS')
    const signatures = asset.signatures(statement).map(one => ({ ...one, signature: new Uint8Array(64) }))
    const action = { kind: 'checkpoint.post', statement: encode(statementCodec, statement), signatures } as const
    expect(chain.refusalOf(chain.spend({ from: oscar, action }))).toBe('E_CHECKPOINT_SIGNATURE')
    const unseated = {
      ...action,
      signatures: asset.signatures(statement).map((one, i) => (i === 3 ? { ...one, seat: 4 } : one))
    }
    expect(chain.refusalOf(chain.spend({ from: oscar, action: unseated }))).toBe('E_CHECKPOINT_SEATS')
  })

  it('repays the poster from the reserve, up to the cap and what is left [CKP-5]', () => {
    const before = chain.state
    const post = asset.post(oscar, asset.statement())
    chain.produce([post])
    const paid = [...chain.state.entries('outputs')].filter(
      ([id, one]) =>
        before.get('outputs', id) === undefined &&
        ownerOf(one.output) === oscar.key &&
        one.output.atoms === chain.feeOf(post)
    )
    expect(paid).toHaveLength(1)
  })
})

describe('deadlines [VAL-3, COM-4, AST-2]', () => {
  it('halt an asset whose committee posts nothing, then others are sought', () => {
    asset.produceUntil('halted')
    const { since } = asset.record
    // The membership item of the source waits from the beginning at 56 on: INBOX_DEADLINE is 36.
    expect(chain.state.ticksSince(56)).toBe(36)
    expect(asset.committee(1).closedAt).toBe(since)
    asset.produceUntil('restaffing')
    expect(chain.state.ticksSince(since)).toBe(24)
    expect(asset.record.epoch).toBe(2)
    asset.produceUntil('live')
    expect(asset.record).toMatchObject({ current: 2, sequence: 0 })
  })

  it('close an epoch that GRACE ticks after its boundary has no closing checkpoint, and the next epoch with it', () => {
    const posted: number[] = []
    while (asset.record.status === 'live') {
      const open = asset.record
      if (chain.state.height % 12 === 0 && chain.state.height < 216 && open.current === 1) {
        chain.produce([asset.post(oscar, asset.statement())])
        posted.push(open.sequence + 1)
      } else chain.produce()
    }
    expect(posted.length).toBeGreaterThan(5)
    expect(asset.record).toMatchObject({ status: 'halted', epoch: 2 })
    expect(asset.committee(1).closedAt).toBe(asset.committee(2).closedAt)
    expect(chain.state.ticksSince(38 + 160 + 18)).toBe(24)
  })
})

describe('the hand-over to the next epoch [COM-4]', () => {
  it('takes a checkpoint that closes the old one, then only the new dag', () => {
    chain.produce([asset.post(oscar, asset.statement())])
    while (chain.state.recordedFinal.height < 216) {
      if (chain.state.height % 25 === 0) chain.produce([asset.post(oscar, asset.statement())])
      else chain.produce()
    }
    expect(asset.record).toMatchObject({ current: 2, epoch: 2, status: 'live' })
    expect(refusal({ epoch: 2 })).toBe('E_CHECKPOINT_EPOCH')
    const last = asset.statement({ epoch: 1 })
    expect(last.closes).toBe('epoch')
    chain.produce([asset.post(oscar, last)])
    expect(refusal({ epoch: 1, dag: last.dag })).toBe('E_CHECKPOINT_EPOCH')
    for (let i = 0; i < 9; i++) chain.produce()
    const first = asset.statement({ epoch: 2 })
    chain.produce([asset.post(oscar, first)])
    expect(asset.checkpoint(asset.record.sequence).statement).toEqual(first)
    const staying = asset
      .committee(2)
      .seats.filter(seat => asset.committee(1).seats.some(old => old.bond === seat.bond && old.unit === seat.unit))
    expect(staying.length).toBeGreaterThanOrEqual(3)
  })
})
