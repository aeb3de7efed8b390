import { describe, expect, test } from 'vitest'
import type { Chain, GossipAnswer } from '#base-layer/chain/chain.ts'
import type { BaseEvent } from '#base-layer/consensus/events.ts'
import { readBlock } from '#base-layer/network/block-intake.ts'
import { Gate } from '#base-layer/network/gate.ts'
import { Intake } from '#base-layer/network/intake.ts'
import { verdictOf } from '#base-layer/network/verdicts.ts'
import { blockGossipCodec } from '#base-layer/network/wire.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { GATE_LIMITS } from '#base-layer/network/limits.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import { blockCodec } from '#contracts/statements/block.ts'
import { type SignedVote, signedVoteCodec, type Vote, voteSigningBytes } from '#contracts/statements/vote.ts'
import { actor, ChainBuilder } from '#test/support/chain-builder.ts'

const builder = new ChainBuilder()
const block = builder.produce()
const { verified } = installNodeCrypto()

/** Nobody has a body. */
const NOBODY = { fetch: () => {}, pieces: async () => undefined }
const fetchInto = (fetched: string[]) => ({ ...NOBODY, fetch: (id: string) => void fetched.push(id) })

/** A chain that only notes what it is fed. */
function setUp(answer: GossipAnswer, pool = new VerifyPool(verified)) {
  const fed: BaseEvent[] = []
  const chain = {
    head: builder.genesisState,
    final: builder.genesisState,
    nowMs: () => 10_000,
    feed: (event: BaseEvent) => {
      fed.push(event)
      return answer
    }
  } as unknown as Chain
  return { fed, intake: new Intake(chain, pool, new Gate(() => 0)) }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

function targetAt(epoch: number, height: number) {
  const id = height === 0 ? builder.genesisState.id : hashHex<BlockId>('test-target', uintToBytes(height, 4))
  return { epoch, height: height === 0 ? 0 : 1 + (height % 20), id }
}

function vote(epoch: number, height = 0): SignedVote {
  const [alice] = builder.peers
  if (alice === undefined) throw new Error('a peer')
  const root = { epoch: 0, height: 0, id: builder.genesisState.id }
  const value: Vote = { period: 0, recovery: null, root, source: root, target: targetAt(epoch, height) }
  return {
    vote: value,
    peer: alice.key,
    signature: signMessage(alice.secret, voteSigningBytes(builder.genesis, value))
  }
}

describe('what the network brings', () => {
  test('is relayed once its signature is good, and goes to the chain after that [GSP-1]', async () => {
    const { fed, intake } = setUp('relay')
    expect(await intake.takeVote(encode(signedVoteCodec, vote(1)), 'bob')).toBe('accept')
    expect(fed).toEqual([])
    await turn()
    expect(fed).toMatchObject([{ kind: 'vote', from: 'bob' }])
    expect(await intake.takeVote(encode(signedVoteCodec, vote(1)), 'mallory'), 'sent again').toBe('ignore')
  })

  test('of another time is not relayed, nor known to the chain', async () => {
    const { fed, intake } = setUp('relay')
    for (const epoch of [12, 500]) {
      expect(await intake.takeVote(encode(signedVoteCodec, vote(epoch)), 'bob')).toBe('ignore')
    }
    await turn()
    expect(fed).toEqual([])
  })

  test('of a key whose things come to nothing is not looked at for a while, whoever sends them', async () => {
    const { fed, intake } = setUp('ignore')
    const answers: string[] = []
    for (let n = 0; n < GATE_LIMITS.signer.capacity + 20; n++) {
      const one = vote(1 + (n % 9), n)
      answers.push(await intake.takeVote(encode(signedVoteCodec, one), `relay ${n % 7}`))
      await turn()
    }
    expect(answers.filter(one => one === 'accept')).toHaveLength(GATE_LIMITS.signer.capacity)
    expect(answers.at(-1)).toBe('ignore')
    expect(fed).toHaveLength(GATE_LIMITS.signer.capacity)
  })

  test('is looked at although the layer above has filled the verify pool, and its sender is not blamed', async () => {
    const { fed, intake } = setUp('relay', new VerifyPool(verified, 0))
    expect(await intake.takeVote(encode(signedVoteCodec, vote(2)), 'bob')).toBe('accept')
    const forged = { ...vote(3), signature: vote(2).signature }
    expect(await intake.takeVote(encode(signedVoteCodec, forged), 'bob')).toBe('reject')
    await turn()
    expect(fed).toHaveLength(1)
  })

  test('is rejected with a signature of something else, as garbage, and as too much', async () => {
    const { fed, intake } = setUp('relay')
    const forged = { ...vote(4), signature: vote(1).signature }
    expect(await intake.takeVote(encode(signedVoteCodec, forged), 'bob')).toBe('reject')
    expect(await intake.takeVote(Uint8Array.of(1, 2, 3), 'bob')).toBe('reject')
    expect(await intake.takeAcknowledgement(new Uint8Array(100_000), 'bob')).toBe('reject')
    expect(await intake.takeTransaction(Uint8Array.of(0xff), 'bob')).toBe('reject')
    expect(fed).toEqual([])
  })

  test('of a stranger is not passed on, costs no signature check, and blames nobody: it may be a peer elsewhere', async () => {
    const { fed, intake } = setUp('relay')
    const stranger = actor('stranger')
    const signed = { ...vote(5), peer: stranger.key }
    expect(await intake.takeVote(encode(signedVoteCodec, signed), 'bob')).toBe('ignore')
    const { header, signature } = { ...block, header: { ...block.header, proposer: stranger.key } }
    const bytes = encode(blockGossipCodec, { kind: 'header', header, signature })
    expect(await intake.takeBlockGossip(bytes, 'bob', NOBODY)).toBe('ignore')
    expect(fed).toEqual([])
  })

  test('a body full of bad signatures is given up after the first few', async () => {
    const asked: number[] = []
    class Counting extends VerifyPool {
      override async verify(...triple: Parameters<VerifyPool['verify']>): Promise<boolean> {
        asked.push(1)
        return super.verify(...triple)
      }
    }
    const { intake } = setUp('relay', new Counting(verified))
    const signature = new Uint8Array(64).fill(7)
    const votes = Array.from({ length: 300 }, (_, index) => ({ peer: actor(`nobody ${index}`).key, signature }))
    votes.sort((a, b) => (a.peer < b.peer ? -1 : 1))
    await intake.takeBlock({ ...block, certificates: [{ vote: vote(6).vote, votes }] }, 'mallory')
    expect(asked.length).toBeLessThan(100)
  })

  test("a block is relayed on its header's word and executed after that [GSP-1]", async () => {
    const { fed, intake } = setUp('relay')
    const bytes = encode(blockGossipCodec, { kind: 'whole', block: encode(blockCodec, block) })
    expect(await intake.takeBlockGossip(bytes, 'bob', NOBODY)).toBe('accept')
    expect(fed.map(event => event.kind)).toEqual(['header'])
    await new Promise(resolve => setTimeout(resolve, 5))
    expect(fed.map(event => event.kind)).toEqual(['header', 'block'])
  })

  test('a block that is not worth relaying is not executed, and one with a forged header is rejected', async () => {
    const { fed, intake } = setUp('ignore')
    const bytes = encode(blockGossipCodec, { kind: 'whole', block: encode(blockCodec, block) })
    expect(await intake.takeBlockGossip(bytes, 'bob', NOBODY)).toBe('ignore')
    const forged = { ...block, header: { ...block.header, timeMs: block.header.timeMs + 1 } }
    const bad = encode(blockGossipCodec, { kind: 'whole', block: encode(blockCodec, forged) })
    expect(await intake.takeBlockGossip(bad, 'bob', NOBODY)).toBe('reject')
    await new Promise(resolve => setTimeout(resolve, 5))
    expect(fed.map(event => event.kind)).toEqual(['header'])
  })

  test('a body that its header does not commit to is rejected, and keeps nothing away from the true one', async () => {
    const { fed, intake } = setUp('relay')
    const [olga, oscar] = [actor('olga'), actor('oscar')]
    const bodies = [
      { ...block, transactions: [builder.pay(olga, oscar, 5n)] },
      { ...block, certificates: [builder.certificate(vote(1).vote)] }
    ]
    for (const body of bodies) {
      const bytes = encode(blockGossipCodec, { kind: 'whole', block: encode(blockCodec, body) })
      expect(await intake.takeBlockGossip(bytes, 'mallory', NOBODY)).toBe('reject')
      expect(readBlock(encode(blockCodec, body))).toBeUndefined()
    }
    expect(fed).toEqual([])
    const bytes = encode(blockGossipCodec, { kind: 'whole', block: encode(blockCodec, block) })
    expect(await intake.takeBlockGossip(bytes, 'bob', NOBODY)).toBe('accept')
  })

  test('of a large block only the header comes, and the body is fetched from whoever sent it', async () => {
    const fetched: string[] = []
    const { header, signature } = block
    const bytes = encode(blockGossipCodec, { kind: 'header', header, signature })
    expect(await setUp('relay').intake.takeBlockGossip(bytes, 'bob', fetchInto(fetched))).toBe('accept')
    expect(fetched).toEqual([builder.state.id])
    expect(await setUp('ignore').intake.takeBlockGossip(bytes, 'bob', fetchInto(fetched))).toBe('ignore')
    expect(fetched).toHaveLength(1)
  })

  test('only what is wrong whoever looks at it counts against its sender', () => {
    expect(['E_NOT_CANONICAL', 'E_TX_SIGNATURE', 'E_TOO_LARGE'].map(verdictOf)).toEqual(['reject', 'reject', 'reject'])
    expect(['E_TX_INPUT_UNKNOWN', 'E_TX_EARLY', 'E_BUSY', 'toString'].map(verdictOf)).toEqual([
      'ignore',
      'ignore',
      'ignore',
      'ignore'
    ])
  })
})
