// The sections of one state as persistent trees [PRF-2]: forks share what they have in common, so a state per
// block costs what the block changed. Values are kept beside their hashes, as bytes where there may be millions; keys
// and values are written by the codecs of sections.ts.
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import { type LeafNode, leafOf, octetBitAt, packedLeafOf, pathOctetsOf, type TreeNode } from '#contracts/merkle/node.ts'
import { SparseTree } from '#contracts/merkle/sparse-tree.ts'
import type { OctetChange, TreeChange } from '#contracts/merkle/update.ts'
import { putHex } from '#contracts/primitives/bytes.ts'
import { type Hash, ZERO_HASH } from '#contracts/primitives/ids.ts'
import { bytesOfOctets, type Octets } from '#contracts/primitives/octets.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import { type KeyOf, SECTION_NAMES, SECTIONS, type SectionName, stateRootOf, type ValueOf } from './sections.ts'

/** Sections whose keys are hex32 of sections.ts. */
export const KEYED_BY_ID: ReadonlySet<SectionName> = new Set<SectionName>([
  'outputs',
  'keys',
  'assets',
  'bonds',
  'balances',
  'peers',
  'hosts'
])
const ID_BYTES = 32

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

// Filled and read before anything else can run, so one serves all ids: the head of 32 bytes, and the bytes.
const idKey = Uint8Array.of(0x58, ID_BYTES, ...new Uint8Array(ID_BYTES))

/** The same in memory that the next call writes over, for the sections whose keys are ids. */
export function borrowKey<S extends SectionName>(section: S, key: KeyOf<S>): Uint8Array {
  if (!KEYED_BY_ID.has(section)) return encodeKey(section, key)
  const id: string = key as Hash
  assert(id.length === 2 * ID_BYTES && id !== ZERO_HASH && putHex(id, idKey, 2), 'not a 32-byte id')
  return idKey
}

/** Where the leaf of a key is, or would be. */
export function pathOfKey<S extends SectionName>(section: S, key: KeyOf<S>): Octets {
  return pathOctetsOf(borrowKey(section, key))
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
  return treeOf(trees, section).find(pathOfKey(section, key))?.value
}

/** Root of all sections [PRF-2]. */
export function rootOfTrees(trees: SectionTrees): Hash {
  return stateRootOf(SECTION_NAMES.map(name => trees[name].root))
}

/** Sections with a leaf for each of many people: their leaves keep bytes and read them when asked. */
const PACKED: ReadonlySet<SectionName> = new Set<SectionName>(['outputs', 'keys', 'names', 'hosts'])

const unpackers = Object.fromEntries(SECTION_NAMES.map(name => [name, unpackerOf(name)])) as unknown as {
  readonly [S in SectionName]: (bytes: Uint8Array) => ValueOf<S>
}

/** Reads the value of a leaf that this program wrote. */
function unpackerOf<S extends SectionName>(section: S): (bytes: Uint8Array) => ValueOf<S> {
  const codec = SECTIONS[section].value as unknown as ValueCodec<S>
  return bytes => {
    const value = decode(codec, bytes, bytes.length)
    assert(value.ok, 'a value in state is canonical')
    return value.value
  }
}

function stateLeaf<S extends SectionName>(
  section: S,
  key: Uint8Array,
  path: Octets,
  valueBytes: Uint8Array,
  value: ValueOf<S>
): LeafNode<ValueOf<S>> {
  return PACKED.has(section)
    ? packedLeafOf<ValueOf<S>>(key, path, valueBytes, unpackers[section] as (bytes: Uint8Array) => ValueOf<S>)
    : leafOf(key, valueBytes, value)
}

/** The change of one leaf, for SparseTree.withOctets; `path` is the key's, and `key` may be borrowed. */
export function changeAt<S extends SectionName>(
  section: S,
  key: Uint8Array,
  path: Octets,
  value: ValueOf<S> | undefined
): OctetChange<ValueOf<S>> {
  const leaf = value === undefined ? null : stateLeaf(section, key, path, encodeValue(section, value), value)
  return { at: path, leaf }
}

