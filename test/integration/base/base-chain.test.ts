import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BaseNode, connectBaseChain } from '#base-layer/index.ts'
import { createRpcServer, type RpcServer } from '#base-layer/runtime/json-rpc.ts'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { GENESIS, LonePeer } from '../../support/lone-peer.ts'
import { describeBaseChain } from './compliance.ts'
import { describeProofs } from './compliance-proofs.ts'

let peer: LonePeer
let node: BaseNode
let server: RpcServer
let remote: ReturnType<typeof connectBaseChain>

beforeAll(async () => {
  peer = new LonePeer()
  await peer.prepare()
  node = await peer.open()
  server = await createRpcServer({ port: 0, version: 'test', methods: node.rpcMethods })
  remote = connectBaseChain(server.url, { pollMs: 5 })
  await peer.clock.advance(16 * GENESIS.parameters.slotMs)
})

afterAll(async () => {
  remote.stop()
  await server.stop()
  await node.stop()
  peer.remove()
})

const passSlots = (count: number) => peer.clock.advance(count * GENESIS.parameters.slotMs)

describe('BaseChain in process', () => {
  const body = { chain: () => node.chain, passSlots }
  describeBaseChain(body)
  describeProofs(body)
})

describe('BaseChain over JSON-RPC', () => {
  const body = {
    chain: () => remote,
    // The poll runs in real time: give it a turn after each slot.
    passSlots: async (count: number) => {
      for (let slot = 0; slot < count; slot++) {
        await passSlots(1)
        await new Promise(resolve => setTimeout(resolve, 15))
      }
    }
  }
  describeBaseChain(body)
  describeProofs(body)
})

describe('base.* refuses', () => {
  const refusals: readonly (readonly [what: string, method: string, params: object, code: string])[] = [
    ['a section that is none', 'base.read', { section: 'nothing', key: '00' }, 'E_BAD_PARAMS'],
    ['a key that is not of its section', 'base.read', { section: 'outputs', key: 'f6' }, 'E_SCHEMA'],
    ['a key that is not canonical', 'base.prove', { section: 'outputs', key: '1800' }, 'E_NOT_CANONICAL'],
    ['a key that is too long', 'base.read', { section: 'outputs', key: '00'.repeat(300) }, 'E_TOO_LARGE'],
    ['upper-case hexadecimal', 'base.outputs', { owner: 'A'.repeat(64) }, 'E_BAD_PARAMS'],
    ['a height below zero', 'base.block', { height: -1 }, 'E_BAD_PARAMS'],
    ['a parameter nobody asked for', 'base.info', { more: 1 }, 'E_BAD_PARAMS'],
    ['an id of the wrong length', 'base.status', { id: 'ab' }, 'E_BAD_PARAMS']
  ]
  test.each(refusals)('%s', async (_what, method, params, code) => {
    await expect(rpcCall(server.url, method, params)).rejects.toMatchObject({ code })
  })

  test('bytes that are no transaction', async () => {
    expect(await rpcCall(server.url, 'base.submit', { transaction: 'ff' })).toMatchObject({
      ok: false,
      code: 'E_NOT_CANONICAL'
    })
  })
})
