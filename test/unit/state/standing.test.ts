// Standing and the votes that blocks carry for it [POS-9].
import { beforeEach, describe, expect, it } from 'vitest'
import { votersOf } from '#base-layer/state/finality/epoch-votes.ts'
import { keptVotes, votersLacking, type VotesView } from '#base-layer/state/finality/late-votes.ts'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { applyBlock, buildBlock } from '#base-layer/state/transition.ts'
import { encode, uint } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { Certificate } from '#contracts/statements/vote.ts'
import { ChainBuilder, output, type Peer, peer, shares } from '#test/support/chain-builder.ts'

const chain = new ChainBuilder({ peers: ['alice', 'bob', 'carol', 'dave', 'erin'], owners: ['olga', 'zoe', 'yan'] })
const [alice, bob, carol, dave, erin] = chain.peers as readonly [Peer, Peer, Peer, Peer, Peer]
const [zoe, yan] = [peer('zoe'), peer('yan')]
chain.produceTo(4)
const start = chain.state

beforeEach(() => {
  chain.rewind(start)
})

const register = (one: Peer) =>
  chain.spend({
    from: one,
    to: [output(one.key, shares(500), one.key)],
    action: { kind: 'peer.register', peer: one.key, vrfKey: one.vrfKey, rewards: one.key, bondAtoms: shares(10) },
    locks: shares(10)
  })

const epochsOf = (state: ChainState): readonly number[] => {
  const window = state.get('finality', { kind: 'window' })
  return window?.kind === 'window' ? window.epochs : []
}

function votersIn(state: ChainState, epoch: number): readonly PublicKey[] {
  const votes = state.get('finality', { kind: 'votes', epoch })
  if (votes?.kind !== 'votes') return []
  return [...votersOf(votes, present(state.tableOf(votes.period), 'its table'))].sort()
}

const keysOf = (peers: readonly Peer[]): readonly PublicKey[] => peers.map(one => one.key).sort()
const isWeighed = (period: number, one: Peer): boolean => chain.state.tableOf(period)?.byPeer.has(one.key) === true

/** The newest certificate that this chain carries, with its epoch. */
function newestCarried(): Certificate {
  return present(chain.blocks.findLast(block => block.certificates.length > 0)?.certificates[0], 'one is carried')
}

/** The code with which the next block refuses these certificates, or undefined. */
function refusalOf(certificates: readonly Certificate[], skippedSlots = 0): string | undefined {
  chain.isVoting = false
  const { block } = chain.draft([], skippedSlots)
  const verdict = applyBlock(chain.state, { ...block, certificates })
  return verdict.ok || verdict.code === 'E_BLOCK_CERTIFICATES' ? undefined : verdict.code
}

describe('the votes that a chain keeps [POS-9]', () => {
  it('are those of each justified epoch, a bit for each peer of the table', () => {
    chain.awake = [alice, bob, carol, dave]
    chain.produceTo(12)
    const { epoch } = newestCarried().vote.target
    expect(epochsOf(chain.state)).toContain(epoch)
    expect(votersIn(chain.state, epoch)).toEqual(keysOf([alice, bob, carol, dave]))
    const votes = chain.state.get('finality', { kind: 'votes', epoch })
    const missing = 1 << present(chain.state.tableOf(0), 'a table').entries.findIndex(one => one.peer === erin.key)
    expect(votes).toMatchObject({ period: 0, recovery: null, others: [], voters: Uint8Array.of(31 - missing) })
  })

  it('grow by late ones, which need no quorum, and by those of registered peers without weight', () => {
    chain.produce([register(zoe)])
    chain.awake = [alice, bob, carol, dave]
    chain.produceTo(12)
    const { vote } = newestCarried()
    chain.isVoting = false
    chain.late = [chain.certificate(vote, [erin, zoe])]
    chain.produce()
    expect(votersIn(chain.state, vote.target.epoch)).toEqual(keysOf([...chain.peers, zoe]))
    expect(chain.blocks.at(-1)?.certificates).toHaveLength(1)
  })

  it('leave out the link of an epoch that another link was recorded for', () => {
    chain.produceTo(12)
    const { vote } = newestCarried()
    const other = { ...vote, source: present(chain.state.justified[0], 'the root') }
    expect(refusalOf([chain.certificate(other)])).toBe('E_CERT_KNOWN')
    expect(chain.state.lateVoters(other, [erin.key], chain.state.header.slot + 1)).toEqual([])
  })

  it('are bounded to the last STANDING_WINDOW justified epochs', () => {
    chain.produceTo(100)
    const epochs = epochsOf(chain.state)
    expect(epochs).toHaveLength(32)
    const kept = [...chain.state.entries('finality')].flatMap(([key]) => (key.kind === 'votes' ? [key.epoch] : []))
    expect(kept.sort((a, b) => a - b)).toEqual(epochs)
    expect(epochs).toEqual([...epochs].sort((a, b) => a - b))
  })
})

