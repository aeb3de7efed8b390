// A member that is stopped and started again from its folder catches up, signs on, and never contradicts itself; one whose
// folder was lost signs nothing more in that dag.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AssetClient } from '#asset-layer/index.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { AssetNetwork, instruct, person, registrationOf } from './asset-network.ts'

const MEMBERS = ['anna', 'boris', 'clara', 'david']
const issuer = person('issuer')
const patience = { timeout: 40_000, interval: 100 }

let network: AssetNetwork
let client: AssetClient
let asset: AssetId
let minted = 0

async function mint(count: number): Promise<void> {
  const list = Array.from({ length: count }, (_, i) => {
    return instruct(network.chain, asset, issuer, minted + i, 'mint', { to: issuer.key, amount: 1n })
  })
  minted += count
  const notices = await client.submit(asset, list, { timeoutMs: 30_000 })
  if (!notices.ok) throw new Error(notices.code)
  expect(notices.value.filter(({ kind }) => kind !== 'accepted')).toEqual([])
}

const replicaOf = (name: string) => present(network.nodes.get(name), name).node.status().replicas[0]

beforeAll(async () => {
  network = new AssetNetwork()
  asset = network.chain.addAsset(
    registrationOf(issuer),
    MEMBERS.map(name => person(name).key),
    6
  )
  for (const name of MEMBERS) await network.add(name)
  client = await network.client()
  network.run()
  await vi.waitFor(() => {
    for (const name of MEMBERS) expect(replicaOf(name)?.linkedSeats).toBe(3)
  }, patience)
})
afterAll(async () => {
  await client.stop()
  await network.stop()
})

describe('DAG-6: a member that comes back', () => {
  it('catches up from its store and takes part again, while the others never stop', async () => {
    await mint(30)
    await network.remove('clara')
    await mint(30)
    await network.add('clara')
    await mint(10)
    await vi.waitFor(() => {
      const [clara, anna] = [replicaOf('clara'), replicaOf('anna')]
      expect(clara).toMatchObject({ steps: anna?.steps, signing: true, seat: 2 })
      expect(clara?.certifiedCommit).toBe(anna?.certifiedCommit)
    }, patience)
    expect(replicaOf('anna')?.steps).toBe(70)
  })

  it('is missed by nobody when two come back one after the other', async () => {
    for (const name of ['anna', 'david']) {
      await network.remove(name)
      await network.add(name)
      await mint(5)
    }
    await vi.waitFor(() => {
      for (const name of MEMBERS) expect(replicaOf(name)?.steps).toBe(80)
    }, patience)
  })

  it('signs nothing more in this dag if its folder was lost', async () => {
    await network.remove('boris')
    rmSync(join(network.folder, 'boris'), { recursive: true })
    await network.add('boris')
    await mint(5)
    await vi.waitFor(() => expect(replicaOf('boris')).toMatchObject({ steps: 85, signing: false }), patience)
    const offences = MEMBERS.flatMap(name => present(network.nodes.get(name), name).node.status().claims)
    expect(offences).toEqual([])
  })
})
