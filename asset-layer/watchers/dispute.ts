// From a checkpoint that is not what we replayed to a claim that convicts its signers: takes their trace, finds the first leaf
// that is not ours, replays afresh up to it, builds the claim, and judges it here before it is filed [CKP-4, CLM-2, CLM-7].
import type { BaseChain } from '#base-layer/index.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import type { Logger } from '#base-layer/runtime/logger.ts'
import { STEP_INPUT_BYTES } from '#contracts/assets/limits.ts'
import { deriveAssetContext } from '#contracts/assets/registry.ts'
import { viewOf } from '#contracts/assets/state-view.ts'
import { type AssetContext, executeStep, stepInputCodec } from '#contracts/assets/step.ts'
import { encodeTraceLeaf, inputHashOf, type TraceLeaf } from '#contracts/assets/trace.ts'
import {
  buildBadEdgeClaim,
  buildBadEntryClaim,
  buildBadHeightClaim,
  buildBadStepClaim,
  buildWaitingClaim,
  type CommittedTrace
} from '#contracts/claims/build.ts'
import type { Claim } from '#contracts/claims/claim.ts'
import { judgeClaim } from '#contracts/claims/judge.ts'
import type { JudgeFacts } from '#contracts/claims/judgement.ts'
import { decode } from '#contracts/codec/codec.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import { EMPTY_LOG, type LogFrontier } from '#contracts/merkle/log.ts'
import { putChange, removeChange, type SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { equalBytes } from '#contracts/primitives/bytes.ts'
import type { GenesisHash } from '#contracts/primitives/ids.ts'
import { present, type Verdict } from '#contracts/primitives/verdict.ts'
import type { Statement } from '#contracts/statements/statement.ts'
import type { AssetView, PostedCheckpoint } from '../committees/schedule.ts'
import type { AddressBook } from '../discovery/address-book.ts'
import type { Protocols } from '../network/protocols.ts'
import { reservedOf } from '../execution/asset-state.ts'
import { rootOfTree, treeOf } from '../replica/executor.ts'
import type { ServedAssets } from '../replica/served.ts'
import type { AssetStore } from '../store/asset-store.ts'
import type { LaneStore } from '../store/lane-store.ts'
import { readBaseEntry } from './base-entry.ts'
import { fetchInput, fetchTrace } from './fetch-trace.ts'

export interface DisputeParts {
  readonly chain: BaseChain
  readonly host: Host
  readonly store: AssetStore
  readonly served: ServedAssets
  readonly book: AddressBook
  readonly protocols: Protocols
  readonly genesis: GenesisHash
  readonly logger: Logger
}

/** A claim that the judge finds guilty here, or undefined: the signers show nothing, or nothing provable was found. */
export async function disputeCheckpoint(
  parts: DisputeParts,
  view: AssetView,
  posted: PostedCheckpoint
): Promise<Claim | undefined> {
  const { statement } = posted.record
  if (statement === null) return undefined
  const lane = parts.store.lanesOfDag(statement.dag).find(one => one.closing(posted.sequence) !== undefined)
  const own = lane?.closing(posted.sequence)
  // A checkpoint that continues a false one falls with it.
  if (lane === undefined || own === undefined || own.preRoot !== statement.preRoot) return undefined
  const facts = await findFacts(parts, view, posted, statement)
  const context = deriveAssetContext(parts.genesis, view.asset, statement.engine, view.record.registration)
  if (facts === undefined || !context.ok) return undefined
  const peers = await signersOf(parts, view, posted, statement)
  const trace = await fetchTrace(parts, peers, statement)
  if (trace === undefined) {
    parts.logger.warn({ asset: view.asset, sequence: posted.sequence }, 'no signer shows the trace it signed')
    return undefined
  }
  const place = firstDifference(trace.leaves, ownLeaves(parts, lane, own))
  const built =
    place === undefined
      ? refuteEdge(context.value, lane, own, trace)
      : await refuteStep(parts, peers, context.value, lane, own, trace, place, facts.log)
  for (const claim of built) {
    const judged = claim.ok ? judgeClaim(claim.value, facts, verifySignature) : undefined
    if (claim.ok && judged?.kind === 'guilty') return claim.value
  }
  parts.logger.error({ asset: view.asset, sequence: posted.sequence, place }, 'replay differs and no claim proves it')
  return undefined
}

function ownLeaves({ served }: DisputeParts, lane: LaneStore, own: Statement): readonly TraceLeaf[] {
  return served.tracesOf(lane).of(own.sequence, own.firstStep, own.stepCount)?.leaves ?? []
}

/** The first place where their leaf is not ours; undefined if all of theirs are ours. */
function firstDifference(theirs: readonly TraceLeaf[], ours: readonly TraceLeaf[]): number | undefined {
  const place = theirs.findIndex((leaf, at) => {
    const own = ours[at]
    return own === undefined || !equalBytes(encodeTraceLeaf(leaf), encodeTraceLeaf(own))
  })
  return place < 0 ? undefined : place
}

async function refuteStep(
  parts: DisputeParts,
  peers: readonly string[],
  context: AssetContext,
  lane: LaneStore,
  own: Statement,
  trace: CommittedTrace,
  place: number,
  log: LogFrontier
): Promise<readonly Verdict<Claim>[]> {
  const leaf = present(trace.leaves[place], 'a place in their trace')
  const mine = lane.steps(own.firstStep + place, own.firstStep + place + 1, 1)[0]
  const matches = mine !== undefined && inputHashOf(mine.input) === leaf.inputHash
  const input = matches ? mine.input : await fetchInput(parts, peers, trace.statement, place, leaf)
  if (input === undefined) return []
  const before = replay(context, lane, own, place)
  if (before === undefined) return []
  return [
    buildBadStepClaim(context, trace, place, before.node, input, verifySignature),
    buildBadHeightClaim(trace, place, input),
    ...(await refuteInput(parts.chain, trace, place, input, before, log))
  ]
}

/** What base state says of the step's log item, or of the item that waited when an instruction ran. */
export async function refuteInput(
  chain: Pick<BaseChain, 'read'>,
  trace: CommittedTrace,
  place: number,
  input: Uint8Array,
  before: SparseTree<Uint8Array>,
  log: LogFrontier
): Promise<readonly Verdict<Claim>[]> {
  const decoded = decode(stepInputCodec, input, STEP_INPUT_BYTES)
  if (!decoded.ok) return []
  const { asset } = trace.statement
  if (decoded.value.kind === 'log') {
    const entry = await readBaseEntry(chain, asset, decoded.value.logIndex, log)
    return entry === undefined ? [] : [buildBadEntryClaim(trace, place, input, entry)]
  }
  const waiting = await readBaseEntry(chain, asset, reservedOf(before).cursor, log)
  return waiting === undefined || waiting === null ? [] : [buildWaitingClaim(trace, place, input, before.node, waiting)]
}

function refuteEdge(
  context: AssetContext,
  lane: LaneStore,
  own: Statement,
  trace: CommittedTrace
): readonly Verdict<Claim>[] {
  const after = replay(context, lane, own, trace.statement.stepCount)
  return after === undefined ? [] : [buildBadEdgeClaim(trace, after.node)]
}

/** The state before a step of a sequence: from the stored state before the sequence, executed again step by step. */
function replay(
  context: AssetContext,
  lane: LaneStore,
  own: Statement,
  place: number
): SparseTree<Uint8Array> | undefined {
  let tree = treeOf(lane.stateAt(own.sequence - 1))
  if (rootOfTree(tree) !== own.preRoot) return undefined
  for (const { input } of lane.steps(own.firstStep, own.firstStep + place, place)) {
    const decoded = decode(stepInputCodec, input, STEP_INPUT_BYTES)
    if (!decoded.ok) return undefined
    const result = executeStep(context, decoded.value, viewOf(tree.node), verifySignature)
    if (result.kind !== 'step') return undefined
    tree = tree.with(
      result.writes.map(({ key, value }) => (value === null ? removeChange(key) : putChange(key, value)))
    )
  }
  return tree
}

async function findFacts(
  { chain, genesis }: DisputeParts,
  view: AssetView,
  posted: PostedCheckpoint,
  statement: Statement
): Promise<JudgeFacts | undefined> {
  const { asset, record } = view
  const { id, signers } = posted.record
  const committee = await chain.read('committees', { asset, epoch: statement.epoch })
  const previous = await chain.read('checkpoints', { asset, sequence: posted.sequence - 1 })
  const head = await chain.read('logs', { kind: 'posted', asset, sequence: posted.sequence })
  if (committee === undefined || previous?.id !== statement.previous) return undefined
  const previousBaseHeight = previous.statement?.baseHeight ?? record.registeredAt
  return {
    genesis,
    asset,
    registration: record.registration,
    committee,
    log: head?.kind === 'head' ? head.frontier : EMPTY_LOG,
    target: { kind: 'checkpoint', id, statement, signers, previousBaseHeight }
  }
}

/** Where the signers are, then the other seats: any of them may show what was signed. */
async function signersOf(
  { chain, book, host }: DisputeParts,
  view: AssetView,
  { record }: PostedCheckpoint,
  statement: Statement
): Promise<readonly string[]> {
  const committee = await chain.read('committees', { asset: view.asset, epoch: statement.epoch })
  const seats = committee?.seats ?? []
  const order = [...record.signers, ...seats.map((_, seat) => seat).filter(seat => !record.signers.includes(seat))]
  const peers = new Set<string>()
  for (const seat of order) {
    const validator = seats[seat]?.validator
    const found = validator === undefined ? undefined : await book.find(view.asset, validator)
    if (found !== undefined && found.peer !== host.peerId) peers.add(found.peer)
  }
  return [...peers]
}
