// The leaves of a section that a block must look at whatever is in it: assets that live, claims that wait, bonds to
// be paid back. Found by following what changed between two states, so that what has ended or only lies there costs
// nothing. The answer is a function of the section's leaves.
import type { LeafNode, TreeNode } from '#contracts/merkle/node.ts'
import { isEnded } from '../assets/life.ts'
import type { SectionTrees } from './section-trees.ts'
import type { ValueOf } from './sections.ts'

interface Selections {
  /** Those that may still change by themselves. */
  readonly assets: (value: ValueOf<'assets'>) => boolean
  /** Lists of an asset's claims that wait for ticks [CLM-4]. */
  readonly claims: (value: ValueOf<'claims'>) => boolean
  /** Retired, with a bond that waits to be paid back [FIN-4]. */
  readonly peers: (value: ValueOf<'peers'>) => boolean
}
export type SelectedSection = keyof Selections

const SELECTIONS: Selections = {
  assets: ({ status, settled, sequence }) => !isEnded(status) || settled < sequence,
  claims: ({ kind }) => kind === 'open',
  peers: ({ countedTo, bondAtoms }) => countedTo !== null && bondAtoms > 0n
}

export function isSelected<S extends SelectedSection>(section: S, value: ValueOf<S>): boolean {
  return (SELECTIONS[section] as (value: ValueOf<S>) => boolean)(value)
}

type Leaves = readonly LeafNode<unknown>[]
const NONE: Leaves = []
/** By node: forks and successors share the subtrees that did not change. A section's nodes are in no other section. */
const remembered = new WeakMap<TreeNode<unknown>, Leaves>()

/** The selected leaves of a section, in order of path. */
export function selectedLeaves<S extends SelectedSection>(trees: SectionTrees, section: S): Leaves {
  return leavesBelow(trees[section].node as TreeNode<unknown>, SELECTIONS[section] as (value: never) => boolean)
}

function leavesBelow(node: TreeNode<unknown>, select: (value: never) => boolean): Leaves {
  if (node.kind === 'leaf') return select(node.value as never) ? [node] : NONE
  if (node.kind !== 'branch') return NONE
  const known = remembered.get(node)
  if (known !== undefined) return known
  const left = leavesBelow(node.left, select)
  const right = leavesBelow(node.right, select)
  const both = left.length === 0 ? right : right.length === 0 ? left : [...left, ...right]
  remembered.set(node, both)
  return both
}
