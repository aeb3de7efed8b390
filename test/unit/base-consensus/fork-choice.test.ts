import { describe, expect, it } from 'vitest'
import { BlockTree, type TreeNode } from '#base-layer/consensus/block-tree.ts'
import { blockToAcknowledge, preferredTip, tipWeight } from '#base-layer/consensus/fork-choice.ts'
import { blockOn, EVEN, headerOf, ToyState } from './fixtures.ts'

const BIT = 1n << 32n

/** A tree drawn by hand: scores and live weights are what the test says. */
class Drawing {
  readonly tree = new BlockTree(new ToyState(headerOf({}), EVEN))

  add(
    parent: TreeNode<ToyState>,
    slot: number,
    bits: { score?: number; live?: number; mark?: string } = {}
  ): TreeNode<ToyState> {
    const block = blockOn(parent.state, { slot, mark: bits.mark ?? '' })
    const header = { ...block.header, score: BigInt(bits.score ?? 0) * BIT }
    const node = this.tree.add(parent, { ...block, header }, new ToyState(header, EVEN))
    node.live = BigInt(bits.live ?? 0) * BIT
    return node
  }
}

describe('fork choice [POS-7, POS-8]', () => {
  it('prefers the tip whose score and live weight are greatest, not the longest chain', () => {
    const draw = new Drawing()
    const short = draw.add(draw.tree.root, 1, { live: 9 })
    const long = draw.add(draw.add(draw.tree.root, 1, { mark: 'b' }), 2, { score: 3, live: 2 })
    expect(preferredTip(draw.tree, draw.tree.root)).toBe(short)
    long.live = 7n * BIT
    expect(preferredTip(draw.tree, draw.tree.root)).toBe(long)
  })

  it('counts the greater of what is live and what any child records, so no child depresses its parent', () => {
    const draw = new Drawing()
    const parent = draw.add(draw.tree.root, 1, { live: 8 })
    const child = draw.add(parent, 2, { score: 3 })
    expect(tipWeight(parent)).toBe(8n * BIT)
    expect(preferredTip(draw.tree, draw.tree.root)).toBe(parent)
    draw.add(parent, 2, { score: 9, mark: 'b' })
    expect(tipWeight(parent)).toBe(9n * BIT)
    expect(tipWeight(child)).toBe(3n * BIT)
  })

  it('prefers a child that nobody acknowledged yet to its equally heavy parent', () => {
    const draw = new Drawing()
    const parent = draw.add(draw.tree.root, 1, { live: 5 })
    const child = draw.add(parent, 2, { score: 5 })
    expect(preferredTip(draw.tree, draw.tree.root)).toBe(child)
  })

  it('settles ties between branches by the lower id', () => {
    const draw = new Drawing()
    const nodes = ['a', 'b', 'c'].map(mark => draw.add(draw.tree.root, 1, { live: 4, mark }))
    const lowest = nodes.map(node => node.id).sort()[0]
    expect(preferredTip(draw.tree, draw.tree.root).id).toBe(lowest)
  })

  it('looks only above the block it starts from', () => {
    const draw = new Drawing()
    const start = draw.add(draw.tree.root, 1)
    draw.add(draw.tree.root, 1, { live: 9, mark: 'b' })
    expect(preferredTip(draw.tree, start)).toBe(start)
  })

  it('gives live weight to neither of two blocks that one proposer made in a slot [POS-5]', () => {
    const draw = new Drawing()
    const doubled = draw.add(draw.tree.root, 1, { live: 9 })
    const other = draw.add(draw.tree.root, 2, { live: 1, mark: 'b' })
    doubled.doubled = true
    expect(preferredTip(draw.tree, draw.tree.root)).toBe(other)
  })
})

describe('the block to acknowledge [POS-5]', () => {
  it('is the preferred block if it is of the slot', () => {
    const draw = new Drawing()
    const head = draw.add(draw.tree.root, 3)
    expect(blockToAcknowledge(draw.tree, head, 3)).toBe(head)
  })

  it('is the heaviest block of the slot that extends the preferred one', () => {
    const draw = new Drawing()
    const head = draw.add(draw.tree.root, 2, { live: 6 })
    const [light, heavy] = [draw.add(head, 3, { score: 1, mark: 'b' }), draw.add(head, 3, { score: 4, mark: 'c' })]
    expect(preferredTip(draw.tree, draw.tree.root)).toBe(head)
    expect(blockToAcknowledge(draw.tree, head, 3)).toBe(heavy)
    expect(light).not.toBe(heavy)
  })

  it('is never on another branch, nor of another slot, nor the final block', () => {
    const draw = new Drawing()
    const head = draw.add(draw.tree.root, 2, { live: 6 })
    draw.add(draw.tree.root, 3, { mark: 'b' })
    expect(blockToAcknowledge(draw.tree, head, 3)).toBeUndefined()
    expect(blockToAcknowledge(draw.tree, draw.tree.root, 0)).toBeUndefined()
  })
})

describe('the block tree', () => {
  it('forgets on finality all that does not descend from the final block', () => {
    const draw = new Drawing()
    const a = draw.add(draw.tree.root, 1)
    const b = draw.add(a, 2)
    const fork = draw.add(draw.add(draw.tree.root, 1, { mark: 'x' }), 2)
    const tip = draw.add(b, 3)
    expect(draw.tree.prune(b)).toEqual([a, b])
    expect(draw.tree.get(fork.id)).toBeUndefined()
    expect(draw.tree.get(a.id)).toBeUndefined()
    expect([...draw.tree.nodes()]).toEqual([b, tip])
    expect(draw.tree.descends(tip, b)).toBe(true)
  })

  it('gives up the lightest leaf it may', () => {
    const draw = new Drawing()
    const [light, heavy] = [
      draw.add(draw.tree.root, 1, { score: 1 }),
      draw.add(draw.tree.root, 1, { score: 2, mark: 'b' })
    ]
    expect(draw.tree.evict(leaf => leaf !== light, tipWeight)).toBe(true)
    expect(draw.tree.get(heavy.id)).toBeUndefined()
    expect(draw.tree.evict(leaf => leaf !== light, tipWeight)).toBe(false)
    expect(draw.tree.root.children).toEqual([light])
  })
})
