// An asset's life on the base chain: staffing, epochs, checkpoints, a lie and what follows [AST-2, COM-4,
// CKP-2, CLM-6].
import { describe, expect, it } from 'vitest'
import { AssetBuilder } from '#test/support/asset-builder.ts'
import { actor, ChainBuilder } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')

describe('an asset without faults', () => {
  it("follows the protocol's timeline from registration to settlement [section 21, COM-4, CLM-4]", () => {
    const chain = new ChainBuilder()
    chain.produce()
    const asset = new AssetBuilder(chain, olga)
    chain.produce([asset.transaction])
    expect(asset.record.status).toBe('registered')
    chain.produceTo(7)
    chain.produce([asset.bond(oscar, ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7'])])
    chain.produceTo(38)
    expect(asset.record.epoch).toBe(1)
    expect(asset.committee(1).source).toBe(38)
    chain.produceTo(56)
    expect(asset.record).toMatchObject({ status: 'live', current: 1, liveSince: 56 })
    chain.produceTo(68)
    chain.produce([asset.post(oscar, asset.statement())])
    expect(asset.record.sequence).toBe(1)
    const posted = chain.state.height
    while (asset.record.settled < 1) chain.produce()
    const { settledAt } = asset.checkpoint(1)
    expect(settledAt).toBeGreaterThan(posted + 48)
    expect(settledAt).toBeLessThan(posted + 54)
  })
})