describe('late votes that are looked for', () => {
  it('are those that still fit: of peers without weight no more than are kept, and none of them in the way of a weighed one', () => {
    chain.awake = [alice, bob, carol, dave]
    chain.produceTo(12)
    const { vote } = newestCarried()
    const kept = present(
      keptVotes((section, key) => chain.state.get(section, key), vote),
      'a recorded link'
    )
    const strangers = Array.from(
      { length: 1005 },
      (_, i) => hashHex('stranger', encode(uint(), i)) as string as PublicKey
    ).sort()
    const view = (others: readonly PublicKey[]): VotesView => ({
      get: () => ({ kind: 'votes', ...kept, others }) as never,
      votingTable: period => chain.state.votingTable(period),
      isPeer: () => true
    })
    const lacking = (others: readonly PublicKey[]): readonly PublicKey[] =>
      votersLacking(view(others), vote, [...strangers, erin.key])
    expect(lacking(strangers.slice(0, 998))).toEqual([...strangers.slice(998, 1000), erin.key].sort())
    expect(lacking(strangers.slice(0, 1000))).toEqual([erin.key])
    expect(lacking([])).toHaveLength(1000)
    expect(lacking([])).toContain(erin.key)
  })
})

describe('late votes are refused', () => {
  beforeEach(() => {
    chain.awake = [alice, bob, carol, dave]
    chain.produceTo(12)
  })
  const late = (voters: readonly Peer[]): Certificate => chain.certificate(newestCarried().vote, voters)

  it('never, if they are good', () => {
    expect(refusalOf([late([erin])])).toBeUndefined()
    expect(chain.state.lateVoters(newestCarried().vote, keysOf([erin, alice, zoe]), 30)).toEqual([])
    const soon = chain.state.header.slot + 1
    expect(chain.state.lateVoters(newestCarried().vote, keysOf([erin, alice, zoe]), soon)).toEqual([erin.key])
  })

  it('that the chain has already', () => {
    expect(refusalOf([late([alice])])).toBe('E_CERT_KNOWN')
    expect(refusalOf([late([erin, alice])])).toBe('E_CERT_KNOWN')
    expect(refusalOf([late([erin]), late([erin])])).toBe('E_CERT_KNOWN')
  })

  it('of strangers, twice, or out of order', () => {
    expect(refusalOf([late([zoe])])).toBe('E_CERTIFICATE_STRANGER')
    const good = late([erin])
    expect(refusalOf([{ ...good, votes: [...good.votes, ...good.votes] }])).toBe('E_CERTIFICATE_ORDER')
  })

  it('with a signature that is not theirs', () => {
    const [one] = late([alice]).votes
    const forged = { peer: erin.key, signature: present(one, 'a vote').signature }
    expect(refusalOf([{ ...late([erin]), votes: [forged] }])).toBe('E_CERTIFICATE_SIGNATURE')
  })

  it('more than VOTE_AGE epochs after their own', () => {
    const { slotMs, finalityEpochMs, voteAge } = chain.state.chain.parameters
    const perEpoch = finalityEpochMs / slotMs
    const { epoch } = newestCarried().vote.target
    const lastSlot = (epoch + voteAge + 1) * perEpoch - 1
    const skipped = lastSlot - chain.state.header.slot - 1
    expect(refusalOf([late([erin])], skipped - 1)).toBeUndefined()
    expect(refusalOf([late([erin])], skipped + 1)).toBe('E_CERT_OLD')
  })

  it('when nothing of that link was recorded: then it takes a quorum', () => {
    const { vote } = newestCarried()
    const next = { ...vote, source: vote.target, target: { ...vote.target, epoch: vote.target.epoch + 1 } }
    expect(refusalOf([chain.certificate(next, [erin])])).toBe('E_CERTIFICATE_WEIGHT')
  })
})

