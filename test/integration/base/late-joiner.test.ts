import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type BaseNode, createBaseNode } from '#base-layer/index.ts'
import type { BaseNodeSettings } from '#base-layer/node-settings.ts'
import { SYNC_LIMITS } from '#base-layer/network/limits.ts'
import { rangeCodec, wireNames } from '#base-layer/network/wire.ts'
import { createLogger } from '#base-layer/runtime/logger.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { type LinkedHost, LinkedHosts } from '#test/support/linked-hosts.ts'
import { GENESIS, LonePeer } from '../../support/lone-peer.ts'

const names = wireNames(genesisHashOf(GENESIS))
const { verified } = installNodeCrypto()
const HEIGHT = 90

let hosts: LinkedHosts
let alice: LonePeer
let node: BaseNode
let server: LinkedHost
const folders: string[] = []

beforeAll(async () => {
  hosts = new LinkedHosts()
  alice = new LonePeer()
  await alice.prepare()
  server = hosts.create('alice')
  node = await alice.open(GENESIS, server)
  await alice.clock.advance((HEIGHT + 20) * GENESIS.parameters.slotMs)
  expect(node.status().final).toBeGreaterThan(HEIGHT - 20)
}, 60_000)

afterAll(async () => {
  await node.stop()
  alice.remove()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

afterEach(() => {
  server.meddle = undefined
})

/** A node without a key, on the same clock, which stands still while it catches up. */
async function join_(
  host: LinkedHost,
  folder?: string,
  settings: BaseNodeSettings = {}
): Promise<{ node: BaseNode; folder: string }> {
  const dataDir = folder ?? mkdtempSync(join(tmpdir(), 'surety-late-'))
  if (folder === undefined) folders.push(dataDir)
  const joined = await createBaseNode({
    dataDir,
    genesis: GENESIS,
    keys: null,
    host,
    clock: alice.clock,
    logger: createLogger({ name: 'late', level: 'silent' }),
    verifyPool: new VerifyPool(verified),
    settings: { statusMs: 100, onFatal: error => expect.fail(String(error)), ...settings }
  })
  await joined.start()
  return { node: joined, folder: dataDir }
}

/** Lets timers and answers run until `done`, without a slot passing. */
async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 3_000 && !done(); turn++) {
    if (turn % 5 === 0) await alice.clock.advance(10)
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  expect(done()).toBe(true)
}

describe('a late joiner', () => {
  test('learns what is final, then headers, then bodies, and ends level with the network [FIN-10]', async () => {
    const host = hosts.create('first')
    const late = await join_(host)
    await until(() => late.node.status().height >= node.status().height)
    const steps = host.asked.map(one => one.split(' ')[1])
    expect(steps.indexOf('update')).toBeLessThan(steps.indexOf('headers'))
    expect(steps.indexOf('headers')).toBeLessThan(steps.indexOf('bodies'))
    expect(late.node.status().final).toBeGreaterThanOrEqual(node.status().final - 2)
    expect((await late.node.chain.tip('head')).id).toBe((await node.chain.tip('head')).id)
    expect(host.offences.size).toBe(0)
    await late.node.stop()
    hosts.remove('first')
  })

  test('that was cut off goes on from where it was', async () => {
    const host = hosts.create('second')
    let served = 0
    server.meddle = protocol => {
      if (protocol === names.bodies && ++served > 1) throw new Error('the line is cut')
      if (protocol === names.range) throw new Error('the line is cut')
      return undefined
    }
    const cut = await join_(host)
    await until(() => cut.node.status().height >= SYNC_LIMITS.bodiesPerRequest)
    await cut.node.stop()
    const reached = cut.node.status().height
    expect(reached).toBe(SYNC_LIMITS.bodiesPerRequest)
    server.meddle = undefined
    const asked: number[] = []
    server.meddle = (protocol, body) => {
      if (protocol === names.bodies) asked.push(body[1] === 0x18 ? (body[2] ?? -1) : (body[1] ?? -1))
      return undefined
    }
    const again = await join_(host, cut.folder)
    await until(() => again.node.status().height >= node.status().height)
    expect(Math.min(...asked), 'nothing that is stored is fetched again').toBe(reached + 1)
    await again.node.stop()
    hosts.remove('second')
  })

  test('drops who serves garbage and takes the rest from others', async () => {
    const host = hosts.create('third')
    const helper = hosts.create('helper')
    const honest = await join_(helper)
    await until(() => honest.node.status().height >= node.status().height)
    server.meddle = (protocol, _body, answer) => {
      if (protocol !== names.bodies) return undefined
      const bodies = decode(rangeCodec, answer, SYNC_LIMITS.responseBytes)
      return encode(rangeCodec, bodies.ok ? [...bodies.value].reverse() : [])
    }
    const late = await join_(host)
    await until(() => late.node.status().height >= node.status().height)
    expect(host.offences.get('alice')).toBeGreaterThanOrEqual(SYNC_LIMITS.garbageOffences)
    expect(host.offences.get('helper')).toBeUndefined()
    await late.node.stop()
    await honest.node.stop()
    hosts.remove('third')
    hosts.remove('helper')
  })

  test('starts from the state of a final block, given one that it trusts, and goes on from there [FIN-5]', async () => {
    const host = hosts.create('fourth')
    const trusted = await node.chain.block(50)
    if (trusted === undefined) throw new Error('block 50 is final')
    const late = await join_(host, undefined, { trustedHead: { height: 50, id: trusted.id } })
    await until(() => late.node.status().height >= node.status().height)
    expect(host.asked.filter(one => one.endsWith('snapshot-chunk')).length).toBeGreaterThan(0)
    expect(await late.node.chain.block(20), 'blocks from before are not there').toBeUndefined()
    const key = GENESIS.outputs[0]?.kind === 'key' ? GENESIS.outputs[0].owner : undefined
    if (key === undefined) throw new Error('an owner')
    expect(await late.node.chain.outputsOf(key)).toEqual(await node.chain.outputsOf(key))
    const before = late.node.status().final
    await alice.clock.advance(10 * GENESIS.parameters.slotMs)
    await until(() => late.node.status().final > before)
    await late.node.stop()
    const restarted = await join_(host, late.folder)
    expect(restarted.node.status().final).toBeGreaterThan(before)
    await restarted.node.stop()
    hosts.remove('fourth')
  })

  test('believes no state that does not hash to the root in a final header, and no head but the trusted one [FIN-5]', async () => {
    const host = hosts.create('fifth')
    const trusted = await node.chain.block(50)
    if (trusted === undefined) throw new Error('block 50 is final')
    server.meddle = (protocol, _body, answer) => {
      if (protocol !== names.snapshotChunk) return undefined
      return answer.map((byte, place) => (place === answer.length - 3 ? byte ^ 1 : byte))
    }
    const opening = join_(host, undefined, { trustedHead: { height: 50, id: trusted.id } })
    for (let second = 0; second < SYNC_LIMITS.snapshotRounds + 2; second++) {
      await alice.clock.advance(SYNC_LIMITS.snapshotRetryMs)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    const late = await opening
    expect(late.node.status().final, 'it replays instead').toBe(0)
    expect(host.offences.get('alice')).toBeGreaterThan(0)
    await late.node.stop()
    hosts.remove('fifth')
  }, 60_000)

  test('a stranger outside the circle confirms what is final, or contradicts it [NET-2]', async () => {
    const host = hosts.create('sixth')
    const late = await join_(host)
    await until(() => late.node.status().final > 60)
    const block = await late.node.chain.block(60)
    if (block === undefined) throw new Error('block 60')
    const point = { height: 60, id: block.id }
    expect(await late.node.sample(point)).toMatchObject({ kind: 'agrees', same: 1 })
    const other = { height: 60, id: (await late.node.chain.block(59))?.id ?? block.id }
    expect(await late.node.sample(other)).toEqual({ kind: 'conflict', peers: ['alice'] })
    expect(await late.node.sample({ ...point, height: 100_000 })).toEqual({ kind: 'alone' })
    await late.node.stop()
    hosts.remove('sixth')
  })
})
