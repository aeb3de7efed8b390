// Single seats: one that signs two things, ones that sign nothing, and an asset that nobody comes back to
// [CLM-6, COM-5, AST-2].
import { beforeEach, describe, expect, it } from 'vitest'
import { LIFE, statusAfter } from '#base-layer/state/assets/life.ts'
import { countSupply } from '#test/support/state-reads.ts'
import { ASSET_STATUSES } from '#contracts/assets/asset-record.ts'
import { claimDepositMin } from '#contracts/bonds/slashing.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { BondId, DagId } from '#contracts/primitives/ids.ts'
import { AssetBuilder, TestClaim, twinStatements } from '#test/support/asset-builder.ts'
import { actor, ChainBuilder, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')
const wanda = actor('wanda')
const chain = new ChainBuilder({ owners: ['olga', 'oscar', 'wanda'] })
const asset = new AssetBuilder(chain, olga)
chain.produce([asset.transaction])
chain.produce([asset.bond(oscar, ['v1', 'v2', 'v3', 'v4', 'v5'])])
chain.produceTo(69)
const start = chain.state
const deposit = claimDepositMin(asset.registration, 'seat')

beforeEach(() => chain.rewind(start))

/** Accuses a seat of twins and waits for the payment. */
function convictSeat(seat: number): TestClaim {
  const twins = twinStatements(asset, seat)
  const claim = new TestClaim(chain, wanda, twins.target, twins.claim, deposit)
  chain.produce([claim.commit])
  const committed = chain.state.height
  while (chain.state.ticksSince(committed) === undefined) chain.produce()
  chain.produce([claim.reveal()])
  return claim
}

describe('a seat that equivocates [CLM-6]', () => {
  it('alone is slashed, once; nothing is void and the epoch goes on without its signature', () => {
    const claim = convictSeat(1)
    const seat = asset.committee(1).seats[1]
    expect(seat?.slashed).toBe(true)
    expect(chain.state.get('bonds', seat?.bond ?? hashHex<BondId>('none'))?.units).toMatchObject([{ slashed: true }])
    expect(asset.record).toMatchObject({ status: 'live', current: 1, sequence: 0 })
    const twins = twinStatements(asset, 1)
    const again = new TestClaim(chain, wanda, twins.target, twins.claim, deposit)
    expect(chain.refusalOf(again.commit)).toBe('E_CLAIM_CONVICTED')
    expect(chain.refusalOf(again.reveal({ commit: null }))).toBe('E_CLAIM_CONVICTED')
    expect(chain.refusalOf(asset.post(oscar, asset.statement(), [0, 1, 2]))).toBe('E_CHECKPOINT_QUORUM')
    chain.produce([asset.post(oscar, asset.statement())])
    expect(asset.checkpoint(1).signers).toEqual([0, 2, 3])
    for (let i = 0; i < 16; i++) chain.produce()
    const conviction = chain.state.get('claims', { kind: 'seat', dag: asset.statement().dag, seat: 1 })
    expect(conviction).toMatchObject({ paid: true, paidTo: wanda.key, slashed: shares(10), paidCommit: claim.id })
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  })

  it('closes the epoch only if it leaves fewer than 2f + 1 seats', () => {
    convictSeat(1)
    expect(asset.record.status).toBe('live')
    convictSeat(2)
    expect(asset.record).toMatchObject({ status: 'halted', current: 0 })
    expect(asset.committee(1).closedAt).toBe(asset.record.since)
  })

  it('is accused of a dag that is on record, in a seat that exists', () => {
    const { claim, target } = twinStatements(asset, 1)
    const other = { ...target, dag: hashHex<DagId>('other') } as typeof target
    expect(chain.refusalOf(new TestClaim(chain, wanda, other, claim, deposit).commit)).toBe('E_CLAIM_TARGET')
    const beyond = { ...target, seat: 9 } as typeof target
    expect(chain.refusalOf(new TestClaim(chain, wanda, beyond, claim, deposit).commit)).toBe('E_CLAIM_TARGET')
    expect(chain.refusalOf(new TestClaim(chain, wanda, target, claim, deposit - 1n).commit)).toBe('E_CLAIM_DEPOSIT')
  })
})

describe('a seat that signs none of the last SILENT checkpoints [COM-5]', () => {
  it('loses it at the next source, to the one that waits', () => {
    const waiting = ['v1', 'v2', 'v3', 'v4', 'v5']
      .map(name => actor(name).key)
      .find(key => !asset.committee(1).seats.some(seat => seat.validator === key))
    const silent = asset.committee(1).seats[3]?.validator
    while (asset.record.epoch === 1) {
      if (chain.state.height % 12 === 0) chain.produce([asset.post(oscar, asset.statement(), [0, 1, 2])])
      else chain.produce()
    }
    expect(asset.record.sequence).toBeGreaterThanOrEqual(8)
    const members = asset.committee(2).seats.map(seat => seat.validator)
    expect(members).not.toContain(silent)
    expect(members[3]).toBe(waiting)
  })
})

describe('an asset that nobody comes back to [AST-2]', () => {
  it('is wound up RESTAFF ticks after salvage, and takes nothing more', () => {
    const bonds = [...chain.state.entries('bonds')].map(([id]) => id)
    chain.produce([chain.spend({ from: oscar, action: { kind: 'bond.leave', bonds } })])
    asset.produceUntil('restaffing')
    const { since } = asset.record
    asset.produceUntil('wound-up')
    expect(chain.state.ticksSince(since)).toBe(160)
    expect(chain.refusalOf(asset.bond(oscar, ['v9']))).toBe('E_ASSET_ENDED')
    const post = { kind: 'log.post', asset: asset.id, instruction: Uint8Array.of(1) } as const
    expect(chain.refusalOf(chain.spend({ from: oscar, action: post }))).toBe('E_ASSET_ENDED')
  })
})

describe("the table of an asset's life [AST-2]", () => {
  it('names each event of each status at most once, and leaves no ended status', () => {
    for (const status of ASSET_STATUSES) {
      const events = LIFE.filter(rule => rule.from.includes(status)).map(rule => rule.event)
      expect(new Set(events).size).toBe(events.length)
    }
    for (const ended of ['lapsed', 'wound-up', 'retired'] as const) {
      expect(LIFE.some(rule => statusAfter(ended, rule.event) !== undefined)).toBe(false)
    }
  })
})
