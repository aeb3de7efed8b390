// Registering assets and peers, bonds and their release, forced instructions [AST-1, BND-1, BND-2, POS-1,
// VAL-1].
import { ownerOf } from '#contracts/ledger/output.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { countSupply } from '#test/support/state-reads.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import type { PeerRegister } from '#contracts/ledger/actions/peer-register.ts'
import type { AssetId, BondId, PublicKey } from '#contracts/primitives/ids.ts'
import { AssetBuilder, registrationOf } from '#test/support/asset-builder.ts'
import { actor, ChainBuilder, peer, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')
const chain = new ChainBuilder()
const asset = new AssetBuilder(chain, olga)
chain.produce([asset.transaction])
chain.produce()
const start = chain.state

beforeEach(() => chain.rewind(start))

describe('asset.register [AST-1]', () => {
  const refusal = (change: Partial<AssetRegister>, from = olga): string | undefined => {
    const action = { kind: 'asset.register', ...registrationOf(olga, change) } as const
    return chain.refusalOf(chain.spend({ from, action, locks: shares(1) + action.reserveAtoms }))
  }

  it('records the asset, its first checkpoint and what it locks', () => {
    expect(asset.record).toMatchObject({ status: 'staffing', registeredAt: 1, sequence: 0, settled: 0 })
    expect(asset.checkpoint(0)).toMatchObject({ id: asset.id, statement: null, status: 'settled' })
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  })

  it('is refused for another issuer, an unknown template, bad seats or terms that break PAR-1', () => {
    expect(refusal({}, oscar)).toBe('E_TX_SIGNATURE')
    expect(refusal({ mode: 'drawn' })).toBe('E_ASSET_MODE')
    expect(refusal({ template: 'cheese' })).toBe('E_ASSET_TEMPLATE')
    expect(refusal({ parameters: Uint8Array.of(0) })).toBe('E_TEMPLATE_PARAMETERS')
    expect(refusal({ symbol: 'test' })).toBe('E_ASSET_SYMBOL')
    expect(refusal({ seats: 5 })).toBe('E_ASSET_SEATS')
    expect(refusal({ collateralPerSeat: 0n })).toBe('E_ASSET_COLLATERAL')
    expect(refusal({ collateralPerSeat: shares(10) / 1000n - 1n })).toBe('E_ASSET_COLLATERAL')
    expect(refusal({ collateralPerSeat: 1n << 60n })).toBe('E_ASSET_COLLATERAL')
    expect(refusal({ windowTicks: 20 })).toBe('E_ASSET_TERMS')
    const action = { kind: 'asset.register', ...registrationOf(olga) } as const
    expect(chain.refusalOf(chain.spend({ from: olga, action, fee: 1000n }))).toMatch(/^E_TX_(FUNDS|FEE)$/)
  })

  it('lapses STAFFING ticks later if nobody came, and the issuer gets the lock and the reserve back', () => {
    chain.produceTo(164)
    asset.produceUntil('lapsed', 10)
    const returned = [...chain.state.entries('outputs')].filter(
      ([, one]) => one.createdAt === asset.record.since && ownerOf(one.output) === olga.key
    )
    expect(returned.map(([, one]) => one.output.atoms)).toEqual([shares(1) + 100_000n])
  })
})

describe('bonds [BND-1, BND-2]', () => {
  it('lock their units, leave on notice, and come back to their owner', () => {
    const post = asset.bond(oscar, ['v1', 'v2'], { units: 2 })
    chain.produce([post])
    const [first, second] = AssetBuilder.bondIds(post, 2)
    if (first === undefined || second === undefined) throw new Error('two bonds')
    expect(chain.state.get('balances', first)?.atoms).toBe(shares(20))
    const leave = (from = oscar) => chain.spend({ from, action: { kind: 'bond.leave', bonds: [first] } })
    const release = (from = oscar) => chain.spend({ from, action: { kind: 'bond.release', bonds: [first] } })
    expect(chain.refusalOf(release())).toBe('E_BOND_STATUS')
    expect(chain.refusalOf(leave(olga))).toBe('E_TX_SIGNATURE')
    chain.produce([leave()])
    expect(chain.refusalOf(leave())).toBe('E_BOND_STATUS')
    expect(chain.refusalOf(release(olga))).toBe('E_TX_SIGNATURE')
    chain.produce([release()])
    expect(chain.state.get('bonds', first)).toBeUndefined()
    expect(chain.refusalOf(release())).toBe('E_BOND_UNKNOWN')
    expect(chain.state.get('balances', first)).toBeUndefined()
    expect(chain.state.get('bonds', second)?.status).toBe('active')
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  })

  it('are refused for other terms, no units, an unknown asset or bond, or a key that cannot sign', () => {
    expect(chain.refusalOf(asset.bond(oscar, ['v1'], { terms: hashHex('other') }))).toBe('E_BOND_TERMS')
    expect(chain.refusalOf(asset.bond(oscar, ['v1'], { units: 0 }))).toBe('E_BOND_UNITS')
    const good = asset.bond(oscar, ['v1'])
    if (good.action?.kind !== 'bond.post') throw new Error('a bond')
    const [terms] = good.action.bonds
    if (terms === undefined) throw new Error('a bond')
    const post = (change: object) =>
      chain.spend({ from: oscar, action: { kind: 'bond.post', bonds: [{ ...terms, ...change }] }, locks: shares(10) })
    expect(chain.refusalOf(post({ asset: hashHex<AssetId>('other') }))).toBe('E_ASSET_UNKNOWN')
    expect(chain.refusalOf(post({ validator: `01${'00'.repeat(31)}` as PublicKey }))).toBe('E_BOND_KEY')
    const leave = chain.spend({ from: oscar, action: { kind: 'bond.leave', bonds: [hashHex<BondId>('none')] } })
    expect(chain.refusalOf(leave)).toBe('E_BOND_UNKNOWN')
  })

  it('that are seated stay locked until EVIDENCE_AGE after their last epoch is over', () => {
    const post = asset.bond(oscar, ['v1', 'v2', 'v3', 'v4'])
    chain.produce([post])
    const ids = AssetBuilder.bondIds(post, 4)
    asset.produceUntil('live')
    expect(chain.state.get('bonds', ids[0] ?? hashHex('none'))).toMatchObject({ lastEpoch: 1, units: [{ epoch: 1 }] })
    chain.produce([chain.spend({ from: oscar, action: { kind: 'bond.leave', bonds: ids } })])
    const release = () => chain.spend({ from: oscar, action: { kind: 'bond.release', bonds: ids } })
    expect(chain.refusalOf(release())).toBe('E_BOND_NOT_DUE')
    asset.produceUntil('halted')
    const closed = asset.record.since
    expect(chain.state.get('bonds', ids[0] ?? hashHex('none'))).toMatchObject({ units: [{ epoch: null }] })
    while ((chain.state.ticksSince(closed) ?? 0) < 199) chain.produce()
    expect(chain.refusalOf(release())).toBeUndefined()
    expect(asset.record.status).toBe('wound-up')
  })
})

describe('log.post [VAL-1]', () => {
  const post = (change: object = {}) =>
    chain.spend({
      from: oscar,
      action: { kind: 'log.post', asset: asset.id, instruction: Uint8Array.of(1, 2, 3), ...change }
    })

  it("appends to the asset's log, in order", () => {
    chain.produce([post(), post()])
    expect(asset.logSize).toBe(2)
    expect(chain.state.get('logs', { kind: 'entry', asset: asset.id, index: 1 })).toMatchObject({
      height: chain.state.height,
      item: { kind: 'instruction' }
    })
  })

  it('is refused for an unknown asset and past LOG_RATE', () => {
    expect(chain.refusalOf(post({ asset: hashHex<AssetId>('other') }))).toBe('E_ASSET_UNKNOWN')
    const strict = new ChainBuilder({ parameters: { logRate: 2 } })
    const other = new AssetBuilder(strict, olga)
    strict.produce([other.transaction])
    const items = [1, 2, 3].map(n =>
      strict.spend({ from: oscar, action: { kind: 'log.post', asset: other.id, instruction: Uint8Array.of(n) } })
    )
    expect(strict.refusalOf(items[2] ?? (items[0] as never), items.slice(0, 2))).toBe('E_LOG_RATE')
  })
})

describe('peer.register [POS-1]', () => {
  const eve = peer('eve')
  const register = (change: Partial<PeerRegister> = {}, from: typeof olga = eve) => {
    const action = {
      kind: 'peer.register',
      peer: eve.key,
      vrfKey: eve.vrfKey,
      rewards: eve.rewards.key,
      bondAtoms: shares(10),
      ...change
    } as const
    return chain.spend({ from, action, locks: action.bondAtoms })
  }

  it('locks the bond of a key that pays for itself, once', () => {
    chain.produce([chain.pay(olga, eve, shares(100)), chain.pay(olga, eve, shares(100))])
    chain.produce([register()])
    expect(chain.state.get('peers', eve.key)).toMatchObject({ bondAtoms: shares(10), registeredAt: chain.state.height })
    expect(chain.refusalOf(register())).toBe('E_PEER_KNOWN')
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  })

  it('is refused for another key, too small a bond, or keys that cannot sign', () => {
    chain.produce([1, 2, 3].map(() => chain.pay(olga, eve, shares(100))))
    expect(chain.refusalOf(register({}, olga))).toBe('E_TX_SIGNATURE')
    expect(chain.refusalOf(register({ bondAtoms: shares(10) - 1n }))).toBe('E_PEER_BOND')
    expect(chain.refusalOf(register({ vrfKey: `01${'00'.repeat(31)}` as PublicKey }))).toBe('E_PEER_KEY')
  })
})