/** The same for SparseTree.with. */
export function changeOf<S extends SectionName>(
  section: S,
  key: Uint8Array,
  value: ValueOf<S> | undefined
): TreeChange<ValueOf<S>> {
  const { at, leaf } = changeAt(section, key, pathOctetsOf(key), value)
  return { path: bytesOfOctets(at), leaf }
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
    const changed = leavesApart(to[section].node, from[section].node)
    const kept = new Set(changed.map(leaf => leaf.keyOctets))
    for (const { key, keyOctets } of leavesApart(from[section].node, to[section].node)) {
      assert(key !== undefined, 'state keeps the key of every leaf')
      if (!kept.has(keyOctets)) yield { section, key, value: null }
    }
    for (const leaf of changed) yield stored(section, leaf)
  }
}

/**
 * The trees that stored leaves stand for, or undefined if a leaf is not canonical, does not fit its section, or
 * is there twice.
 */
export function restoreSections(entries: Iterable<StoredEntry>): SectionTrees | undefined {
  const trees = new Map<SectionName, SparseTree<unknown>>(SECTION_NAMES.map(name => [name, SparseTree.empty()]))
  const changes = new Map<SectionName, OctetChange<unknown>[]>(SECTION_NAMES.map(name => [name, []]))
  /** False if a key came twice. */
  const grow = (section: SectionName): boolean => {
    const tree = present(trees.get(section), 'a section')
    const list = present(changes.get(section), 'a section')
    if (new Set(list.map(({ at }) => at)).size !== list.length) return false
    const grown = tree.withOctets(list)
    trees.set(section, grown)
    changes.set(section, [])
    return grown.size === tree.size + list.length
  }
  for (const { section, key, value } of entries) {
    if (value === null || !SECTION_NAMES.includes(section)) return undefined
    const decoded = decode(SECTIONS[section].value as unknown as Codec<unknown>, value, value.length)
    if (!decoded.ok) return undefined
    const at = pathOctetsOf(key)
    const list = present(changes.get(section), 'a section')
    list.push({ at, leaf: stateLeaf(section, key, at, value, decoded.value as ValueOf<typeof section>) })
    if (list.length >= GROWN_AT_ONCE && !grow(section)) return undefined
  }
  return SECTION_NAMES.every(grow) ? (Object.fromEntries(trees) as unknown as SectionTrees) : undefined
}

/** Leaves put into a tree together: a list of millions beside the tree would take as much memory as the tree. */
const GROWN_AT_ONCE = 65_536

function stored(section: SectionName, leaf: LeafNode<unknown>): StoredEntry {
  const { key, packed } = leaf
  assert(key !== undefined, 'state keeps the key of every leaf')
  if (packed !== undefined) return { section, key, value: packed }
  assert(leaf.value !== undefined, 'state keeps the value of every leaf')
  return { section, key, value: encode(SECTIONS[section].value as unknown as Codec<unknown>, leaf.value) }
}

/** Leaves below `node` that are not, as the same object, at the same place below `other`. */
function leavesApart(node: TreeNode<unknown>, other: TreeNode<unknown>): readonly LeafNode<unknown>[] {
  const apart: LeafNode<unknown>[] = []
  collectApart(node, other, 0, apart)
  return apart
}

function collectApart(
  node: TreeNode<unknown>,
  other: TreeNode<unknown>,
  depth: number,
  apart: LeafNode<unknown>[]
): void {
  if (node === other || node.kind === 'empty') return
  if (node.kind === 'branch') {
    const isBranch = other.kind === 'branch'
    collectApart(node.left, isBranch ? other.left : other, depth + 1, apart)
    collectApart(node.right, isBranch ? other.right : other, depth + 1, apart)
    return
  }
  assert(node.kind === 'leaf', 'a full tree shows every leaf')
  let place = other
  for (let at = depth; place.kind === 'branch'; at++) {
    place = octetBitAt(node.head, at) === 0 ? place.left : place.right
  }
  if (place !== node) apart.push(node)
}
