// An epoch that ends in order: the old committee closes it, the next one starts from that checkpoint with the same state and
// sequences that run on; who comes late fetches the state and checks it against the checkpoint's root [COM-4, CKP-1].
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AssetClient } from '#asset-layer/index.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { AssetNetwork, instruct, person, registrationOf } from './asset-network.ts'

const issuer = person('issuer')
const keysOf = (names: readonly string[]) => names.map(name => person(name).key)
const patience = { timeout: 40_000, interval: 100 }
let network: AssetNetwork
let client: AssetClient
let asset: AssetId
let minted = 0

async function mint(): Promise<number> {
  const bytes = instruct(network.chain, asset, issuer, minted, 'mint', { to: issuer.key, amount: 7n })
  minted += 1
  const notices = await client.submit(asset, [bytes], { timeoutMs: 30_000 })
  const [notice] = notices.ok ? notices.value : []
  expect(notice).toMatchObject({ kind: 'accepted', outcome: 'applied', index: minted - 1 })
  return notice?.kind === 'accepted' ? notice.sequence : 0
}

beforeAll(async () => {
  network = new AssetNetwork({ epoch: 60 })
  asset = network.chain.addAsset(registrationOf(issuer), keysOf(['anna', 'boris', 'clara', 'david']), 6)
  for (const name of ['anna', 'boris', 'clara', 'david', 'erik', 'frida']) await network.add(name)
  network.chain.addCommittee(asset, 2, keysOf(['clara', 'david', 'erik', 'frida']), 66)
  client = await network.client()
  network.run()
  await vi.waitFor(async () => expect((await client.committee(asset)).ok).toBe(true), patience)
})
afterAll(async () => {
  await client.stop()
  await network.stop()
})

describe('COM-4: the hand-over between two committees', () => {
  it('loses no step and no sequence', async () => {
    const before = await mint()
    await vi.waitFor(async () => {
      const view = await client.committee(asset)
      expect(view.ok && view.value.epoch).toBe(2)
    }, patience)
    const after = await mint()
    expect(after).toBeGreaterThan(before)
    const balance = await client.balance(asset, issuer.key)
    expect(balance).toEqual({ ok: true, value: 14n })
    const posted = Array.from({ length: network.chain.now('assets', asset)?.sequence ?? 0 }, (_, i) => {
      return network.chain.now('checkpoints', { asset, sequence: i + 1 })?.statement
    })
    const closing = present(
      posted.find(statement => statement?.closes === 'epoch'),
      'the old epoch was closed in order'
    )
    expect(closing).toMatchObject({ epoch: 1 })
    expect(closing.baseHeight).toBeGreaterThanOrEqual(66)
    expect(network.chain.now('committees', { asset, epoch: 1 })?.closedAt).toBeNull()
  })

  it('still shows what settled in the epoch before, proven against its checkpoint', async () => {
    const settledEpoch = (): number | undefined => {
      const sequence = network.chain.now('assets', asset)?.settled ?? 0
      return network.chain.now('checkpoints', { asset, sequence })?.statement?.epoch
    }
    await vi.waitFor(() => expect(settledEpoch()).toBe(1), patience)
    expect(await client.balance(asset, issuer.key, 'settled')).toEqual({ ok: true, value: 7n })
    expect(settledEpoch(), 'asked while the settled sequence was the last epoch’s').toBe(1)
  })

  it('lets one who comes late fetch the state, replay and agree', async () => {
    await network.add('late', { watchAll: true })
    await mint()
    await vi.waitFor(() => {
      const { replicas, watching } = present(network.nodes.get('late'), 'late').node.status()
      expect(replicas).toMatchObject([{ epoch: 2, seat: null, steps: 3 }])
      expect(watching[0]?.checkedSequence).toBeGreaterThan(0)
    }, patience)
  })
})
