// Noise, truncated and mutated bytes at every request handler and channel of an asset node: each is refused with a code, and the
// node goes on serving. What is decodable but unsigned, of another dag or of nobody changes nothing.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { encodeFrame, encodeItem } from '#asset-layer/network/dag-messages.ts'
import { protocolsOf } from '#asset-layer/network/protocols.ts'
import { queryQuestionCodec, receiptQuestionCodec, submitCodec } from '#asset-layer/network/requests.ts'
import { isRuntimeError } from '#base-layer/runtime/errors.ts'
import type { Channel, Host } from '#base-layer/runtime/host.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { AssetId, DagId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { createRandom } from '#test/support/random.ts'
import { AssetNetwork, instruct, person, registrationOf } from './asset-network.ts'

const MEMBERS = ['anna', 'boris', 'clara', 'david']
const patience = { timeout: 30_000, interval: 100 }
const random = createRandom('hostile-asset')
const options = { timeoutMs: 4_000, maxResponseBytes: 1 << 20 }

let network: AssetNetwork
let mallory: Host
let asset: AssetId
let victim: string

beforeAll(async () => {
  network = new AssetNetwork()
  asset = network.chain.addAsset(
    registrationOf(person('issuer')),
    MEMBERS.map(name => person(name).key),
    4
  )
  for (const name of MEMBERS) await network.add(name)
  mallory = await network.hostOf('mallory')
  network.run()
  const { host, node } = present(network.nodes.get('anna'), 'anna')
  victim = host.peerId
  await mallory.dial(host.addresses())
  await vi.waitFor(() => expect(node.status().replicas[0]?.commitIndex).toBeGreaterThan(0), patience)
})
afterAll(async () => network.stop())

/** Noise of all lengths, and good questions cut off or with a byte changed. */
function attempts(good: readonly Uint8Array[]): readonly Uint8Array[] {
  const noise = Array.from({ length: 40 }, () => random.bytes(random.below(300)))
  const broken = Array.from({ length: 40 }, () => {
    const bytes = Uint8Array.from(random.pick(good))
    if (random.chance(50)) return bytes.subarray(0, random.below(bytes.length))
    bytes[random.below(bytes.length)] = random.below(256)
    return bytes
  })
  return [...noise, ...broken]
}

const roundOf = (): number => present(network.nodes.get('anna'), 'anna').node.status().replicas[0]?.round ?? 0

async function staysAlive(): Promise<void> {
  const before = roundOf()
  await vi.waitFor(() => expect(roundOf()).toBeGreaterThan(before + 3), patience)
}

describe('hostile bytes', () => {
  it('at every request handler are refused with a code or answered', async () => {
    const { dag: _dag, submit: _submit, ...requests } = protocolsOf(network.chain.genesis)
    const good = [
      encode(queryQuestionCodec, { asset, sequence: null, keys: [Uint8Array.of(1)] }),
      encode(receiptQuestionCodec, { asset, instruction: hashHex('test-unknown') })
    ]
    const codes = new Set<string>()
    for (const protocol of Object.values(requests)) {
      for (const bytes of attempts(good)) {
        const outcome = await mallory.request(victim, protocol, bytes, options).then(
          () => 'answered',
          (error: unknown) => {
            return isRuntimeError(error) ? error.code : 'untyped'
          }
        )
        codes.add(outcome)
      }
    }
    expect(codes).not.toContain('untyped')
    expect(codes).not.toContain('E_TIMEOUT')
    expect(codes).toContain('E_PEER_REFUSED')
    await staysAlive()
  })

  it('on a dag link close the link and nothing else', async () => {
    const { dag: protocol } = protocolsOf(network.chain.genesis)
    const replica = present(network.nodes.get('anna')?.node.status().replicas[0], 'a replica')
    const fetch = encodeItem({ kind: 'fetch-rounds', from: 1 })
    const good = [encodeFrame(replica.dag, [fetch]), encodeFrame(hashHex<DagId>('test-elsewhere'), [fetch])]
    for (const bytes of attempts(good)) await sayAndWait(protocol, bytes)
    const forged = encodeItem({
      kind: 'statements',
      statements: [{ seat: 0, statement: Uint8Array.of(1), signature: new Uint8Array(64) }]
    })
    const blocks = encodeItem({ kind: 'blocks', blocks: [{ header: random.bytes(200), body: Uint8Array.of(0x80) }] })
    const hello = encodeItem({ kind: 'hello', address: random.bytes(120) })
    await sayAndWait(protocol, encodeFrame(replica.dag, [forged, blocks, hello, random.bytes(9)]))
    await staysAlive()
  })

  it("on a submit channel close it, and instructions of mallory's making are refused one by one", async () => {
    const { submit: protocol } = protocolsOf(network.chain.genesis)
    const stolen = instruct(network.chain, asset, person('issuer'), 0, 'mint', {
      to: person('mallory').key,
      amount: 5n
    })
    stolen[stolen.length - 1] = (stolen.at(-1) ?? 0) ^ 1
    const elsewhere = instruct(network.chain, hashHex<AssetId>('test-elsewhere'), person('mallory'), 0, 'burn', {
      amount: 5n
    })
    const good = [encode(submitCodec, { asset, instructions: [stolen, elsewhere, random.bytes(40)] })]
    for (const bytes of [...attempts(good), ...good]) await sayAndWait(protocol, bytes)
    await staysAlive()
    const status = present(network.nodes.get('anna'), 'anna').node.status()
    expect(status.replicas[0]?.steps).toBe(0)
    expect(status.claims).toEqual([])
  })
})

async function sayAndWait(protocol: string, bytes: Uint8Array): Promise<void> {
  let channel: Channel
  try {
    channel = await mallory.openChannel(victim, protocol, { maxMessageBytes: 1 << 20 })
  } catch (error) {
    // Refused as one too many: typed, and good for the others.
    expect(isRuntimeError(error)).toBe(true)
    return
  }
  channel.onMessage(() => {})
  channel.send(bytes)
  await new Promise(resolve => setTimeout(resolve, 5))
  channel.close()
}
