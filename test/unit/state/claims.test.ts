// A false checkpoint from posting to payment, and every way a claim can fail [CLM-4, CLM-6, BND-5, CKP-3].
import { ownerOf } from '#contracts/ledger/output.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { countSupply } from '#test/support/state-reads.ts'
import { claimDepositMin } from '#contracts/bonds/slashing.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { AssetBuilder, falseEdge, TestClaim } from '#test/support/asset-builder.ts'
import { type Actor, actor, ChainBuilder, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')
const wanda: Actor = actor('wanda')
const walter = actor('walter')

/**
 * A live asset with one good checkpoint, and its lie as the second, posted at the tip. Seats: four; bonds:
 * eight.
 */
const chain = new ChainBuilder({ owners: ['olga', 'oscar', 'wanda', 'walter'] })
const asset = new AssetBuilder(chain, olga)
chain.produce([asset.transaction])
chain.produce([asset.bond(oscar, ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8'])])
chain.produceTo(68)
chain.produce([asset.post(oscar, asset.statement())])
chain.produceTo(84)
const lie = falseEdge(asset)
chain.produce([asset.post(oscar, lie.statement, [0, 1, 2])])
const start = chain.state
const deposit = claimDepositMin(asset.registration, 'checkpoint')

function claimBy(from: Actor, claim = lie.claim, target = lie.target): TestClaim {
  return new TestClaim(chain, from, target, claim, deposit)
}

beforeEach(() => chain.rewind(start))

/** Blocks until a height is recorded final. */
function finalise(height: number): void {
  while (chain.state.recordedFinal.height < height) chain.produce()
}

function wealthOf(owner: string): bigint {
  const owned = [...chain.state.entries('outputs')].filter(([, one]) => ownerOf(one.output) === owner)
  return owned.reduce((sum, [, one]) => sum + one.output.atoms, 0n)
}

describe('a proven claim', () => {
  it('slashes every signer, voids the lie, pays the earliest commit and returns deposits [CLM-6, BND-5]', () => {
    const before = { wanda: wealthOf(wanda.key), walter: wealthOf(walter.key) }
    const signers = [0, 1, 2].map(seat => asset.committee(1).seats[seat])
    const [first, second] = [claimBy(wanda), claimBy(walter)]
    chain.produce([first.commit, second.commit])
    expect(asset.checkpoint(2).openCommits).toBe(2)
    finalise(chain.state.height)
    const reveals = [second.reveal(), first.reveal()] as const
    chain.produce(reveals)
    expect(asset.checkpoint(2)).toMatchObject({
      status: 'void',
      id: lie.target.kind === 'checkpoint' && lie.target.checkpoint
    })
    expect(asset.record).toMatchObject({ status: 'restaffing', sequence: 1, current: 0, redrawFrom: null, epoch: 2 })
    const voided = chain.state.height
    expect(asset.committee(1).closedAt).toBe(voided)
    for (const seat of signers) {
      expect(chain.state.get('bonds', seat?.bond ?? (hashHex('none') as never))?.units[seat?.unit ?? 0]?.slashed).toBe(
        true
      )
    }
    finalise(voided)
    for (let i = 0; i < 12; i++) chain.produce()
    const conviction = chain.state.get('claims', { kind: 'checkpoint', asset: asset.id, sequence: 2 })
    const fees = chain.feeOf(first.commit) + chain.feeOf(reveals[1])
    const reward = fees + (shares(30) - fees) / 2n
    expect(conviction).toMatchObject({
      paid: true,
      paidTo: wanda.key,
      paidCommit: first.id,
      reward,
      slashed: shares(30),
      burnt: shares(30) - reward
    })
    expect(wealthOf(wanda.key)).toBe(before.wanda + reward - fees)
    expect(wealthOf(walter.key)).toBe(before.walter - chain.feeOf(second.commit) - chain.feeOf(reveals[0]))
    expect(deposit).toBeGreaterThan(0n)
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  })

  it('lets a committee without the liars go on from the last good checkpoint [COM-2, COM-4, CKP-3]', () => {
    const liars = [0, 1, 2].map(seat => asset.committee(1).seats[seat]?.validator)
    const claim = claimBy(wanda)
    chain.produce([claim.commit])
    finalise(chain.state.height)
    chain.produce([claim.reveal()])
    asset.produceUntil('live')
    expect(asset.record).toMatchObject({ current: 2, epoch: 2, sequence: 1 })
    for (const seat of asset.committee(2).seats) expect(liars).not.toContain(seat.validator)
    finalise(asset.committee(2).begins + 6)
    const next = asset.statement()
    expect(next.sequence).toBe(lie.statement.sequence)
    chain.produce([asset.post(oscar, next)])
    expect(asset.checkpoint(2)).toMatchObject({ status: 'standing', postedAt: chain.state.height })
  })

  it('without a commit voids and slashes all the same, and everything burns [CLM-4]', () => {
    const bare = claimBy(wanda).reveal({ commit: null })
    const burnt = chain.state.finality.burnt
    chain.produce([bare])
    expect(asset.checkpoint(2).status).toBe('void')
    finalise(chain.state.height)
    for (let i = 0; i < 12; i++) chain.produce()
    expect(chain.state.finality.burnt - burnt).toBeGreaterThanOrEqual(shares(30))
  })

  it('voids successors, whose commits that prove nothing of their own get the deposit back [CKP-3, CLM-4]', () => {
    for (let i = 0; i < 8; i++) chain.produce()
    const next = falseEdge(asset, { logConsumed: asset.logSize })
    chain.produce([asset.post(oscar, next.statement)])
    const [onLie, onNext] = [claimBy(wanda), claimBy(walter, next.claim, next.target)]
    chain.produce([onLie.commit, onNext.commit])
    finalise(chain.state.height)
    const before = wealthOf(walter.key)
    chain.produce([onLie.reveal()])
    expect(asset.checkpoint(3).status).toBe('void')
    expect(asset.record.sequence).toBe(1)
    for (let i = 0; i < 14; i++) chain.produce()
    expect(onNext.record?.status).toBe('returned')
    expect(wealthOf(walter.key)).toBe(before + deposit)
  })
})

describe('settlement waits [CLM-4]', () => {
  it('for an open commit made inside the window, whose deposit burns when it lapses', () => {
    while (asset.record.settled < 1) chain.produce()
    const posted = asset.checkpoint(2).postedAt
    while ((chain.state.ticksSince(posted) ?? 0) < 46) chain.produce()
    const claim = claimBy(wanda)
    chain.produce([claim.commit])
    const committed = chain.state.height
    const burnt = chain.state.finality.burnt
    while (claim.record?.status === 'committed') {
      expect(asset.record.settled).toBe(1)
      chain.produce()
    }
    expect(claim.record?.status).toBe('lapsed')
    expect(chain.state.ticksSince(committed)).toBe(10)
    expect(chain.state.finality.burnt - burnt).toBeGreaterThanOrEqual(deposit)
    expect(asset.record.settled).toBe(2)
  })
})

describe('a claim is refused', () => {
  it('when its commit is late, cheap, aimless or of an unusable key [CLM-4]', () => {
    const commit = (change: object) =>
      new TestClaim(chain, wanda, { ...lie.target, ...change } as never, lie.claim, deposit).commit
    expect(chain.refusalOf(commit({ checkpoint: hashHex('other') }))).toBe('E_CLAIM_TARGET')
    expect(chain.refusalOf(new TestClaim(chain, wanda, lie.target, lie.claim, deposit - 1n).commit)).toBe(
      'E_CLAIM_DEPOSIT'
    )
    const late = commit({})
    const { postedAt } = chain.state.get('checkpoints', { asset: lie.statement.asset, sequence: 2 }) ?? { postedAt: 0 }
    while ((chain.state.ticksSince(postedAt) ?? 0) < 48) chain.produce()
    expect(chain.refusalOf(late)).toBe('E_CLAIM_STATUS')
  })

  it('when its reveal is early, late, of other words, another claimant or unknown [CLM-4]', () => {
    const claim = claimBy(wanda)
    expect(chain.refusalOf(claim.reveal())).toBe('E_CLAIM_COMMIT')
    chain.produce([claim.commit])
    const committed = chain.state.height
    expect(chain.refusalOf(claim.reveal())).toBe('E_CLAIM_EARLY')
    finalise(committed)
    expect(chain.refusalOf(claim.reveal({ claimant: walter.key }))).toBe('E_CLAIM_COMMITMENT')
    expect(chain.refusalOf(claim.reveal({ salt: hashHex('other') }))).toBe('E_CLAIM_COMMITMENT')
    expect(chain.refusalOf(claim.reveal({ claim: Uint8Array.of(1) }))).toBe('E_CLAIM_FORM')
    while ((chain.state.ticksSince(committed) ?? 0) < 9) chain.produce()
    chain.produce()
    expect(chain.refusalOf(claim.reveal())).toBe('E_CLAIM_REVEALED')
  })

  it('when it proves nothing: with a commit the deposit burns, without one it is left out [CLM-4]', () => {
    const wrong = new TestClaim(
      chain,
      wanda,
      { ...lie.target, sequence: 1, checkpoint: asset.checkpoint(1).id } as never,
      lie.claim,
      deposit
    )
    expect(chain.refusalOf(wrong.reveal({ commit: null, claim: lie.claim.slice(0, -1) }))).toBe('E_CLAIM_FORM')
    chain.produce([wrong.commit])
    finalise(chain.state.height)
    expect(chain.refusalOf(wrong.reveal())).toBe('E_CLAIM_TARGET')
  })
})
