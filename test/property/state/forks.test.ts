// Random histories over forks: whatever was tried on other branches, the state of a branch is the one that its blocks lead
// to from genesis, and no atom is gained or lost on any [LED-2, PRF-2, PRF-4].
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import type { KeyEntry } from '#base-layer/state/trees/key-history.ts'
import { exportAnchor, exportState, importState } from '#base-layer/state/persistence.ts'
import { countSupply } from '#test/support/state-reads.ts'
import { applyBlock } from '#base-layer/state/transition.ts'
import { appendEntry } from '#contracts/merkle/history.ts'
import { EMPTY_LOG, type LogFrontier } from '#contracts/merkle/log.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { Block } from '#contracts/statements/block.ts'
import { AnyAct } from '#test/support/any-act.ts'
import { type Actor, actor, ChainBuilder, shares } from '#test/support/chain-builder.ts'
import { createRandom } from '#test/support/random.ts'

const names = ['olga', 'oscar', 'wanda', 'walter']
const people = names.map(actor)
/** As short as section 21 allows, so that bonds come back within a history. */
const parameters = { evidenceAgeTicks: 92 }

interface Branch {
  readonly state: ChainState
  readonly blocks: readonly Block[]
}

function playForks(seed: string, steps: number) {
  const random = createRandom(`forks ${seed}`)
  const chain = new ChainBuilder({ owners: names, parameters })
  const acts = new AnyAct(random, chain, people)
  const kinds = new Set<string>()
  const branches: Branch[] = []
  const states: ChainState[] = [chain.state]
  for (let step = 0; step < steps; step++) {
    if (random.chance(6)) {
      branches.push({ state: chain.state, blocks: [...chain.blocks] })
      const height = Math.max(0, chain.state.height - random.between(1, 12))
      states.length = height + 1
      chain.rewind(present(states[height], 'a state for each height'))
    }
    // What was left out spends nothing, so its inputs may be chosen again.
    chain.rewind(chain.state)
    chain.isVoting = !random.chance(10)
    const made = Array.from({ length: random.below(5) }, () => acts.next()).filter(one => one !== undefined)
    const { block } = chain.draft(made, random.below(2))
    for (const { action } of block.transactions) kinds.add(action?.kind ?? 'payment')
    chain.append(block)
    if (chain.state.height % 32 === 0) chain.produce()
    while (states.length <= chain.state.height) states.push(chain.state)
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  }
  branches.push({ state: chain.state, blocks: [...chain.blocks] })
  return { genesis: chain.genesisState, document: chain.document, branches, kinds }
}

function replay(
  start: ChainState,
  blocks: readonly Block[],
  visit: (state: ChainState) => void = () => {}
): ChainState {
  let state = start
  for (const block of blocks) {
    const applied = applyBlock(state, block)
    if (!applied.ok) throw new Error(`${applied.code} ${applied.why}`)
    state = applied.value
    visit(state)
  }
  return state
}

describe.each(['one', 'two', 'three'])('a history over forks, of seed %s,', seed => {
  const { genesis, document, branches, kinds } = playForks(seed, 170)
  const last = present(branches.at(-1), 'a branch')

  it('does most of what can be done', () => {
    expect(branches.length).toBeGreaterThan(4)
    expect(kinds.size).toBeGreaterThanOrEqual(9)
  })

  it('leads on every branch to the state that its blocks lead to from genesis [LED-2, PRF-2]', () => {
    for (const { state, blocks } of branches) {
      const again = replay(genesis, blocks)
      expect(again.id).toBe(state.id)
      expect(again.stateRoot).toBe(state.stateRoot)
      expect(again.keyEntries).toEqual(state.keyEntries)
    }
  })

  it('goes on the same from a state that was stored and read back', () => {
    const half = Math.floor(last.blocks.length / 2)
    const stored = replay(genesis, last.blocks.slice(0, half))
    const restored = importState(document, exportAnchor(stored), exportState(stored))
    if (!restored.ok) throw new Error(restored.code)
    expect(replay(restored.value, last.blocks.slice(half)).stateRoot).toBe(last.state.stateRoot)
  })

  it('tells all that touched a key, each once, in the order in which its history counts it [PRF-4]', () => {
    const entries: KeyEntry[] = []
    const state = replay(genesis, last.blocks, one => entries.push(...one.keyEntries))
    const histories = new Map<PublicKey, LogFrontier>()
    const seen = new Set<string>()
    for (const { key, index, entry } of entries) {
      const history = histories.get(key) ?? EMPTY_LOG
      expect(index).toBe(history.size)
      expect(seen.has(`${key}/${entry.id}`)).toBe(false)
      seen.add(`${key}/${entry.id}`)
      histories.set(key, appendEntry(history, entry))
    }
    const recorded = [...state.entries('keys')]
    expect(recorded.length).toBe(histories.size)
    for (const [key, { frontier }] of recorded) expect(frontier).toEqual(histories.get(key))
  })
})

describe('payments of different people', () => {
  const chain = new ChainBuilder({ owners: names })
  const payments = people.flatMap((from, i) => [
    chain.pay(from, people[(i + 1) % 4] as Actor, shares(i + 1)),
    chain.pay(from, people[(i + 2) % 4] as Actor, shares(i + 9))
  ])

  it('give the same outputs in any order, and what they cost is where it belongs [LED-2, PRF-2]', () => {
    const roots = new Set<string>()
    fc.assert(
      fc.property(fc.shuffledSubarray(payments, { minLength: payments.length }), order => {
        const applied = applyBlock(chain.state, chain.draft(order).block)
        if (!applied.ok) throw new Error(applied.code)
        roots.add(String(applied.value.trees.outputs.root))
        expect(countSupply(applied.value)).toBe(applied.value.chain.supply)
      }),
      { numRuns: 12, seed: 7 }
    )
    expect(roots.size).toBe(1)
  })
})
