import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAccount, deriveTrustedStart } from '#base-layer/index.ts'
import { checkFinalityProof } from '#base-layer/light/finality-proof.ts'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { BaseTestNetwork, PAYER, PEERS, testGenesis, until } from './base-network.ts'

const START_MS = 4_000

describe('four peers as processes of their own', () => {
  let network: BaseTestNetwork

  beforeAll(async () => {
    network = new BaseTestNetwork(testGenesis(Date.now() + START_MS))
    for (const name of PEERS) await network.start(name)
  })

  afterAll(async () => {
    await network.stop()
  })

  const finalHeights = () => Promise.all(network.peers.map(async peer => (await peer.chain.tip('final')).height))
  const reach = (height: number, timeoutMs: number) =>
    until(`height ${height} is final everywhere`, timeoutMs, async () => {
      const heights = await finalHeights()
      return heights.length > 0 && Math.min(...heights) >= height ? heights : undefined
    })
  const agreeAt = async (height: number): Promise<void> => {
    const ids = await Promise.all(network.peers.map(async peer => (await peer.chain.block(height))?.id))
    expect(new Set(ids).size).toBe(1)
    expect(ids[0]).toBeDefined()
  }

  test('produce and finalise one chain', async () => {
    await reach(4, START_MS + 12_000)
    await agreeAt(4)
  })

  test('a payment becomes final on all of them', async () => {
    const [first] = network.peers
    if (first === undefined) throw new Error('a peer')
    const to = derivePublicKey(new Uint8Array(32).fill(7))
    const sent = await createAccount(first.chain, new Secret(PAYER)).pay([{ to, atoms: 3n * ATOMS_PER_SHARE }])
    if (!sent.ok) throw new Error(`${sent.code} ${sent.why}`)
    for (const peer of network.peers) {
      await until(`${peer.name} has the payment`, 8_000, async () =>
        (await peer.chain.status(sent.value)).kind === 'final' ? true : undefined
      )
      const outputs = await peer.chain.outputsOf(to)
      expect(outputs.map(one => one.record.output.atoms)).toEqual([3n * ATOMS_PER_SHARE])
    }
  })

  test('a peer killed at any moment catches up, contradicts nothing, and the rest goes on', async () => {
    await network.kill('carol')
    const before = Math.max(...(await finalHeights()))
    await reach(before + 3, 8_000)
    const carol = await network.start('carol')
    await until('carol is level', 6_000, async () => {
      const [hers, others] = await Promise.all([carol.chain.tip('final'), network.peers[0]?.chain.tip('final')])
      return others !== undefined && hers.height >= others.height - 1 ? true : undefined
    })
    await reach(before + 7, 8_000)
    await agreeAt(before + 7)
    const status = await rpcCall(carol.rpc, 'test.status')
    expect(status).toMatchObject({ signs: true, conflicted: false })
  })

  test('a late joiner without a key follows from genesis and proves it to a wallet [FIN-10]', async () => {
    const observer = await network.start('observer', 'observer')
    const goal = (await network.peers[0]?.chain.tip('final'))?.height ?? 0
    await until('the observer is level', 8_000, async () =>
      (await observer.chain.tip('final')).height >= goal ? true : undefined
    )
    await agreeAt(goal)
    const start = deriveTrustedStart(network.genesis)
    if (!start.ok) throw new Error(start.why)
    const head = checkFinalityProof(start.value, await observer.chain.proveFinality())
    expect(head).toMatchObject({ ok: true })
  })

  test('what each peer signed is one vote an epoch and one acknowledgement and proposal a slot [FIN-7]', async () => {
    for (const name of PEERS) {
      const path = join(network.folder, name, 'votes.db')
      expect(existsSync(path)).toBe(true)
      await network.kill(name, 'SIGTERM')
      copyFileSync(path, `${path}.copy`)
      const guard = new SqliteDatabase(`${path}.copy`)
      const [votes] = guard.prepare('SELECT count(*) AS n, count(DISTINCT targetEpoch) AS epochs FROM votes').all() as {
        n: number
        epochs: number
      }[]
      expect(votes?.n).toBe(votes?.epochs)
      expect(votes?.n).toBeGreaterThan(2)
      guard.close()
    }
  })
})
