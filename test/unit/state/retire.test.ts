// peer.retire: out of the next table, the bond back once nothing it signed with weight is evidence any more [FIN-4].
import { beforeEach, describe, expect, it } from 'vitest'
import { BONDS_RETURNED, PENALISED_SLOTS } from '#base-layer/state/limits.ts'
import { countSupply } from '#test/support/state-reads.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import { ownerOf } from '#contracts/ledger/output.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { acknowledgementSigningBytes } from '#contracts/statements/acknowledgement.ts'
import { type Evidence, evidenceCodec } from '#contracts/statements/evidence.ts'
import { lastHeightOf } from '#contracts/statements/period-table.ts'
import { type Actor, actor, ChainBuilder, type Peer, peer, shares } from '#test/support/chain-builder.ts'

// EVIDENCE_AGE as short as the inequalities of section 21 allow.
const chain = new ChainBuilder({
  parameters: { windowTicks: 44, evidenceAgeTicks: 90 },
  peers: ['alice', 'bob', 'carol', 'dave', 'erin']
})
const olga = actor('olga')
const dave = chain.peers[3] as Peer
chain.produce()
const start = chain.state

beforeEach(() => chain.rewind(start))

const retire = (one: Peer, from: Actor = olga) =>
  chain.spend({ from, beside: [one.rewards], action: { kind: 'peer.retire', peer: one.key } })
const recordOf = (one: Peer) => chain.state.get('peers', one.key)

function wealthOf(owner: Actor): bigint {
  const owned = [...chain.state.entries('outputs')].filter(([, one]) => ownerOf(one.output) === owner.key)
  return owned.reduce((sum, [, one]) => sum + one.output.atoms, 0n)
}

function twice(one: Peer, slot: number): Evidence {
  const [first, second] = ['a', 'b'].map(name => {
    const acknowledgement = { slot, block: hashHex<BlockId>(`block ${name}`), digest: hashHex('digest') }
    const signature = signMessage(one.secret, acknowledgementSigningBytes(chain.genesis, acknowledgement))
    return { acknowledgement, peer: one.key, signature }
  }) as [never, never]
  return { kind: 'acknowledgements', first, second }
}

const post = (evidence: Evidence) =>
  chain.spend({ from: olga, action: { kind: 'evidence.post', evidence: encode(evidenceCodec, evidence) } })

describe('peer.retire [FIN-4]', () => {
  it('keeps its weight to the end of the tables that hold it, and is in no later one', () => {
    chain.produce([retire(dave)])
    expect(recordOf(dave)?.countedTo).toBe(lastHeightOf(0, DEV_PARAMETERS))
    chain.produceTo(33)
    expect(chain.state.tableOf(0)?.byPeer.has(dave.key)).toBe(true)
    expect(chain.state.tableOf(1)?.byPeer.has(dave.key)).toBe(false)
    expect(chain.state.tableOf(1)?.entries).toHaveLength(4)
  })

  it('returns the bond EVIDENCE_AGE ticks after the last height that counted it is recorded final, to the rewards key', () => {
    chain.produce([retire(dave)])
    const last = lastHeightOf(0, DEV_PARAMETERS)
    const before = wealthOf(dave.rewards)
    while ((chain.state.ticksSince(last) ?? 0) < 89) chain.produce()
    expect(recordOf(dave)?.bondAtoms).toBe(shares(100))
    expect(chain.state.isPeer(dave.key)).toBe(true)
    chain.produce()
    expect(recordOf(dave)?.bondAtoms).toBe(0n)
    expect(chain.state.isPeer(dave.key)).toBe(false)
    expect(wealthOf(dave.rewards)).toBeGreaterThanOrEqual(before + shares(100))
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  })

  it('in the block of a snapshot is out of that table, and before it is in it until its end', () => {
    chain.produceTo(31)
    chain.produce([retire(dave)])
    expect(chain.state.tableOf(1)?.byPeer.has(dave.key)).toBe(false)
    chain.rewind(start)
    chain.produceTo(32)
    chain.produce([retire(dave)])
    expect(chain.state.tableOf(1)?.byPeer.has(dave.key)).toBe(true)
    expect(recordOf(dave)?.countedTo).toBe(lastHeightOf(1, DEV_PARAMETERS))
  })

  it('leaves the bond to evidence until it is returned', () => {
    chain.produce([retire(dave)])
    chain.produce([post(twice(dave, 2))])
    expect(recordOf(dave)?.bondAtoms).toBe(shares(99))
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  })

  it('is refused to others, twice, of strangers, and to come back under the same key', () => {
    const action = { kind: 'peer.retire', peer: dave.key } as const
    expect(chain.refusalOf(chain.spend({ from: olga, action }))).toBe('E_TX_SIGNATURE')
    expect(chain.refusalOf(chain.spend({ from: olga, beside: [dave], action }))).toBe('E_TX_SIGNATURE')
    expect(chain.refusalOf(retire(peer('nobody')))).toBe('E_TX_SIGNATURE')
    chain.produce([retire(dave)])
    expect(chain.refusalOf(retire(dave))).toBe('E_PEER_RETIRED')
    while (recordOf(dave)?.bondAtoms !== 0n) chain.produce()
    const { key, vrfKey, rewards } = dave
    const again = { kind: 'peer.register', peer: key, vrfKey, rewards: rewards.key, bondAtoms: shares(10) } as const
    expect(chain.refusalOf(chain.spend({ from: olga, beside: [dave], action: again, locks: shares(10) }))).toBe(
      'E_PEER_KNOWN'
    )
  })

  it('of very many at once is paid a few blocks long, and never at once', () => {
    expect(BONDS_RETURNED).toBeGreaterThan(0)
    const two = [3, 4].map(i => chain.peers[i] as Peer)
    chain.produce(two.map(one => retire(one)))
    while (two.some(one => recordOf(one)?.bondAtoms !== 0n)) chain.produce()
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  })
})

describe('the slots a peer was punished for [POS-5]', () => {
  it('are remembered one by one: a penalty shields neither an older slot nor another', () => {
    chain.produceTo(25)
    const slots = [20, 7, 12]
    for (const slot of slots) chain.produce([post(twice(dave, slot))])
    expect(recordOf(dave)?.penalised).toEqual([7, 12, 20])
    for (const slot of slots) expect(chain.refusalOf(post(twice(dave, slot)))).toBe('E_EVIDENCE_PUNISHED')
    expect(chain.refusalOf(post(twice(dave, 8)))).toBeUndefined()
    expect(recordOf(dave)?.bondAtoms).toBe((((shares(100) * 99n) / 100n) * 99n * 99n) / 10_000n)
    expect(PENALISED_SLOTS).toBeGreaterThan(100)
  })
})
