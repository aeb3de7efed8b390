// checkpoint.post: a certified statement that closes its sequence [CKP-1, CKP-2]. What can be said without
// re-executing is checked here, the signatures last; the rest stands until somebody proves it false.
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import { boundaryOf } from '#contracts/committees/schedule.ts'
import { type CommitteeRecord, dagIdOf } from '#contracts/committees/committee-record.ts'
import { quorumOf } from '#contracts/committees/quorum.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import type { CheckpointPost, SeatSignatures } from '#contracts/ledger/actions/checkpoint-post.ts'
import type { Seat } from '#contracts/primitives/ids.ts'
import { accept, present, type Rejection, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { CheckpointRecord } from '#contracts/statements/checkpoint-record.ts'
import { type Statement, statementIdOf, statementSigningBytes } from '#contracts/statements/statement.ts'
import { firstOpenEpoch, newestCheckpoint } from '../assets/epochs.ts'
import { keepLogHead, logFrontierOf } from '../assets/log.ts'
import { balanceIdOf } from '../transactions/balance-ids.ts'
import { balanceOf, debit } from '../transactions/balances.ts'
import { commitOf, openClaims } from '../claims/open-claims.ts'
import { UNSETTLED_CHECKPOINTS } from '../limits.ts'
import type { Work } from '../work.ts'
import { statementOf } from './carried.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyCheckpointPost({ work, payer, spare }: ActionContext, action: CheckpointPost): Locked {
  const decoded = statementOf(action)
  if (!decoded.ok) return decoded
  const statement = decoded.value
  const { asset, sequence } = statement
  const record = work.get('assets', asset)
  if (record === undefined) return reject('E_ASSET_UNKNOWN', 'no such asset')
  const fault = placeFault(work, record, statement)
  if (fault !== undefined) return fault
  const previous = newestCheckpoint(work, asset, record)
  const committee = findCommittee(work, statement, previous)
  if (!committee.ok) return committee
  const wrong =
    chainFault(statement, previous, record, committee.value) ??
    heightFault(work, record, statement, previous, committee.value)
  if (wrong !== undefined) return wrong
  const signers = checkSignatures(work, committee.value, statement, action.signatures)
  if (!signers.ok) return signers
  work.put(
    'checkpoints',
    { asset, sequence },
    {
      id: statementIdOf(statement),
      statement,
      postedAt: work.height,
      status: 'standing',
      signers: signers.value,
      openCommits: 0,
      settledAt: null
    }
  )
  keepLogHead(work, asset, sequence)
  work.put('assets', asset, { ...record, sequence })
  repay(work, statement, payer, spare)
  return accept(0n)
}

/** The next sequence of a live asset, and not one that claims still wait on. */
function placeFault(work: Work, record: AssetRecord, statement: Statement): Rejection | undefined {
  const { asset, sequence } = statement
  const there = work.get('checkpoints', { asset, sequence })
  if (there !== undefined && there.status !== 'void' && there.id === statementIdOf(statement)) {
    return reject('E_CHECKPOINT_ALREADY', 'the checkpoint is posted')
  }
  if (record.status !== 'live') return reject('E_CHECKPOINT_STATUS', `the asset is ${record.status}`)
  if (sequence !== record.sequence + 1)
    return reject('E_CHECKPOINT_SEQUENCE', `the next sequence is ${record.sequence + 1}`)
  if (record.sequence - record.settled >= UNSETTLED_CHECKPOINTS)
    return reject('E_CHECKPOINT_FULL', 'too many checkpoints wait to settle')
  return isAwaited(work, statement)
    ? reject('E_CHECKPOINT_CLAIMS', 'claims on what was void from here on are open')
    : undefined
}

/** Claims are judged and paid by the records of void checkpoints, which make room once that is over. */
function isAwaited(work: Work, { asset, sequence }: Statement): boolean {
  const { commits, convictions } = openClaims(work, asset)
  const targets = [...convictions, ...commits.map(id => commitOf(work, id)?.target)]
  return targets.some(target => target?.kind === 'checkpoint' && target.sequence >= sequence)
}

/** The committee of the statement's epoch and dag, if it is the one to speak now [COM-4]. */
function findCommittee(work: Work, statement: Statement, previous: CheckpointRecord): Verdict<CommitteeRecord> {
  const { asset, epoch, dag } = statement
  const committee = work.get('committees', { asset, epoch })
  if (committee === undefined) return reject('E_CHECKPOINT_EPOCH', 'the epoch has no source')
  if (committee.closedAt !== null) return reject('E_CHECKPOINT_CLOSED', 'the base closed the epoch')
  if (work.height < committee.begins || committee.sourceId === null)
    return reject('E_CHECKPOINT_EPOCH', 'the epoch has not begun')
  if (epoch < firstOpenEpoch(previous)) return reject('E_CHECKPOINT_EPOCH', 'a checkpoint closed the epoch')
  for (let before = firstOpenEpoch(previous); before < epoch; before++) {
    const open = present(work.get('committees', { asset, epoch: before }), 'an earlier epoch')
    if (open.closedAt === null) return reject('E_CHECKPOINT_EPOCH', `epoch ${before} is not closed yet`)
  }
  const continued = previous.statement?.epoch === epoch ? previous.statement.dag : undefined
  const expected = continued ?? dagIdOf(asset, epoch, committee.sourceId, previous.id)
  return dag === expected
    ? accept(committee)
    : reject('E_CHECKPOINT_DAG', 'the dag does not start from the newest checkpoint')
}

