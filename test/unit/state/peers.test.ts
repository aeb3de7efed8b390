// Seed reveals, silent peers, evidence and its penalties, stalls of finality [POS-3, POS-5, FIN-4, FIN-8].
import { ownerOf } from '#contracts/ledger/output.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { countSupply } from '#test/support/state-reads.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import { vrfProve } from '#contracts/crypto/vrf.ts'
import { seedAlpha } from '#contracts/ledger/actions/seed-reveal.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { acknowledgementSigningBytes } from '#contracts/statements/acknowledgement.ts'
import { type Evidence, evidenceCodec } from '#contracts/statements/evidence.ts'
import { type Vote, voteSigningBytes } from '#contracts/statements/vote.ts'
import { actor, ChainBuilder, type Peer, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const chain = new ChainBuilder()
chain.produceTo(32)
const snapshot = chain.state
const [alice, bob, carol, dave] = chain.peers as readonly [Peer, Peer, Peer, Peer]

beforeEach(() => {
  chain.rewind(snapshot)
  chain.isRevealing = false
})

describe('seed.reveal [POS-3]', () => {
  it('is free, once a peer and period, in the first REVEALS heights after the snapshot', () => {
    chain.produce([chain.reveal(alice, 1)])
    expect(chain.refusalOf(chain.reveal(alice, 1))).toBe('E_REVEAL_TWICE')
    expect(chain.refusalOf(chain.reveal(bob, 2))).toBe('E_REVEAL_PERIOD')
    expect(chain.refusalOf(chain.reveal(bob, 0))).toBe('E_REVEAL_PERIOD')
    chain.produceTo(37)
    expect(chain.refusalOf(chain.reveal(bob, 1))).toBe('E_REVEAL_PERIOD')
  })

  it("is refused with another's proof, from a stranger, or signed by another", () => {
    const proof = vrfProve(bob.vrfSecret, seedAlpha(chain.genesis, 1))
    const body = { inputs: [], outputs: [], notBefore: null, notAfter: null, memo: null, preimages: [] }
    const action = { kind: 'seed.reveal', peer: alice.key, period: 1, proof } as const
    expect(chain.refusalOf(chain.sign(alice, { ...body, action }))).toBe('E_REVEAL_PROOF')
    expect(chain.refusalOf(chain.sign(bob, { ...body, action }))).toBe('E_TX_SIGNATURE')
    expect(chain.refusalOf(chain.sign(olga, { ...body, action: { ...action, peer: olga.key } }))).toBe('E_REVEAL_PEER')
    expect(chain.refusalOf(chain.spend({ from: olga, action }))).toBe('E_TX_SIGNATURE')
  })

  it("missing takes a peer's tickets for the period, not its votes", () => {
    chain.produce([alice, bob, carol].map(one => chain.reveal(one, 1)))
    chain.produceTo(50)
    const table = chain.state.tableAt(50)
    expect(table).toMatchObject({ period: 1, seeded: true, silent: new Set([dave.key]) })
    expect(table?.byPeer.has(dave.key)).toBe(true)
    expect(chain.blocks.slice(-8).map(block => block.header.proposer)).not.toContain(dave.key)
    expect(chain.state.recordedFinal.height).toBeGreaterThan(40)
  })

  it('missing of more than half of the weight silences nobody', () => {
    chain.produce([chain.reveal(alice, 1)])
    chain.produceTo(45)
    expect(chain.state.tableAt(45)?.silent.size).toBe(0)
    expect(chain.state.tableAt(45)?.seed).not.toBe(chain.state.tableOf(0)?.seed)
  })

  it('in another order gives the same seed [POS-3]', () => {
    const seedAfter = (peers: readonly Peer[]): string | undefined => {
      chain.rewind(snapshot)
      chain.isRevealing = false
      for (const one of peers) chain.produce([chain.reveal(one, 1)])
      chain.produceTo(38)
      return chain.state.tableOf(1)?.seed
    }
    expect(seedAfter([alice, bob, carol])).toBe(seedAfter([carol, alice, bob]))
  })
})

describe('the share table [POS-1]', () => {
  it('counts hosted outputs held for LAG heights, up to LEVERAGE times the bond', () => {
    const table = chain.state.tableOf(1)
    expect(table?.entries.map(entry => entry.weight)).toEqual([5000, 5000, 5000, 5000].map(shares))
    expect(table?.total).toBe(shares(20_000))
    expect(table?.entries.map(entry => entry.peer)).toEqual([...chain.peers.map(one => one.key)].sort())
  })

  it('leaves out what moved to a host too late, until the next snapshot', () => {
    const other = new ChainBuilder()
    other.produceTo(22)
    const hosted = { kind: 'key', owner: olga.key, host: alice.key, atoms: shares(900) } as const
    other.produce([other.spend({ from: olga, to: [hosted] })])
    other.produceTo(64)
    expect(other.state.tableOf(1)?.byPeer.get(alice.key)?.weight).toBe(shares(5000))
    expect(other.state.tableOf(2)?.byPeer.get(alice.key)?.weight).toBe(shares(5900))
  })
})

describe('evidence', () => {
  const post = (evidence: Evidence, from = olga) =>
    chain.spend({ from, action: { kind: 'evidence.post', evidence: encode(evidenceCodec, evidence) } })
  const acknowledgement = (one: Peer, slot: number, name: 'a' | 'b') => {
    const value = { slot, block: hashHex<BlockId>(`block ${name}`), digest: hashHex('digest') }
    return {
      acknowledgement: value,
      peer: one.key,
      signature: signMessage(one.secret, acknowledgementSigningBytes(chain.genesis, value))
    }
  }
  const twice = (one: Peer, slot: number): Evidence => ({
    kind: 'acknowledgements',
    first: acknowledgement(one, slot, 'a'),
    second: acknowledgement(one, slot, 'b')
  })

  it('of a double acknowledgement burns a hundredth of the bond and silences until the next period [POS-5]', () => {
    const { burnt } = chain.state.finality
    chain.produce([post(twice(bob, 20))])
    expect(chain.state.get('peers', bob.key)).toMatchObject({ bondAtoms: shares(99), penalised: [20] })
    expect(chain.state.tableAt(chain.state.height)?.silent).toEqual(new Set([bob.key]))
    expect(chain.state.finality.burnt - burnt).toBeGreaterThanOrEqual(shares(1))
    expect(chain.refusalOf(post(twice(bob, 20)))).toBe('E_EVIDENCE_PUNISHED')
    expect(chain.refusalOf(post(twice(bob, 1_000_000)))).toBe('E_EVIDENCE_FUTURE')
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
    chain.produceTo(45)
    expect(chain.state.tableAt(45)?.silent.size).toBe(0)
  })

  it('of a double vote takes the whole bond, and a twentieth goes to the finder [FIN-4]', () => {
    const point = { epoch: 3, height: 2, id: hashHex<BlockId>('target') }
    const root = { epoch: 0, height: 0, id: chain.state.chain.genesis as string as BlockId }
    const vote: Vote = { period: 0, recovery: null, root, source: root, target: point }
    const sign = (value: Vote) => ({
      vote: value,
      peer: carol.key,
      signature: signMessage(carol.secret, voteSigningBytes(chain.genesis, value))
    })
    const evidence: Evidence = {
      kind: 'votes',
      first: sign(vote),
      second: sign({ ...vote, target: { ...point, id: hashHex<BlockId>('other') } })
    }
    chain.produce([post(evidence)])
    expect(chain.state.get('peers', carol.key)?.bondAtoms).toBe(0n)
    const found = [...chain.state.entries('outputs')].filter(
      ([, one]) => one.createdAt === chain.state.height && one.output.atoms === shares(5)
    )
    expect(found.map(([, one]) => ownerOf(one.output))).toEqual([olga.key])
    expect(chain.refusalOf(post(evidence))).toBe('E_EVIDENCE_PUNISHED')
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  })

  it('is refused if it is not evidence, agrees, or is of no peer', () => {
    const junk = chain.spend({ from: olga, action: { kind: 'evidence.post', evidence: Uint8Array.of(0x80) } })
    expect(chain.refusalOf(junk)).toBe('E_EVIDENCE_FORM')
    const first = acknowledgement(bob, 20, 'a')
    expect(chain.refusalOf(post({ kind: 'acknowledgements', first, second: first }))).toBe('E_EVIDENCE_AGREES')
    expect(chain.refusalOf(post(twice({ ...bob, ...olga }, 20)))).toBe('E_EVIDENCE_PEER')
  })
})

describe('a stall of finality [FIN-8]', () => {
  it('stops ticks FINAL_LAG above the last recorded final height, and they go on when it ends', () => {
    chain.isVoting = false
    const { height } = chain.state.recordedFinal
    chain.produceTo(60)
    expect(chain.state.recordedFinal.height).toBe(height)
    expect(chain.state.ticks).toBe(height + 16)
    expect(chain.state.ticksSince(height + 1)).toBeUndefined()
    chain.isVoting = true
    // Finality resumes in the period it stopped in, and hands over at L_0 = 41 first [FIN-2].
    chain.produceTo(70)
    expect(chain.state.finality.period).toBe(1)
    expect(chain.state.ticksSince(height + 1)).toBeDefined()
    const stopped = chain.state.ticks
    chain.produce()
    expect(chain.state.ticks).toBe(stopped + 1)
  })
})
