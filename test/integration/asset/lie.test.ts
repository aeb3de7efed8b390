// A quorum that lies: three of four members credit an account that no instruction credited. The observer replays, takes their
// trace, proves the first wrong step, commits and reveals the claim by itself, and the judge finds the signers guilty.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AssetClient, OpenPlace } from '#asset-layer/index.ts'
import { templateStateKey } from '#contracts/assets/reserved.ts'
import { type ExecuteStep, executeStep } from '#contracts/assets/step.ts'
import { tokenAmountCodec, tokenKeys } from '#contracts/assets/token.ts'
import { encode } from '#contracts/codec/codec.ts'
import { compareBytes } from '#contracts/primitives/bytes.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { AssetNetwork, instruct, person, registrationOf } from './asset-network.ts'

const LIARS = ['mallory', 'max', 'moritz']
const issuer = person('issuer')
const thief = person('thief')
const patience = { timeout: 40_000, interval: 100 }

/** From its first instruction step on the second sequence gives the thief a million. */
function lyingFrom({ sequence }: OpenPlace): ExecuteStep | undefined {
  if (sequence !== 2) return undefined
  const key = templateStateKey(tokenKeys.balance(thief.key))
  return (context, input, view, verify) => {
    const result = executeStep(context, input, view, verify)
    if (result.kind !== 'step' || input.kind !== 'instruction' || view.get(key) !== 'absent') return result
    const writes = [...result.writes, { key, value: encode(tokenAmountCodec, 1_000_000n) }]
    return { ...result, writes: writes.sort((a, b) => compareBytes(a.key, b.key)) }
  }
}

let network: AssetNetwork
let client: AssetClient
let asset: AssetId

beforeAll(async () => {
  network = new AssetNetwork()
  const members = [...LIARS, 'honest'].map(name => person(name).key)
  asset = network.chain.addAsset(registrationOf(issuer), members, 6)
  for (const name of LIARS) {
    await network.add(name, {
      watchers: false,
      interpreterOf: (of, open) => (of === asset ? lyingFrom(open) : undefined)
    })
  }
  await network.add('honest')
  await network.add('walter', { watchAll: true })
  client = await network.client()
  network.run()
})
afterAll(async () => {
  await client.stop()
  await network.stop()
})

describe('CLM-2, CLM-7: a quorum that signs a false state', () => {
  it('is convicted of the first wrong step by a watcher that nobody told', async () => {
    await vi.waitFor(async () => expect((await client.committee(asset)).ok).toBe(true), patience)
    let sequence = 0
    const mint = async (): Promise<void> => {
      const bytes = instruct(network.chain, asset, issuer, sequence, 'mint', { to: issuer.key, amount: 10n })
      const notices = await client.submit(asset, [bytes], { timeoutMs: 5_000 })
      if (notices.ok && notices.value[0]?.kind === 'accepted') sequence += 1
    }
    await vi.waitFor(async () => {
      await mint()
      expect(network.chain.judgements).toHaveLength(2)
    }, patience)
    for (const judgement of network.chain.judgements) expect(judgement.kind).toBe('guilty')
    expect(network.chain.judgements[0]).toMatchObject({ seats: [0, 1, 2], why: 'a step has another root' })
    expect(network.chain.now('checkpoints', { asset, sequence: 1 })?.status).not.toBe('void')
    expect(network.chain.now('checkpoints', { asset, sequence: 2 })?.status).toBe('void')
  })

  it('COM-4: has the honest member sign nothing after it saw the lie, and nobody claim twice', async () => {
    const honest = present(network.nodes.get('honest'), 'honest').node
    await vi.waitFor(
      () => expect(honest.status().claims).toMatchObject([{ kind: 'bad-step', state: 'done' }]),
      patience
    )
    for (const name of LIARS) expect(present(network.nodes.get(name), name).node.status().claims).toEqual([])
    const walter = present(network.nodes.get('walter'), 'walter').node
    expect(walter.status().claims).toMatchObject([{ kind: 'bad-step', state: 'done' }])
  })
})

describe('COM-4: after the epoch is closed', () => {
  it('a new committee goes on from the last good checkpoint', async () => {
    const begins = network.chain.height + 4
    const seats = ['honest', 'walter', 'nina', 'oskar'].map(name => person(name).key)
    for (const name of ['nina', 'oskar']) await network.add(name)
    network.chain.addCommittee(asset, 2, seats, begins)
    const record = present(network.chain.now('assets', asset), 'the asset')
    network.chain.set('assets', asset, { ...record, status: 'live', current: 2, liveSince: begins })
    await vi.waitFor(async () => {
      const view = await client.committee(asset)
      expect(view.ok && view.value.epoch).toBe(2)
    }, patience)
    const next = await vi.waitFor(async () => {
      const found = await client.nextSequence(asset, issuer.key)
      if (!found.ok) throw new Error(found.code)
      return found.value
    }, patience)
    const bytes = instruct(network.chain, asset, issuer, next, 'mint', { to: issuer.key, amount: 10n })
    const notices = await client.submit(asset, [bytes])
    expect(notices).toMatchObject({ ok: true, value: [{ kind: 'accepted', sequence: 2, outcome: 'applied' }] })
    const stolen = await client.balance(asset, thief.key)
    expect(stolen).toEqual({ ok: true, value: 0n })
  })
})
