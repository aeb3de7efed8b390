// The door of base state: checks and executes a block, or builds one [sections 3 to 6 of the protocol].
// Consensus, the node and the simulator call it; it is pure, so what a node built is what every other node
// gets.
import { SIGNATURE_BYTES } from '#contracts/crypto/signature.ts'
import { appendLeaf, frontierRoot, type LogFrontier } from '#contracts/merkle/log.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { BlockId, Hash } from '#contracts/primitives/ids.ts'
import { accept, assert, present, type Rejection, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { type Block, type BlockHeader, blockIdOf, certificatesHashOf } from '#contracts/statements/block.ts'
import type { LinkStanding } from '#contracts/statements/period-table.ts'
import { isSamePoint } from '#contracts/statements/vote.ts'
import type { Draft, Transition } from '../consensus/transition.ts'
import { prepareTransaction } from './transactions/apply-transaction.ts'
import { inLaneOrder } from './transactions/block-limits.ts'
import { spentRootOf, transactionsRootOf } from './trees/body-roots.ts'
import { ChainState } from './chain-state.ts'
import { type Executed, executeBlock } from './execute-block.ts'
import { checkLink, checkPlace, selectLink } from './header-checks.ts'
import { rootOfTrees } from './trees/section-trees.ts'

/** The transition of one chain. */
export function createTransition(): Transition<ChainState> {
  return { apply: applyBlock, build: buildBlock }
}

/**
 * The state after `block`, whose header's signature the caller has checked, or the first thing that is wrong
 * with it. The header comes before the body because it is cheap and decides who answers for the rest.
 */
export function applyBlock(parent: ChainState, block: Block): Verdict<ChainState> {
  const { header } = block
  const place = checkPlace(parent, header)
  if (!place.ok) return place
  const link = checkLink(parent, header.acknowledgements)
  if (!link.ok) return link
  const transactions = block.transactions.map(prepareTransaction)
  const body = { certificates: block.certificates, transactions, slot: header.slot, link: link.value }
  const executed = executeBlock(parent, body, false)
  if (!executed.ok) return executed
  const root = transactionsRootOfBody(block.transactions)
  const next = nextState(parent, header, link.value, executed.value, root)
  return headerFault(header, next.header) ?? accept(next)
}

/**
 * A block on top of `parent`, unsigned. Asserts if the proposer may not propose at the draft's time: ask first.
 */
export function buildBlock(
  parent: ChainState,
  draft: Draft
): { readonly block: Block; readonly state: ChainState; readonly dropped: Draft['transactions'] } {
  const { recorded, link } = selectLink(parent, draft.acknowledgements)
  const { slot, timeMs, proposer } = draft
  const place = { height: parent.height + 1, slot, parent: parent.id, proposer, timeMs }
  const allowed = checkPlace(parent, place)
  assert(allowed.ok, `a proposer asks whether it may propose: ${allowed.ok ? '' : allowed.why}`)
  const candidates = inLaneOrder(draft.transactions.map(prepareTransaction), parent.chain.parameters)
  const executed = executeBlock(parent, { ...draft, link, transactions: candidates }, true)
  assert(executed.ok, 'a draft leaves out what does not apply')
  const { included, certificates, dropped } = executed.value
  const transactions = included.map(one => one.transaction)
  const root = transactionsRootOfBody(transactions)
  const state = nextState(parent, { ...place, acknowledgements: recorded }, link, executed.value, root)
  const block = { header: state.header, signature: new Uint8Array(SIGNATURE_BYTES), transactions, certificates }
  return { block, state, dropped }
}

/** A body is checked against its header when it comes, and again when it is executed. */
const knownRoots = new WeakMap<readonly Transaction[], Hash>()

/** The root over a block's list of transactions, which is never changed. */
export function transactionsRootOfBody(transactions: readonly Transaction[]): Hash {
  let root = knownRoots.get(transactions)
  if (root === undefined) {
    root = transactionsRootOf(transactions.map(one => prepareTransaction(one).encoded))
    knownRoots.set(transactions, root)
  }
  return root
}

type Stated = Pick<BlockHeader, 'height' | 'slot' | 'parent' | 'proposer' | 'timeMs' | 'acknowledgements'>

/** The state with the one header that fits what was executed. */
function nextState(
  parent: ChainState,
  stated: Stated,
  link: LinkStanding,
  executed: Executed,
  transactionsRoot: Hash
): ChainState {
  const { work, trees, keyEntries, certificates } = executed
  const history = appendLeaf(parent.history, hexToBytes(parent.id))
  const { height, slot, proposer, timeMs, acknowledgements } = stated
  const header: BlockHeader = {
    height,
    slot,
    parent: stated.parent,
    proposer,
    timeMs,
    transactionsRoot,
    certificatesHash: certificatesHashOf(certificates),
    stateRoot: rootOfTrees(trees),
    historyRoot: historyRootOf(history),
    spentRoot: spentRootOf(work.spent),
    acknowledgements,
    score: parent.header.score + link.weight,
    justified: present(work.now.justified.at(-1), 'a period has a root'),
    recordedFinal: work.now.recordedFinal.height,
    ticks: work.now.ticks
  }
  const id: BlockId = blockIdOf(header)
  const root = present(work.now.justified[0], 'a period has a root')
  const ancestors = parent.ancestors.append(id).since(root.height)
  const { nameEntries } = work
  return new ChainState({ chain: parent.chain, id, header, trees, history, ancestors, keyEntries, nameEntries })
}

export function historyRootOf(history: LogFrontier): Hash {
  return bytesToHex(frontierRoot(history)) as Hash
}

/** Why the header of a block is not the one its body leads to. */
function headerFault(stated: BlockHeader, derived: BlockHeader): Rejection | undefined {
  if (stated.transactionsRoot !== derived.transactionsRoot)
    return reject('E_BLOCK_TRANSACTIONS', 'the root of the transactions differs')
  if (stated.certificatesHash !== derived.certificatesHash)
    return reject('E_BLOCK_CERTIFICATES', 'the hash of the certificates differs')
  if (stated.spentRoot !== derived.spentRoot) return reject('E_BLOCK_SPENT', 'the root of what was spent differs')
  if (stated.historyRoot !== derived.historyRoot) return reject('E_BLOCK_HISTORY', 'the root of the history differs')
  if (stated.score !== derived.score)
    return reject('E_BLOCK_SCORE', "the score is not the parent's and the recorded link's")
  if (stated.recordedFinal !== derived.recordedFinal)
    return reject('E_BLOCK_FINAL', 'the recorded final height differs')
  if (!isSamePoint(stated.justified, derived.justified)) {
    return reject('E_BLOCK_JUSTIFIED', 'the newest justified point differs')
  }
  if (stated.ticks !== derived.ticks) return reject('E_BLOCK_TICKS', 'the tick count differs')
  if (stated.stateRoot !== derived.stateRoot) return reject('E_BLOCK_STATE', 'the root of the state differs')
  return undefined
}
