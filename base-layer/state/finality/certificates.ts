// Recording finality [FIN-1, FIN-2, FIN-8]: which certificates of a block count on its chain, what becomes
// justified and final, the hand-over to the next period, ticks, and the clocks of the heights that became
// final.
import { accept, present, type Rejection, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { checkCertificate, checkVote } from '#contracts/statements/certificate.ts'
import { lastHeightOf } from '#contracts/statements/period-table.ts'
import {
  type Certificate,
  type FinalityPoint,
  isSamePeriod,
  isSamePoint,
  type Vote
} from '#contracts/statements/vote.ts'
import { forgetClocks, startClocks } from './clocks.ts'
import { JUSTIFIED_KEPT } from '../limits.ts'
import { addLateVotes, isRecordedLink, KNOWN, recordVotes } from './standing.ts'
import type { Reader } from './period-tables.ts'
import type { KeyOf } from '../trees/sections.ts'
import type { Work } from '../work.ts'

/**
 * Applies one certificate, or says why it does not count on this chain. One of a link that is justified already only
 * adds votes for standing [POS-9].
 */
export function applyCertificate(work: Work, certificate: Certificate): Verdict<undefined> {
  if (isRecordedLink(work, certificate.vote)) return addLateVotes(work, certificate)
  const fault = linkFault(work, certificate) ?? votesFault(work, certificate)
  if (fault !== undefined) return fault
  recordVotes(work, certificate)
  const { source, target } = certificate.vote
  const { now } = work
  if (isFinalising(source, target) && isHigher(source, now.recordedFinal)) now.recordedFinal = source
  now.justified = withPoint(now.justified, target, now.recordedFinal)
  const last = lastHeightOf(now.period, work.parameters)
  if (now.recordedFinal.height === last) {
    // The next table starts only from L_j as finalised [FIN-2].
    now.period += 1
    now.recovery = null
    now.justified = [{ epoch: 0, height: last, id: now.recordedFinal.id }]
  }
  return accept()
}

/** Counts the tick of this block and starts the clock of every height it made recorded final [FIN-8]. */
export function applyTick(work: Work): void {
  const { now, height } = work
  if (height - now.recordedFinal.height <= work.parameters.finalLag) now.ticks += 1
  const read: Reader = (section, key) => work.get(section, key)
  const [from, to] = [work.parent.recordedFinal.height + 1, now.recordedFinal.height]
  startClocks(read, (section, key, value) => work.put(section, key, value), from, to, now.ticks)
  const remove = (key: KeyOf<'finality'>): void => work.remove('finality', key)
  now.clocksFrom = forgetClocks(read, remove, work.parameters, now.ticks, now.clocksFrom)
}

function linkFault(work: Work, { vote }: Certificate): Rejection | undefined {
  const { now, parent } = work
  const { source, target } = vote
  const root = present(now.justified[0], 'a period starts from its root')
  if (!isSamePeriod(vote, now)) return reject('E_CERT_PERIOD', `finality is in period ${now.period}`)
  if (!isSamePoint(vote.root, root)) return reject('E_CERT_ROOT', 'the votes start from another root')
  if (!now.justified.some(point => isSamePoint(point, source))) {
    return reject('E_CERT_SOURCE', 'this chain has not recorded the source as justified')
  }
  const form = checkVote(vote, work.parameters)
  if (!form.ok) return form
  if (isBeforeRecovery(work, vote)) return reject('E_CERT_TARGET', 'the target does not hold the recovered table')
  if (parent.ancestorAt(target.height) !== target.id) return reject('E_CERT_TARGET', 'the target is not on this chain')
  return saysNothingNew(work, source, target) ? KNOWN : undefined
}

/** Blocks carry no dead weight: a certificate justifies a new point or finalises its source. */
function saysNothingNew(work: Work, source: FinalityPoint, target: FinalityPoint): boolean {
  const { justified, recordedFinal } = work.now
  if (isFinalising(source, target) && isHigher(source, recordedFinal)) return false
  return target.epoch <= recordedFinal.epoch || justified.some(point => isSamePoint(point, target))
}

function votesFault(work: Work, certificate: Certificate): Rejection | undefined {
  const { parent, chain } = work
  const table = present(parent.votingTable(certificate.vote), 'the period that finality is in has a table')
  const checked = checkCertificate(table, certificate, chain.genesis, work.parameters, peer => parent.isPeer(peer))
  return checked.ok ? undefined : checked
}

/** Only a state that holds the table of a recovered period can become final by it [FIN-9]. */
function isBeforeRecovery(work: Work, { recovery, target }: Vote): boolean {
  const kept = recovery === null ? undefined : work.get('finality', { kind: 'recovery', id: recovery })
  return kept?.kind === 'recovery' && target.height < kept.at
}

function isFinalising(source: FinalityPoint, target: FinalityPoint): boolean {
  // The root is final by the period before; that of a recovered period only as an ancestor [FIN-9].
  return source.epoch > 0 && target.epoch === source.epoch + 1
}

function isHigher(point: FinalityPoint, final: FinalityPoint): boolean {
  return point.height > final.height || (point.height === final.height && point.epoch > final.epoch)
}

/**
 * The root, then the newest points from the final one on by epoch: what may still be a source without
 * surrounding it.
 */
function withPoint(
  justified: readonly FinalityPoint[],
  target: FinalityPoint,
  final: FinalityPoint
): readonly FinalityPoint[] {
  const [root, ...rest] = justified
  const isKnown = justified.some(point => isSamePoint(point, target))
  const points = [...rest, ...(isKnown ? [] : [target])].filter(point => point.epoch >= final.epoch)
  const newest = points.sort((a, b) => a.epoch - b.epoch).slice(-JUSTIFIED_KEPT)
  return [present(root, 'a period has a root'), ...newest]
}
