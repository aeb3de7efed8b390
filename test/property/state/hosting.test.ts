// What hosts represent is kept as outputs come and go; at every block it is what a walk over all outputs finds [POS-1].
import { describe, expect, it } from 'vitest'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { countedIn } from '#base-layer/state/finality/hosting.ts'
import { hostOf, ownerOf } from '#contracts/ledger/output.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { actor, ChainBuilder, output, shares } from '#test/support/chain-builder.ts'
import { createRandom } from '#test/support/random.ts'

const OWNERS = ['olga', 'oscar', 'otto']
/** Named as a host, and never registered. */
const STRANGER = actor('stranger')

/** Atoms by host of what a snapshot of `period` counts, were nothing spent or hosted until then. */
function walk(state: ChainState, period: number, parameters: { readonly lag: number; readonly period: number }) {
  const found = new Map<PublicKey, bigint>()
  for (const [, { output: one, createdAt }] of state.entries('outputs')) {
    const host = hostOf(one)
    if (host === null || createdAt > period * parameters.period - parameters.lag) continue
    found.set(host, (found.get(host) ?? 0n) + one.atoms)
  }
  return [...found].sort()
}

function kept(state: ChainState, period: number) {
  return [...state.entries('hosts')]
    .map(([host, record]) => [host, countedIn(record, period)] as const)
    .filter(([, atoms]) => atoms > 0n)
    .sort()
}

function run(seed: string, lag: number): void {
  const random = createRandom(seed)
  const chain = new ChainBuilder({ owners: OWNERS, parameters: { lag, period: 16, reveals: 4 } })
  const hosts = [...chain.peers.map(one => one.key), STRANGER.key]
  const { parameters } = chain.state.chain
  while (chain.state.height < 100) {
    const spends = OWNERS.filter(() => random.chance(40)).flatMap(name => {
      const from = actor(name)
      const owned = [...chain.state.entries('outputs')].filter(
        ([, one]) => ownerOf(one.output) === from.key && one.output.atoms > shares(2)
      )
      if (owned.length === 0) return []
      const [id] = random.pick(owned)
      const to = [output(random.pick(OWNERS.map(actor)).key, shares(1), hosts[random.below(hosts.length + 1)] ?? null)]
      return [chain.spend({ from, inputs: [id], to: random.chance(70) ? to : [...to, ...to] })]
    })
    // Some that do not apply, whose traces have to go.
    const bad = random.chance(30)
      ? OWNERS.slice(0, 1).map(name =>
          chain.spend({
            from: actor(name),
            to: [output(STRANGER.key, 5n, hosts[random.below(hosts.length + 1)] ?? null)],
            fee: 1n
          })
        )
      : []
    const { block } = chain.draft([...bad, ...spends])
    chain.append(block)
    const { state } = chain
    const newest = Math.floor(state.height / parameters.period)
    for (let period = newest; period < newest + 4; period++) {
      // Before a snapshot, only what existed by then is asked for; after it, it is what is left of it.
      expect(kept(state, period)).toEqual(walk(state, period, parameters))
    }
    for (const [, { aged, young }] of state.entries('hosts')) expect(aged > 0n || young.length > 0).toBe(true)
  }
}

describe('what hosts represent [POS-1]', () => {
  it('is what all outputs say, whatever was made, moved, spent and refused', () => {
    for (const seed of ['one', 'two', 'three']) run(seed, 10)
  })

  it('holds where LAG is as long as a period', () => {
    run('long', 16)
  })
})
