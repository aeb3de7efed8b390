import { describe, expect, it } from 'vitest'
import { AcknowledgementPool } from '#base-layer/consensus/acknowledgements.ts'
import { BlockTree } from '#base-layer/consensus/block-tree.ts'
import { BASE_LIMITS } from '#base-layer/consensus/limits.ts'
import { WaitingBlocks } from '#base-layer/consensus/waiting-blocks.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { type Block, blockIdOf } from '#contracts/statements/block.ts'
import { certificateCodec, PEERS_MAX } from '#contracts/statements/vote.ts'
import { acknowledgementOf, Bench, blockOn, EVEN, headerOf, keyOf, P, pointOf, ranking, ToyState } from './fixtures.ts'

const EPOCH = P.finalityEpochMs

describe('hostile peers', () => {
  it('that register beyond what a certificate holds do not make one that cannot be written [POS-9]', () => {
    const strangers = Array.from({ length: PEERS_MAX + 50 }, (_, index) => `small ${index}`)
    const bench = new Bench({ self: null, strangers })
    const tip = bench.chain(bench.genesis, 4)
    bench.nowMs = 2 * EPOCH + P.voteAtMs
    const vote = bench.link(pointOf(0, bench.genesis), pointOf(2, tip))
    bench.votes([...strangers, ...Object.keys(EVEN)], vote)
    const { certificate } = bench.of('certified').at(-1) ?? {}
    expect(certificate?.votes).toHaveLength(PEERS_MAX)
    expect(certificate === undefined ? 0 : encode(certificateCodec, certificate).length).toBeGreaterThan(0)
    const voters = certificate?.votes.map(({ peer }) => peer) ?? []
    expect(voters).toEqual([...voters].sort())
    // The fourth comes after the certificate and takes the place of one without weight.
    for (const name of ['alice', 'bob', 'carol']) expect(voters).toContain(keyOf(name))
    // What a block carries of it is as short, and the late vote of the fourth is in it.
    const carried = bench.machine.blockOf(bench.draw(tip, { slot: 6 }).id)
    expect(carried).toBeDefined()
  })

  it('without weight never keep the votes of a table out, however many they are', () => {
    const strangers = Array.from({ length: BASE_LIMITS.voters + 10 }, (_, index) => `small ${index}`)
    const bench = new Bench({ self: null, strangers })
    const tip = bench.chain(bench.genesis, 4)
    bench.nowMs = 2 * EPOCH + P.voteAtMs
    bench.votes(strangers, bench.link(pointOf(0, bench.genesis), pointOf(2, tip)))
    bench.votes(Object.keys(EVEN), bench.link(pointOf(0, bench.genesis), pointOf(2, tip)))
    expect(bench.of('certified')).toHaveLength(1)
  })

  it('that propose many blocks in a slot take two places of the three that are relayed [POS-4]', () => {
    const bench = new Bench({ self: null })
    bench.nowMs = 1100
    const [best = '', second = ''] = ranking(2)
    const feed = (by: string, mark: string) =>
      bench
        .feed({
          kind: 'header',
          header: { header: blockOn(bench.genesis, { slot: 2, by, mark }).header, signature: new Uint8Array(64) },
          from: 'x',
          nowMs: bench.nowMs
        })
        .find(effect => effect.kind === 'gossip')?.verdict
    const twins = Array.from({ length: 1_000 }, (_, index) => feed(best, `twin ${index}`))
    expect(twins.filter(verdict => verdict === 'relay')).toHaveLength(BASE_LIMITS.twins)
    expect(feed(second, '')).toBe('relay')
    expect(bench.of('evidence')).toHaveLength(1)
  })

  it('that sign blocks on nothing fill no memory: strangers none, peers what is named', () => {
    const bench = new Bench({ self: null })
    bench.nowMs = 40 * P.slotMs
    const onNothing = (by: string): Block => {
      const parent = new ToyState(headerOf({ height: 3, slot: 3, parent: hashHex('test', asciiToBytes('?')) }), EVEN)
      return blockOn(parent, { slot: 4, by })
    }
    expect(bench.block(onNothing('mallory')).some(effect => effect.kind === 'fetch')).toBe(false)
    expect(bench.block(onNothing('bob')).some(effect => effect.kind === 'fetch')).toBe(true)
  })

  it('that send large blocks on nothing push out the highest, so that the next needed one stays', () => {
    const waiting = new WaitingBlocks(1)
    const memo = new ToyState(headerOf({}), EVEN)
    const voters = Array.from({ length: PEERS_MAX }, (_, index) => keyOf(`voter ${index}`)).sort()
    const point = { epoch: 0, height: 0, id: memo.id }
    const certificate = {
      vote: { period: 0, recovery: null, root: point, source: point, target: { ...point, epoch: 1 } },
      votes: voters.map(peer => ({ peer, signature: new Uint8Array(64) }))
    }
    const certificates = Array.from({ length: 8 }, () => certificate)
    const arrivals = Array.from({ length: 64 }, (_, index) => {
      const parent = hashHex('test', asciiToBytes(`parent ${index}`)) as string as typeof memo.id
      const header = headerOf({ height: index + 2, slot: index + 2, parent })
      return { id: blockIdOf(header), block: { ...blockOn(memo, { slot: 1 }), header, certificates }, from: 'x' }
    })
    for (const arrival of arrivals) waiting.addOrphan(arrival, 0)
    const kept = arrivals.filter(({ id }) => waiting.has(id))
    const bytesEach = 8 * PEERS_MAX * 98
    expect(kept.length).toBeLessThanOrEqual(BASE_LIMITS.waitingBytes / bytesEach)
    expect(kept.map(({ id }) => id)).toEqual(arrivals.slice(0, kept.length).map(({ id }) => id))
    // Those that leave give back their room.
    for (const { block } of kept) waiting.take(block.header.parent)
    for (const arrival of arrivals.slice(0, kept.length)) waiting.addOrphan(arrival, 0)
    expect(arrivals.filter(({ id }) => waiting.has(id))).toHaveLength(kept.length)
  })

  it('that acknowledge blocks nobody has do not keep others from waiting while finality stalls', () => {
    const bench = new Bench({ self: null })
    const never = (slot: number) =>
      new ToyState(headerOf({ height: 1, slot, stateRoot: hashHex('test', asciiToBytes('never')) }), EVEN)
    const slots = BASE_LIMITS.acknowledgementsWaiting / 4 + 200
    for (let slot = 1; slot < slots; slot++) {
      bench.at(slot * P.slotMs)
      for (const name of Object.keys(EVEN)) bench.acknowledge(name, never(slot))
    }
    bench.at(slots * P.slotMs)
    const late = blockOn(bench.genesis, { slot: slots, by: 'bob' })
    const state = bench.genesis.after(late.header, [])
    const heard = bench.feed({
      kind: 'acknowledgement',
      acknowledgement: acknowledgementOf('carol', state),
      from: 'x',
      nowMs: bench.nowMs
    })
    expect(heard).toContainEqual({ kind: 'gossip', verdict: 'relay' })
  })

  it('in great numbers that acknowledge blocks nobody has lose their place to what is newer', () => {
    const pool = new AcknowledgementPool(new BlockTree(new Bench().genesis), P.linkBits, () => undefined)
    const add = (name: string, slot: number): string => {
      const block = hashHex<BlockId>('test', asciiToBytes(`${name}${slot}`))
      const acknowledgement = { slot, block, digest: hashHex('test', asciiToBytes('digest')) }
      return pool.add({ acknowledgement, peer: keyOf(name), signature: new Uint8Array(64) }).kind
    }
    const crowd = Array.from({ length: 128 }, (_, index) => `crowd ${index}`)
    const slots = BASE_LIMITS.acknowledgementsWaiting / crowd.length
    for (let slot = 1; slot <= slots; slot++) for (const name of crowd) add(name, slot)
    expect(add('carol', 0), 'none is older').toBe('known')
    expect(add('carol', slots + 1)).toBe('waiting')
  })
})
