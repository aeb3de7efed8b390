// finality.recover: puts the table of a recovery file in the place of the one that finality is stuck with [FIN-9]. The
// chain takes it only while its ticks stand still, from a block that it holds and has not passed, and only if more than
// half of the stuck table's shares signed. Nothing becomes final by it.
import type { FinalityRecover } from '#contracts/ledger/actions/finality-recover.ts'
import { hostOf, type OutputRecord, ownerOf } from '#contracts/ledger/output.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import type { OutputId, PublicKey } from '#contracts/primitives/ids.ts'
import { accept, reject, type Rejection, type Verdict } from '#contracts/primitives/verdict.ts'
import { lastHeightOf, type PeriodTable } from '#contracts/statements/period-table.ts'
import {
  checkRecoveryFile,
  type RecoveryBody,
  type RecoveryFile,
  recoveryIdOf
} from '#contracts/statements/recovery.ts'
import { isMajority } from '#contracts/statements/certificate.ts'
import { tableIn } from '../finality/periods.ts'
import { RECOVERIES_MAX } from '../finality/recoveries.ts'
import type { Work } from '../work.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyFinalityRecover({ work }: ActionContext, action: FinalityRecover): Locked {
  const { now, height } = work
  // Cheap before dear: while the chain ticks, nobody's file is looked at.
  if (height - now.recordedFinal.height <= work.parameters.finalLag) {
    return reject('E_RECOVERY_EARLY', 'finality is not stuck on this chain')
  }
  const file = checkRecoveryFile(action.file, work.chain.genesis)
  if (!file.ok) return file
  const fault = placeFault(work, file.value.body) ?? tableFault(work, file.value.body) ?? holdersFault(work, file.value)
  if (fault !== undefined) return fault
  const { body } = file.value
  const id = recoveryIdOf(body)
  const known = work.get('finality', { kind: 'recoveries' })
  const ids = known?.kind === 'recoveries' ? known.ids : []
  if (ids.length >= RECOVERIES_MAX) return reject('E_RECOVERY_PLACE', 'this chain has taken all the files it may')
  work.put('finality', { kind: 'recovery', id }, { kind: 'recovery', body, instead: now.period, at: height })
  work.put('finality', { kind: 'recoveries' }, { kind: 'recoveries', ids: [...ids, id] })
  now.period = body.period
  now.recovery = id
  now.justified = [{ epoch: 0, height: body.height, id: body.block }]
  return accept(0n)
}

/**
 * The file's block is on this chain at or above what is final here,
 * and its period ends neither before it nor far off.
 */
function placeFault(work: Work, { period, height, block }: RecoveryBody): Rejection | undefined {
  const { now, parent, parameters } = work
  const isLater = now.recovery === null ? period >= now.period : period > now.period
  if (!isLater) return reject('E_RECOVERY_PLACE', `finality is in period ${now.period}`)
  // The next snapshot may come before those who are gone have lost their standing; the one after it is the chain's own.
  if (period > Math.floor(work.height / parameters.period) + 1) {
    return reject('E_RECOVERY_PLACE', 'the period is further off than the next snapshot')
  }
  if (height < now.recordedFinal.height || parent.ancestorAt(height) !== block) {
    return reject('E_RECOVERY_PLACE', "the file's block is not on this chain above what is final")
  }
  return work.height >= lastHeightOf(period, parameters)
    ? reject('E_RECOVERY_PLACE', 'the period ends before this block')
    : undefined
}

/** Everyone in the new table answers with a bond. */
function tableFault(work: Work, { table }: RecoveryBody): Rejection | undefined {
  const isAnswerable = (peer: PublicKey): boolean => {
    const record = work.get('peers', peer)
    return record !== undefined && record.bondAtoms > 0n && record.countedTo === null
  }
  return table.every(({ peer }) => isAnswerable(peer))
    ? undefined
    : reject('E_RECOVERY_PEER', 'a peer of the table has no bond, or has retired')
}

function holdersFault(work: Work, { holders }: RecoveryFile): Rejection | undefined {
  const table = tableIn(work, work.now.period)
  // A first file may reach to a period whose snapshot is still to come: the block of the snapshot takes it at its end.
  if (table === undefined) return reject('E_RECOVERY_PLACE', 'the stuck period has no table of its own yet')
  const youngest = youngestCounted(work.now.period, work.parameters)
  const weight = weighHolders(id => work.get('outputs', id), table, youngest, holders)
  if (!weight.ok) return weight
  return isMajority(table, weight.value)
    ? undefined
    : reject('E_RECOVERY_WEIGHT', 'signed by half of the shares or less')
}

/** Outputs created above this height did not count in the table of a period [POS-1]. */
export function youngestCounted(period: number, { period: length, lag }: Parameters): number {
  return period === 0 ? 0 : period * length - lag
}

/**
 * What the outputs of holders weigh in the table that finality is stuck with: they are unspent, their holders', and
 * counted there; of each peer they weigh what it weighs there at most.
 */
export function weighHolders(
  recordOf: (output: OutputId) => OutputRecord | undefined,
  { byPeer }: Pick<PeriodTable, 'byPeer'>,
  youngest: number,
  holders: RecoveryFile['holders']
): Verdict<bigint, 'E_RECOVERY_HOLDER'> {
  const held = new Map<PublicKey, bigint>()
  for (const { owner, outputs } of holders) {
    for (const id of outputs) {
      const found = recordOf(id)
      if (found === undefined || ownerOf(found.output) !== owner) {
        return reject('E_RECOVERY_HOLDER', "an output is spent or not its signer's")
      }
      const host = hostOf(found.output)
      if (host === null || !byPeer.has(host) || found.createdAt > youngest) {
        return reject('E_RECOVERY_HOLDER', 'an output did not count in the table')
      }
      held.set(host, (held.get(host) ?? 0n) + found.output.atoms)
    }
  }
  let weight = 0n
  for (const [host, atoms] of held) {
    const most = byPeer.get(host)?.weight ?? 0n
    weight += atoms < most ? atoms : most
  }
  return accept(weight)
}
