// An engine that fails while it judges: nobody is guilty, and the asset waits for a repaired engine [JDG-1].
import { expect, it, vi } from 'vitest'
import { claimDepositMin } from '#contracts/bonds/slashing.ts'
import { AssetBuilder, falseEdge, TestClaim } from '#test/support/asset-builder.ts'
import { actor, ChainBuilder } from '#test/support/chain-builder.ts'

vi.mock('#contracts/claims/judge.ts', () => ({ judgeClaim: () => ({ kind: 'engine-fault', why: 'for this test' }) }))

it('halts the asset, returns the deposit, slashes nobody, and draws no others for the same engine [JDG-1]', () => {
  const [olga, oscar, wanda] = ['olga', 'oscar', 'wanda'].map(actor) as [
    ReturnType<typeof actor>,
    ReturnType<typeof actor>,
    ReturnType<typeof actor>
  ]
  const chain = new ChainBuilder({ owners: ['olga', 'oscar', 'wanda'] })
  const asset = new AssetBuilder(chain, olga)
  chain.produce([asset.transaction])
  chain.produce([asset.bond(oscar, ['v1', 'v2', 'v3', 'v4'])])
  chain.produceTo(69)
  const { statement, target, claim } = falseEdge(asset)
  chain.produce([asset.post(oscar, statement)])
  const accusation = new TestClaim(chain, wanda, target, claim, claimDepositMin(asset.registration, 'checkpoint'))
  chain.produce([accusation.commit])
  const committed = chain.state.height
  while (chain.state.ticksSince(committed) === undefined) chain.produce()
  chain.produce([accusation.reveal()])
  expect(accusation.record?.status).toBe('returned')
  expect(asset.record).toMatchObject({ status: 'halted', sequence: 1 })
  expect(asset.committee(1).seats.some(seat => seat.slashed)).toBe(false)
  for (let i = 0; i < 80; i++) chain.produce()
  expect(asset.record).toMatchObject({ status: 'halted', epoch: 1, settled: 1 })
})