describe('standing at a snapshot [POS-9]', () => {
  it('is lost by a peer that votes in fewer than half of the epochs, and regained', () => {
    chain.awake = [alice, bob, carol, dave]
    chain.produceTo(33)
    expect(isWeighed(1, erin)).toBe(false)
    expect(chain.state.tableOf(1)?.total).toBe(shares(20_000))
    expect(chain.state.get('peers', erin.key)?.bondAtoms).toBe(shares(100))
    chain.awake = [alice, bob, carol, dave]
    chain.newcomers = [erin]
    chain.produceTo(97)
    expect(isWeighed(2, erin)).toBe(true)
  })

  it('counts late votes as any', () => {
    chain.awake = [alice, bob, carol, dave]
    while (chain.state.height < 32) {
      const block = chain.produce()
      chain.late = block.certificates
        .filter(one => one.votes.length > 1)
        .map(one => chain.certificate(one.vote, [erin]))
    }
    expect(isWeighed(1, erin)).toBe(true)
  })

  it('takes STANDING_MIN epochs after a registration is recorded final', () => {
    chain.produce([register(zoe)])
    chain.newcomers = [zoe]
    chain.produceTo(32)
    expect(isWeighed(1, zoe)).toBe(true)
    chain.rewind(start)
    chain.produceTo(20)
    chain.produce([register(yan)])
    chain.newcomers = [yan]
    chain.produceTo(64)
    // Its outputs are too young for snapshot 1, and by snapshot 2 it has voted often enough.
    expect(isWeighed(1, yan)).toBe(false)
    expect(isWeighed(2, yan)).toBe(true)
  })

  it('is refused to a peer without weight that never voted, however long it is registered', () => {
    chain.produce([register(zoe)])
    chain.produceTo(64)
    expect(isWeighed(1, zoe)).toBe(false)
    expect(isWeighed(2, zoe)).toBe(false)
  })

  it('stays as it was while nothing is justified', () => {
    chain.awake = [alice, bob, carol, dave]
    chain.produceTo(34)
    chain.isVoting = false
    chain.awake = [alice, bob, carol]
    chain.produceTo(100)
    expect(chain.state.tableOf(3)?.entries.map(entry => entry.peer)).toEqual(keysOf([alice, bob, carol, dave]))
    expect(chain.state.tableOf(3)?.entries).toEqual(chain.state.tableOf(1)?.entries)
  })

  it('of nobody leaves the table as it was', () => {
    chain.isVoting = false
    chain.produceTo(33)
    expect(chain.state.tableOf(1)?.entries).toEqual(chain.state.tableOf(0)?.entries)
  })

  it('is not for certificates carried more than VOTE_AGE epochs late, which count for nobody', () => {
    chain.produceTo(12)
    const { slot } = chain.state.header
    chain.isVoting = false
    const root = chain.certify(slot + 3)
    const { block } = chain.draft([], 40)
    const late = buildBlock(chain.state, { ...block.header, transactions: [], certificates: root })
    expect(late.state.header.justified.epoch).toBe(present(root[0], 'a certificate').vote.target.epoch)
    expect(epochsOf(late.state)).toEqual(epochsOf(chain.state))
  })
})
