import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Host } from '#base-layer/runtime/host.ts'
import { createHost } from '#base-layer/runtime/libp2p-host.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { createAccount } from '#base-layer/index.ts'
import { offerAnswerCodec, offerCodec, wireNames } from '#base-layer/network/wire.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { transactionCodec, transactionIdOf } from '#contracts/ledger/transaction.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { BaseTestNetwork, PAYER, PEERS, testGenesis, until } from './base-network.ts'

describe('a peer that sends nonsense', () => {
  const genesis = testGenesis(Date.now() + 4_000)
  const names = wireNames(genesisHashOf(genesis))
  let network: BaseTestNetwork
  let mallory: Host
  let target: string

  beforeAll(async () => {
    installNodeCrypto()
    network = new BaseTestNetwork(genesis)
    for (const name of PEERS) await network.start(name)
    const addresses = network.peers[0]?.addresses ?? []
    mallory = await createHost({
      identitySecret: randomBytes(32),
      listen: ['/ip4/127.0.0.1/tcp/0'],
      bootstrap: addresses,
      dht: 'client'
    })
    target = await mallory.dial(addresses)
  })

  afterAll(async () => {
    await mallory.stop()
    await network.stop()
  })

  const bodies: readonly (readonly [string, Uint8Array])[] = [
    ['nothing', new Uint8Array()],
    ['noise', randomBytes(200)],
    ['another type', Uint8Array.of(0x63, 0x61, 0x62, 0x63)],
    ['deep nesting', new Uint8Array(1_000).fill(0x81)],
    ['trailing bytes', Uint8Array.of(0x80, 0x00)]
  ]

  for (const protocol of ['status', 'range', 'block', 'headers', 'offer'] as const) {
    test.each(bodies)(`${protocol} refuses %s`, async (what, body) => {
      const asked = mallory.request(target, names[protocol], body, { timeoutMs: 3_000, maxResponseBytes: 1_000_000 })
      await expect(asked, what).rejects.toMatchObject({ code: 'E_PEER_REFUSED' })
    })
    test(`${protocol} refuses more bytes than a request has`, async () => {
      const body = new Uint8Array(64 * 1024)
      const asked = mallory.request(target, names[protocol], body, { timeoutMs: 3_000, maxResponseBytes: 1_000_000 })
      await expect(asked).rejects.toMatchObject({ code: 'E_PEER_REFUSED' })
    })
  }

  test('a transaction handed over by request alone becomes final; handed over again it changes nothing [GSP-2]', async () => {
    const [first] = network.peers
    if (first === undefined) throw new Error('a peer')
    const chain = first.chain
    await until('the network runs', 15_000, async () => ((await chain.tip('final')).height > 0 ? true : undefined))
    const payer = createAccount(chain, new Secret(PAYER))
    const built = await payer.build({ payments: [{ to: payer.key, atoms: 5n }] })
    if (!built.ok) throw new Error(built.why)
    const offer = encode(offerCodec, [encode(transactionCodec, built.value), randomBytes(40)])
    const give = async () =>
      decode(
        offerAnswerCodec,
        await mallory.request(target, names.offer, offer, { timeoutMs: 3_000, maxResponseBytes: 1_000 }),
        1_000
      )
    expect(await give()).toMatchObject({ ok: true, value: { taken: 1 } })
    await until('the payment is final', 10_000, async () =>
      (await chain.status(transactionIdOf(built.value))).kind === 'final' ? true : undefined
    )
    expect(await give()).toMatchObject({ ok: true, value: { taken: 0 } })
  })

  test('garbage on every topic stops nobody from finalising', async () => {
    for (const topic of ['blocks', 'acknowledgements', 'votes', 'transactions'] as const) {
      mallory.subscribe(names[topic], () => 'ignore')
    }
    await new Promise(resolve => setTimeout(resolve, 1_000))
    for (const topic of ['blocks', 'acknowledgements', 'votes', 'transactions'] as const) {
      for (const [, body] of bodies) await mallory.publish(names[topic], body)
      for (let size = 1; size < 20_000; size *= 4) await mallory.publish(names[topic], randomBytes(size))
    }
    const goal =
      Math.max(...(await Promise.all(network.peers.map(async peer => (await peer.chain.tip('final')).height)))) + 3
    for (const peer of network.peers) {
      await until(`${peer.name} goes on`, 15_000, async () =>
        (await peer.chain.tip('final')).height >= goal ? true : undefined
      )
      expect(peer.process.exitCode).toBeNull()
    }
  })
})