/** What must equal what base state holds or implies, and the statement's own bounds. */
function chainFault(
  statement: Statement,
  { id, statement: before }: CheckpointRecord,
  record: AssetRecord,
  { engine }: CommitteeRecord
): Rejection | undefined {
  if (statement.previous !== id)
    return reject('E_CHECKPOINT_PREVIOUS', 'the statement does not follow the newest checkpoint')
  if (statement.engine !== engine) return reject('E_CHECKPOINT_ENGINE', `the epoch runs engine ${engine}`)
  if (statement.preRoot !== (before?.postRoot ?? record.firstRoot))
    return reject('E_CHECKPOINT_PRE_ROOT', 'the first root is another')
  const firstStep = before === null ? 0 : before.firstStep + before.stepCount
  if (statement.firstStep !== firstStep) return reject('E_CHECKPOINT_FIRST_STEP', `the first step is ${firstStep}`)
  if (statement.stepCount === 0 && statement.postRoot !== statement.preRoot) {
    return reject('E_CHECKPOINT_STEPS', 'the root changed without a step')
  }
  return undefined
}

function heightFault(
  work: Work,
  record: AssetRecord,
  statement: Statement,
  { statement: before }: CheckpointRecord,
  committee: CommitteeRecord
): Rejection | undefined {
  const { stepCap, commitSteps } = work.parameters
  const { asset, baseHeight, logConsumed, stepCount, closes } = statement
  const floor = before?.baseHeight ?? record.registeredAt
  if (baseHeight < floor) return reject('E_CHECKPOINT_BASE_LOW', 'the base height fell')
  if (baseHeight > work.now.recordedFinal.height)
    return reject('E_CHECKPOINT_BASE_HIGH', 'the base height is not recorded final')
  if (stepCount > stepCap) return reject('E_CHECKPOINT_STEPS', `more than ${stepCap} steps`)
  const consumed = before?.logConsumed ?? 0
  if (logConsumed < consumed || logConsumed > logFrontierOf(work, asset).size) {
    return reject('E_CHECKPOINT_LOG', 'the log cursor fell, or is past the end of the log')
  }
  if (closes === 'open') return reject('E_CHECKPOINT_OPEN', 'an open sequence is not posted')
  const isPast = baseHeight >= boundaryOf(committee, work.parameters)
  const isFull = stepCount + commitSteps > stepCap
  const isDue = baseHeight >= Math.max(floor, committee.begins) + record.registration.interval
  const fits = isPast ? closes === 'epoch' : isFull ? closes === 'cap' : closes === 'interval' && isDue
  return fits ? undefined : reject('E_CHECKPOINT_CLOSES', 'the sequence does not close in this way here')
}

/**
 * The seats that signed, if they are distinct, all sign, and make a quorum. A seat that has lost its collateral
 * counts for nothing, but does not spoil what others signed.
 */
function checkSignatures(
  work: Work,
  { seats }: CommitteeRecord,
  statement: Statement,
  signatures: SeatSignatures
): Verdict<readonly Seat[]> {
  let before = -1
  for (const { seat } of signatures) {
    if (seat <= before) return reject('E_CHECKPOINT_SEATS', 'seats are not distinct and in order')
    if (seat >= seats.length) return reject('E_CHECKPOINT_SEATS', 'the committee has no such seat')
    before = seat
  }
  const signers = signatures.map(one => one.seat).filter(seat => seats[seat]?.slashed === false)
  const quorum = quorumOf(seats.length)
  if (signers.length < quorum)
    return reject('E_CHECKPOINT_QUORUM', `${signers.length} seats where ${quorum} make a quorum`)
  const message = statementSigningBytes(work.chain.genesis, statement)
  const isSigned = signatures.every(({ seat, signature }) =>
    verifySignature(present(seats[seat], 'a seat of the committee').validator, message, signature)
  )
  return isSigned ? accept(signers) : reject('E_CHECKPOINT_SIGNATURE', 'the signature of a seat does not verify')
}

/** The poster's fee comes back from the asset's reserve, up to a fixed amount [CKP-5]. */
function repay(work: Work, { asset }: Statement, poster: ActionContext['payer'], fee: bigint): void {
  const reserve = balanceIdOf('reserve', asset)
  const parts = [fee, work.parameters.repayAtoms, balanceOf(work, reserve)]
  const atoms = parts.reduce((least, part) => (part < least ? part : least))
  debit(work, reserve, atoms)
  work.pay(poster, atoms)
}
