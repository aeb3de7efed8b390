// Standing over many periods against a count from the blocks themselves [POS-9], and the same state for whoever builds,
// whoever applies and whoever starts from what was stored.
import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { exportAnchor, exportState, importState } from '#base-layer/state/persistence.ts'
import { applyBlock } from '#base-layer/state/transition.ts'
import { installNativeCrypto } from '#contracts/crypto/native.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { concatBytes, equalBytes } from '#contracts/primitives/bytes.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { Block } from '#contracts/statements/block.ts'
import type { Certificate } from '#contracts/statements/vote.ts'
import { ChainBuilder, output, peer, shares } from '#test/support/chain-builder.ts'
import { createRandom } from '#test/support/random.ts'

const NAMES = ['alice', 'bob', 'carol', 'dave', 'erin']
const LATER = ['xena', 'yan', 'zoe']
const secrets = new Map<string, Uint8Array>(
  [...NAMES, ...LATER, 'olga'].map(name => [peer(name).key, peer(name).secret])
)
// Keyed hashes stand for signatures: thousands of blocks in seconds.
const sign = (secret: Uint8Array, message: Uint8Array): Uint8Array => {
  const half = new Uint8Array(hash('sha256', concatBytes(secret, message), 'buffer'))
  return concatBytes(half, half)
}
installNativeCrypto({
  sha256: data => new Uint8Array(hash('sha256', data, 'buffer')),
  sign,
  verifyFast: (key, message, signature) => {
    const secret = secrets.get(key)
    return secret !== undefined && equalBytes(sign(secret, message), signature)
  }
})

const PARAMETERS = { lag: 8, period: 16, reveals: 2, standingMin: 3, standingWindow: 10, voteAge: 3 } as const

interface Counted {
  readonly epoch: number
  readonly final: number
  readonly link: string
  readonly voters: Set<PublicKey>
}

/** Counts standing from blocks alone, the slow way. */
class Oracle {
  readonly counted: Counted[] = []

  take(parent: ChainState, { header, certificates }: Block): void {
    const now = Math.floor((header.slot * 500) / 1000)
    for (const { vote, votes } of certificates) {
      const link = JSON.stringify(vote)
      const known = this.counted.find(one => one.epoch === vote.target.epoch)
      if (known?.link === link) for (const { peer: voter } of votes) known.voters.add(voter)
      if (known !== undefined || now - vote.target.epoch > PARAMETERS.voteAge) continue
      const voters = new Set(votes.map(one => one.peer))
      this.counted.push({ epoch: vote.target.epoch, final: parent.recordedFinal.height, link, voters })
    }
  }

  inStanding(who: PublicKey, registeredAt: number): boolean {
    const window = [...this.counted].sort((a, b) => a.epoch - b.epoch).slice(-PARAMETERS.standingWindow)
    const owed = window.filter(one => one.final >= registeredAt)
    const kept = owed.filter(one => one.voters.has(who))
    return owed.length >= PARAMETERS.standingMin && kept.length >= owed.length / 2
  }
}

function run(seed: string, heights: number): { readonly changes: number } {
  const random = createRandom(seed)
  const chain = new ChainBuilder({ peers: NAMES, parameters: PARAMETERS, owners: [...LATER, 'olga'] })
  chain.isRevealing = false
  const later = LATER.map(peer)
  const oracle = new Oracle()
  let absent: readonly PublicKey[] = []
  let changes = 0
  while (chain.state.height < heights) {
    const { state } = chain
    if (state.height % 24 === 0) absent = chain.peers.filter(() => random.chance(20)).map(one => one.key)
    const voting = chain.peers.filter(one => !absent.includes(one.key))
    // Everyone proposes, so that the chain goes on; who is absent votes late or not at all.
    chain.awake = chain.peers
    chain.isVoting = false
    const registered = later.filter(one => state.isPeer(one.key) && random.chance(60))
    const fresh = state.height > 2 && random.chance(5) ? later.find(one => !state.isPeer(one.key)) : undefined
    const links = random.chance(10) ? [] : chain.certify(state.header.slot + 1).map(one => one.vote)
    const recent = chain.blocks.slice(-8).flatMap(block => block.certificates)
    chain.late = [
      ...links.map(vote => chain.certificate(vote, [...voting, ...registered])),
      ...recent.filter(() => random.chance(5)).flatMap(one => lateOnes(chain, one, random.chance(50)))
    ]
    const transactions =
      fresh === undefined
        ? []
        : [
            chain.spend({
              from: fresh,
              to: [output(fresh.key, shares(300), fresh.key)],
              action: {
                kind: 'peer.register',
                peer: fresh.key,
                vrfKey: fresh.vrfKey,
                rewards: fresh.key,
                bondAtoms: shares(10)
              },
              locks: shares(10)
            })
          ]
    const block = chain.produce(transactions)
    oracle.take(state, block)
    if (chain.state.height % PARAMETERS.period === 0) changes += checkSnapshot(chain, oracle)
  }
  return { changes }
}

function lateOnes(chain: ChainBuilder, { vote }: Certificate, withNewcomers: boolean): readonly Certificate[] {
  const everyone = [...chain.peers, ...(withNewcomers ? LATER.map(peer) : [])].map(one => one.key)
  const lacking = chain.state.lateVoters(vote, everyone, chain.state.header.slot + 1)
  const voters = [...chain.peers, ...LATER.map(peer)].filter(one => lacking.includes(one.key))
  return voters.length === 0 ? [] : [chain.certificate(vote, voters)]
}

/** Returns 1 if the table is another than the one before. */
function checkSnapshot(chain: ChainBuilder, oracle: Oracle): number {
  const { state } = chain
  const period = state.height / PARAMETERS.period
  const before = present(state.tableOf(period - 1), 'a table')
  const hosted = new Map<PublicKey, bigint>()
  for (const [, { output: one, createdAt }] of state.entries('outputs')) {
    if (one.kind !== 'key' || one.host === null || createdAt > state.height - PARAMETERS.lag) continue
    hosted.set(one.host, (hosted.get(one.host) ?? 0n) + one.atoms)
  }
  const expected = [...state.entries('peers')]
    .filter(([key, record]) => record.registeredAt < state.height && oracle.inStanding(key, record.registeredAt))
    .filter(([key]) => (hosted.get(key) ?? 0n) > 0n)
    .map(([key]) => key)
    .sort()
  const peers = present(state.tableOf(period), 'a table').entries.map(entry => entry.peer)
  expect(peers).toEqual(expected.length > 0 ? expected : before.entries.map(entry => entry.peer))
  const restored = importState(chain.document, exportAnchor(state), exportState(state))
  expect(restored.ok && restored.value.stateRoot).toBe(state.stateRoot)
  if (restored.ok) {
    const { block } = chain.draft([])
    const [ours, theirs] = [applyBlock(state, block), applyBlock(restored.value, block)]
    expect(theirs.ok && ours.ok && theirs.value.id === ours.value.id).toBe(true)
  }
  return String(peers) === String(before.entries.map(entry => entry.peer)) ? 0 : 1
}

describe('standing over many periods [POS-9]', () => {
  it('is what the blocks say, for everyone, at every snapshot', () => {
    const changed = ['one', 'two', 'three', 'four'].map(seed => run(seed, 512).changes)
    expect(Math.min(...changed)).toBeGreaterThan(5)
  })
})
