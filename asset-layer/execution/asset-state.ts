// The state of one asset as a member or watcher holds it between two commits: the tree, the open sequence and
// what the last commit left over. A value: keeping an old one is a snapshot. Made here from a checkpoint,
// advanced by `executeCommit`.
import { CURSOR_KEY, cursorCodec, EXITS_KEY, OUTBOX_KEY } from '#contracts/assets/reserved.ts'
import { decode } from '#contracts/codec/codec.ts'
import { EMPTY_LOG, frontierRoot, type LogFrontier, logFrontierCodec } from '#contracts/merkle/log.ts'
import { pathOf } from '#contracts/merkle/node.ts'
import type { SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { CheckpointId, Hash, Height } from '#contracts/primitives/ids.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import type { Statement } from '#contracts/statements/statement.ts'

/** The sequence that commits are adding steps to [CKP-1]. */
export interface OpenSequence {
  readonly sequence: number
  readonly previous: CheckpointId
  readonly previousBaseHeight: Height
  readonly preRoot: Hash
  readonly firstStep: number
  /** Of the leaves so far; its size is the number of steps. */
  readonly trace: LogFrontier
  /** True once it holds a step other than a `settled` notice. */
  readonly substantial: boolean
}

export interface AssetState {
  readonly tree: SparseTree<Uint8Array>
  readonly open: OpenSequence
  /** Commits executed in this dag; the newest one's index. */
  readonly commitIndex: number
  /** Base height of the newest commit, at first the epoch's beginning [DAG-5]. */
  readonly baseHeight: Height
  /** Log items consumed; equals the cursor in the tree. */
  readonly logConsumed: number
  /** Instructions that did not fit into the commits so far, in order [DAG-5]. */
  readonly leftover: readonly Uint8Array[]
  /** True after a commit that closes by `epoch`: this dag executes nothing more. */
  readonly ended: boolean
}

/** Where a dag starts: a checkpoint or certified statement of which the whole state is at hand. */
export interface StartingPoint {
  readonly id: CheckpointId
  readonly sequence: number
  readonly baseHeight: Height
  /** Index of the step after its last: 0 for the registration. */
  readonly nextStep: number
  readonly tree: SparseTree<Uint8Array>
}

/** The starting point that a closing statement gives. */
export function startingPointOf(id: CheckpointId, statement: Statement, tree: SparseTree<Uint8Array>): StartingPoint {
  const { sequence, baseHeight, firstStep, stepCount, postRoot } = statement
  assert(rootOf(tree) === postRoot, 'the tree is the one of the statement')
  return { id, sequence, baseHeight, nextStep: firstStep + stepCount, tree }
}

/** The state in which a dag begins; `begins` is its epoch's beginning. */
export function openAssetState(start: StartingPoint, begins: Height): AssetState {
  return {
    tree: start.tree,
    open: openSequence(start),
    commitIndex: 0,
    baseHeight: Math.max(begins, start.baseHeight),
    logConsumed: reservedOf(start.tree).cursor,
    leftover: [],
    ended: false
  }
}

export function openSequence({ id, sequence, baseHeight, nextStep, tree }: StartingPoint): OpenSequence {
  return {
    sequence: sequence + 1,
    previous: id,
    previousBaseHeight: baseHeight,
    preRoot: rootOf(tree),
    firstStep: nextStep,
    trace: EMPTY_LOG,
    substantial: false
  }
}

/** What statements take from the interpreter's own keys. */
export interface ReservedValues {
  readonly cursor: number
  readonly exitCount: number
  readonly exitsRoot: Hash
  readonly outboxRoot: Hash
}

/** Asserts that the reserved keys are there, as they are from the first state on. */
export function reservedOf(tree: SparseTree<Uint8Array>): ReservedValues {
  const exits = frontierOf(tree, EXITS_KEY)
  const cursor = decode(cursorCodec, storedValue(tree, CURSOR_KEY), 16)
  assert(cursor.ok, 'a readable cursor')
  return {
    cursor: cursor.value,
    exitCount: exits.size,
    exitsRoot: bytesToHex(frontierRoot(exits)) as Hash,
    outboxRoot: bytesToHex(frontierRoot(frontierOf(tree, OUTBOX_KEY))) as Hash
  }
}

export function rootOf(tree: SparseTree<Uint8Array>): Hash {
  return bytesToHex(tree.root) as Hash
}

function frontierOf(tree: SparseTree<Uint8Array>, key: Uint8Array): LogFrontier {
  const value = storedValue(tree, key)
  const decoded = decode(logFrontierCodec, value, value.length)
  assert(decoded.ok, 'a readable frontier')
  return decoded.value
}

function storedValue(tree: SparseTree<Uint8Array>, key: Uint8Array): Uint8Array {
  return present(tree.get(pathOf(key))?.value, 'reserved keys are there from the first state on')
}
