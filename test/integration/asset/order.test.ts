// Four members and an observer over real hosts: hundreds of instructions are ordered, executed and certified; receipts and
// balances are checked by a client that knows the asset's id alone; checkpoints reach the base chain; the observer agrees.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AssetClient } from '#asset-layer/index.ts'
import { idOfInstruction } from '#asset-layer/replica/instructions.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { AssetNetwork, instruct, person, registrationOf } from './asset-network.ts'

const MEMBERS = ['anna', 'boris', 'clara', 'david']
const issuer = person('issuer')
const alice = person('alice')
const bob = person('bob')
const patience = { timeout: 20_000, interval: 50 }

let network: AssetNetwork
let client: AssetClient
let asset: AssetId

beforeAll(async () => {
  network = new AssetNetwork()
  asset = network.chain.addAsset(
    registrationOf(issuer),
    MEMBERS.map(name => person(name).key),
    6
  )
  for (const name of MEMBERS) await network.add(name)
  await network.add('olga', { assets: [asset] })
  client = await network.client()
  network.run()
})
afterAll(async () => {
  await client.stop()
  await network.stop()
})

describe('a committee of four', () => {
  it('COM-3, COM-4: starts once the beginning height is final and is found by the asset id', async () => {
    await vi.waitFor(async () => {
      for (const name of MEMBERS) {
        const [replica] = present(network.nodes.get(name), name).node.status().replicas
        expect(replica).toMatchObject({ asset, epoch: 1, linkedSeats: 3 })
      }
      const view = await client.committee(asset)
      expect(view.ok && view.value.members.every(({ addresses }) => addresses.length > 0)).toBe(true)
    }, patience)
  })

  it('DAG-7: accepts hundreds of mints and transfers, each with a certificate', async () => {
    const mints = Array.from({ length: 20 }, (_, i) =>
      instruct(network.chain, asset, issuer, i, 'mint', {
        to: i % 2 === 0 ? alice.key : bob.key,
        amount: 1_000n
      })
    )
    const minted = await client.submit(asset, mints)
    expect(minted.ok && minted.value.map(({ kind }) => kind)).toEqual(mints.map(() => 'accepted'))
    const transfers = Array.from({ length: 300 }, (_, i) => {
      return instruct(network.chain, asset, i % 2 === 0 ? alice : bob, Math.floor(i / 2), 'transfer', {
        to: i % 2 === 0 ? bob.key : alice.key,
        amount: BigInt(1 + (i % 3))
      })
    })
    const moved = await client.submit(asset, transfers)
    if (!moved.ok) throw new Error(moved.code)
    expect(moved.value).toHaveLength(300)
    const outcomes = new Set(moved.value.map(notice => (notice.kind === 'accepted' ? notice.outcome : notice.code)))
    expect([...outcomes]).toEqual(['applied'])
    const latencies = moved.value.flatMap(notice => (notice.kind === 'accepted' ? [notice.latencyMs] : []))
    latencies.sort((a, b) => a - b)
    expect(latencies[150]).toBeLessThan(3_000)
  })

  it('DAG-7, COM-6: gives a receipt that the client checks, and balances that add up', async () => {
    const id = present(
      idOfInstruction(instruct(network.chain, asset, issuer, 3, 'mint', { to: bob.key, amount: 1_000n })),
      'id'
    )
    const receipt = await client.receipt(asset, id)
    expect(receipt.ok && receipt.value.outcome).toBe('applied')
    const [a, b] = [await client.balance(asset, alice.key), await client.balance(asset, bob.key)]
    expect(a.ok && b.ok && a.value + b.value).toBe(20_000n)
    const next = await client.nextSequence(asset, alice.key)
    expect(next.ok && next.value).toBe(150)
    const unknown = await client.receipt(asset, asset)
    expect(unknown.ok ? '' : unknown.code).toBe('E_RECEIPT_UNKNOWN')
  })

  it('CKP-1: posts its checkpoint once, and the observer replays to the same one', async () => {
    await vi.waitFor(() => {
      expect(network.chain.now('assets', asset)?.sequence).toBeGreaterThan(0)
      const status = present(network.nodes.get('olga'), 'olga').node.status()
      expect(status.watching).toMatchObject([{ asset, checkedSequence: network.chain.now('assets', asset)?.sequence }])
    }, patience)
    const checkpoint = network.chain.now('checkpoints', { asset, sequence: 1 })
    expect(checkpoint?.statement).toMatchObject({ closes: 'interval', firstStep: 0 })
    expect(checkpoint?.signers.length).toBeGreaterThanOrEqual(3)
  })

  it('VAL-1: consumes the log of base state before instructions of its height', async () => {
    const forced = instruct(network.chain, asset, alice, 150, 'transfer', { to: bob.key, amount: 5n })
    network.chain.addLogItem(asset, { kind: 'instruction', instruction: forced })
    await vi.waitFor(async () => {
      const next = await client.nextSequence(asset, alice.key)
      expect(next.ok && next.value).toBe(151)
    }, patience)
  })
})
