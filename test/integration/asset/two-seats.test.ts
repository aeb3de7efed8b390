// A validator with two seats writes as two, through one peer and one store [COM-4].
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AssetClient } from '#asset-layer/index.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { AssetNetwork, instruct, person, registrationOf } from './asset-network.ts'

const issuer = person('issuer')
const patience = { timeout: 30_000, interval: 100 }
let network: AssetNetwork
let client: AssetClient
let asset: AssetId

beforeAll(async () => {
  network = new AssetNetwork()
  const seats = ['anna', 'anna', 'boris', 'clara'].map(name => person(name).key)
  asset = network.chain.addAsset(registrationOf(issuer), seats, 4)
  for (const name of ['anna', 'boris', 'clara']) await network.add(name)
  client = await network.client()
  network.run()
})
afterAll(async () => {
  await client.stop()
  await network.stop()
})

describe('COM-4: two seats of one validator', () => {
  it('both write and sign, and without one other member they still make the quorum', async () => {
    const anna = present(network.nodes.get('anna'), 'anna').node
    await vi.waitFor(() => {
      expect(anna.status().replicas.map(({ seat }) => seat)).toEqual([0, 1])
      for (const { commitIndex } of anna.status().replicas) expect(commitIndex).toBeGreaterThan(2)
    }, patience)
    await network.remove('clara')
    const mints = [0, 1, 2].map(i => instruct(network.chain, asset, issuer, i, 'mint', { to: issuer.key, amount: 1n }))
    const notices = await client.submit(asset, mints)
    expect(notices.ok && notices.value.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted'])
    await vi.waitFor(() => {
      expect(anna.status().replicas.map(({ steps }) => steps)).toEqual([3, 3])
    }, patience)
    expect(anna.status().claims).toEqual([])
  })
})
