// The sections of one state as persistent trees [PRF-2]: forks share what they have in common, so a state per
// block costs what the block changed. Values are kept beside their hashes; keys and values are written by the
// codecs of sections.ts.
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import { leafOf, pathOf, type TreeNode } from '#contracts/merkle/node.ts'
import { SparseTree } from '#contracts/merkle/sparse-tree.ts'
import type { TreeChange } from '#contracts/merkle/update.ts'
import type { Hash } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'
import { type KeyOf, SECTION_NAMES, SECTIONS, type SectionName, stateRootOf, type ValueOf } from './sections.ts'

type TreeIn<S extends SectionName> = SparseTree<ValueOf<S>>
type KeyCodec<S extends SectionName> = Codec<KeyOf<S>>
type ValueCodec<S extends SectionName> = Codec<ValueOf<S>>

export type SectionTrees = { readonly [S in SectionName]: TreeIn<S> }

/** One leaf as it is stored: canonical bytes of key and value; a null value means that the key is gone. */
export interface StoredEntry {
  readonly section: SectionName
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

export function emptySections(): SectionTrees {
  return Object.fromEntries(SECTION_NAMES.map(name => [name, SparseTree.empty()])) as unknown as SectionTrees
}

export function treeOf<S extends SectionName>(trees: SectionTrees, section: S): SparseTree<ValueOf<S>> {
  return trees[section] as unknown as TreeIn<S>
}

export function encodeKey<S extends SectionName>(section: S, key: KeyOf<S>): Uint8Array {
  return encode(SECTIONS[section].key as unknown as KeyCodec<S>, key)
}

export function encodeValue<S extends SectionName>(section: S, value: ValueOf<S>): Uint8Array {
  return encode(SECTIONS[section].value as unknown as ValueCodec<S>, value)
}

/** The key of a leaf that this program wrote. */
export function decodeKey<S extends SectionName>(section: S, bytes: Uint8Array): KeyOf<S> {
  const key = decode(SECTIONS[section].key as unknown as KeyCodec<S>, bytes, bytes.length)
  assert(key.ok, 'a key in state is canonical')
  return key.value
}

export function readSection<S extends SectionName>(
  trees: SectionTrees,
  section: S,
  key: KeyOf<S>
): ValueOf<S> | undefined {
  return treeOf(trees, section).get(pathOf(encodeKey(section, key)))?.value
}

/** Root of all sections [PRF-2]. */
export function rootOfTrees(trees: SectionTrees): Hash {
  return stateRootOf(SECTION_NAMES.map(name => trees[name].root))
}

/** The change of one leaf, for SparseTree.with. */
export function changeOf<S extends SectionName>(
  section: S,
  key: Uint8Array,
  value: ValueOf<S> | undefined
): TreeChange<ValueOf<S>> {
  if (value === undefined) return { path: pathOf(key), leaf: null }
  const leaf = leafOf(key, encodeValue(section, value), value)
  return { path: leaf.path, leaf }
}

/** Every leaf of a state, section by section, in order of path. */
export function* storedEntries(trees: SectionTrees): Generator<StoredEntry, undefined> {
  for (const section of SECTION_NAMES) {
    for (const leaf of trees[section].entries()) yield stored(section, leaf)
  }
}

/** What differs between two states, found by skipping every node they share. */
export function* changedBetween(from: SectionTrees, to: SectionTrees): Generator<StoredEntry, undefined> {
  for (const section of SECTION_NAMES) {
    const changed = new Map<string, StoredEntry>()
    for (const gone of leavesApart(from[section].node, to[section].node)) {
      changed.set(String(gone.key), { section, key: gone.key, value: null })
    }
    for (const leaf of leavesApart(to[section].node, from[section].node)) {
      changed.set(String(leaf.key), stored(section, leaf))
    }
    yield* changed.values()
  }
}

/**
 * The trees that stored leaves stand for, or undefined if a leaf is not canonical or does not fit its section.
 */
export function restoreSections(entries: Iterable<StoredEntry>): SectionTrees | undefined {
  const changes = new Map<SectionName, TreeChange<unknown>[]>()
  for (const { section, key, value } of entries) {
    if (value === null || !SECTION_NAMES.includes(section)) return undefined
    const decoded = decode(SECTIONS[section].value as unknown as Codec<unknown>, value, value.length)
    if (!decoded.ok) return undefined
    const leaf = leafOf<unknown>(key, value, decoded.value)
    const list = changes.get(section)
    if (list === undefined) changes.set(section, [{ path: leaf.path, leaf }])
    else list.push({ path: leaf.path, leaf })
  }
  return Object.fromEntries(
    SECTION_NAMES.map(name => [name, SparseTree.empty<unknown>().with(changes.get(name) ?? [])])
  ) as unknown as SectionTrees
}

interface KeyedLeaf {
  readonly key: Uint8Array
  readonly value: unknown
}

function stored(
  section: SectionName,
  leaf: { readonly key: Uint8Array | undefined; readonly value: unknown }
): StoredEntry {
  assert(leaf.key !== undefined && leaf.value !== undefined, 'state keeps the key and value of every leaf')
  return { section, key: leaf.key, value: encode(SECTIONS[section].value as unknown as Codec<unknown>, leaf.value) }
}

/** Leaves below `node` that are not, as the same object, at the same place below `other`. */
function* leavesApart(node: TreeNode<unknown>, other: TreeNode<unknown>): Generator<KeyedLeaf, undefined> {
  if (node === other || node.kind === 'empty') return
  if (node.kind === 'branch') {
    const sides = other.kind === 'branch' ? ([other.left, other.right] as const) : ([other, other] as const)
    yield* leavesApart(node.left, sides[0])
    yield* leavesApart(node.right, sides[1])
    return
  }
  assert(node.kind === 'leaf' && node.key !== undefined, 'a full tree shows every leaf')
  if (!holds(other, node)) yield { key: node.key, value: node.value }
}

function holds(tree: TreeNode<unknown>, leaf: TreeNode<unknown>): boolean {
  return tree === leaf || (tree.kind === 'branch' && (holds(tree.left, leaf) || holds(tree.right, leaf)))
}
