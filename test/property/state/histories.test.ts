// Random histories: supply is conserved, what is built is what is applied, and the order of independent things
// does not matter [LED-2, PRF-2].
import { describe, expect, it } from 'vitest'
import { countSupply } from '#test/support/state-reads.ts'
import { applyBlock } from '#base-layer/state/transition.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { AssetBuilder, falseEdge, TestClaim } from '#test/support/asset-builder.ts'
import { type Actor, actor, ChainBuilder, output, shares } from '#test/support/chain-builder.ts'
import { createRandom, type Random } from '#test/support/random.ts'

const names = ['olga', 'oscar', 'wanda', 'walter']
const people = names.map(actor)

/** A few things people might do now; some of them do not apply. */
function drawTransactions(random: Random, chain: ChainBuilder, asset: AssetBuilder): readonly Transaction[] {
  const made: Transaction[] = []
  const attempt = (make: () => Transaction): void => {
    try {
      made.push(make())
    } catch (error) {
      // A person without a large enough output does nothing.
      if (!String(error).includes('has no output')) throw error
    }
  }
  for (let i = random.below(4); i > 0; i--) {
    const [from, to] = [random.pick(people), random.pick(people)]
    const host = random.chance(50) ? random.pick(chain.peers).key : null
    attempt(() =>
      chain.spend({
        from,
        to: [output(to.key, shares(random.between(1, 40)), host)],
        fee: BigInt(random.between(900, 5000))
      })
    )
  }
  const { status, sequence } = asset.record
  const poster = random.pick(people)
  if (status === 'live' && random.chance(15))
    attempt(() => asset.post(poster, falseEdge(asset).statement, random.chance(80) ? [0, 1, 2] : [0, 1]))
  const last = chain.state.get('checkpoints', { asset: asset.id, sequence })
  if (last?.status === 'standing' && last.statement !== null && random.chance(10)) {
    const { claim } = falseEdge(asset)
    const target = { kind: 'checkpoint', asset: asset.id, sequence, checkpoint: last.id } as const
    attempt(() => new TestClaim(chain, poster, target, claim, shares(1)).commit)
  }
  if (random.chance(5)) attempt(() => asset.bond(poster, [`v${random.below(12)}`]))
  return made
}

function playHistory(seed: string, blocks: number): ChainBuilder {
  const random = createRandom(seed)
  const chain = new ChainBuilder({ owners: names })
  const asset = new AssetBuilder(chain, people[0] as Actor)
  chain.produce([asset.transaction])
  chain.produce([asset.bond(people[1] as Actor, ['v1', 'v2', 'v3', 'v4', 'v5', 'v6'])])
  while (chain.state.height < blocks) {
    chain.isVoting = !random.chance(10)
    const { block, dropped } = chain.draft(drawTransactions(random, chain, asset), random.below(2))
    expect(dropped.length).toBeLessThan(6)
    chain.append(block)
    if (chain.state.height === 32 || chain.state.height === 64) chain.produce()
    expect(countSupply(chain.state)).toBe(chain.state.chain.supply)
  }
  return chain
}

describe('a random history', () => {
  it.each(['one', 'two', 'three'])(
    'of seed %s conserves every atom in every block and replays to the same state [LED-2]',
    seed => {
      const chain = playHistory(seed, 110)
      let state = chain.genesisState
      for (const block of chain.blocks) {
        const applied = applyBlock(state, block)
        if (!applied.ok) throw new Error(applied.code)
        state = applied.value
      }
      expect(state.id).toBe(chain.state.id)
      expect(state.stateRoot).toBe(chain.state.stateRoot)
    }
  )
})

describe('payments of different people', () => {
  it('give the same outputs in any order, though another block', () => {
    const chain = new ChainBuilder({ owners: names })
    const payments = people.map((from, i) => chain.pay(from, people[(i + 1) % 4] as Actor, shares(i + 1)))
    const forward = applyBlock(chain.state, chain.draft(payments).block)
    const backward = applyBlock(chain.state, chain.draft([...payments].reverse()).block)
    if (!forward.ok || !backward.ok) throw new Error('refused')
    expect(forward.value.trees.outputs.root).toEqual(backward.value.trees.outputs.root)
    expect(forward.value.header.spentRoot).toBe(backward.value.header.spentRoot)
    expect(forward.value.header.transactionsRoot).not.toBe(backward.value.header.transactionsRoot)
  })
})
