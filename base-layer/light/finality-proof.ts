// From what a wallet trusts to a final header with nothing else: one hand-over per period and two certificates
// for the head [FIN-10]. Built by full nodes, checked by wallets; pure, and safe on any bytes [PRF-5].
import { bytes, type Decoded, decode, list, nullable, record } from '#contracts/codec/codec.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import { WITNESS_BYTES_MAX } from '#contracts/merkle/limits.ts'
import type { BlockId, GenesisHash } from '#contracts/primitives/ids.ts'
import { accept, reject, type Rejection, type Verdict } from '#contracts/primitives/verdict.ts'
import { type BlockHeader, blockIdOf, headerCodec } from '#contracts/statements/block.ts'
import { checkCertificate } from '#contracts/statements/certificate.ts'
import {
  lastHeightOf,
  type PeriodEntry,
  type PeriodHead,
  type PeriodTable,
  periodEntriesCodec,
  periodRootOf
} from '#contracts/statements/period-table.ts'
import { recoveredTable, type RecoveryBody, recoveryIdOf } from '#contracts/statements/recovery.ts'
import { type Certificate, certificateCodec, isSamePoint } from '#contracts/statements/vote.ts'
import type { ProofCode } from './answer.ts'
import { FINALITY_PROOF_BYTES, HANDOVERS_MAX } from './limits.ts'
import { readSection, type SectionEvidence, sectionRootsCodec } from './state-proof.ts'

const finalisingCodec = list(certificateCodec, 2, 2)

export const handoverCodec = record({
  /** Justifies L_j, then makes it final. */
  certificates: finalisingCodec,
  /** Of L_j: its state holds the next period's head. */
  header: headerCodec,
  sectionRoots: sectionRootsCodec,
  /** Presence of the next period's head in section `periods`. */
  witness: bytes(WITNESS_BYTES_MAX),
  entries: periodEntriesCodec
})

export const finalityProofCodec = record({
  /** From period 0 on, one per period that ended. */
  handovers: list(handoverCodec, HANDOVERS_MAX),
  /**
   * Two consecutive certificates. Not needed, so perhaps null, where the header is genesis or that of the last
   * hand-over.
   */
  certificates: nullable(finalisingCodec),
  header: headerCodec
})
export type FinalityProof = Decoded<typeof finalityProofCodec>
export type Handover = Decoded<typeof handoverCodec>

/** What every check of finality needs to know of a network. */
export interface TrustedNetwork {
  readonly genesis: GenesisHash
  /** Unix milliseconds at which slot 0 began. */
  readonly genesisTimeMs: number
  readonly parameters: Parameters
  /** Recovery files that whoever runs the wallet gave it: it follows no other recovered table [FIN-9]. */
  readonly recoveries?: readonly RecoveryBody[]
}

/** What a wallet trusts before it has seen anything: it follows from the genesis document alone. */
export interface TrustedStart extends TrustedNetwork {
  readonly genesisBlock: BlockId
  readonly genesisHeader: BlockHeader
  readonly table: PeriodTable
}

export interface FinalHead {
  readonly id: BlockId
  readonly header: BlockHeader
  /** The table that made it final. */
  readonly table: PeriodTable
}

/** How far finality has been followed. */
export interface Standing {
  /** Of the period it has come to. */
  readonly table: PeriodTable
  /** The period's root: genesis, or the last block of the period before. Final already, whatever comes with it. */
  readonly root: BlockId
  /** The table that made the root final, where it was seen to do so. */
  readonly rootTable: PeriodTable
}

export interface Followed {
  readonly head: FinalHead
  readonly standing: Standing
}

export type FinalityCode =
  | ProofCode
  | 'E_FINALITY_LINK'
  | 'E_FINALITY_CERTIFICATE'
  | 'E_FINALITY_TABLE'
  | 'E_FINALITY_RECOVERY'

/** Where finality stands at genesis. */
export function standingOf(start: TrustedStart): Standing {
  return { table: start.table, root: start.genesisBlock, rootTable: start.table }
}

/** The final header that these bytes prove, or why they do not. Never throws. */
export function checkFinalityProof(start: TrustedStart, encoded: Uint8Array): Verdict<FinalHead, FinalityCode> {
  const decoded = decode(finalityProofCodec, encoded, FINALITY_PROOF_BYTES)
  if (!decoded.ok) return reject('E_PROOF_MALFORMED', decoded.why)
  const followed = followFinality(start, standingOf(start), decoded.value)
  return followed.ok ? accept(followed.value.head) : followed
}

/**
 * The final header of a proof and where finality stands then, or why the proof does not lead on from `from`.
 * Hand-overs of periods that ended before are passed over: nothing rests on them. Never throws.
 */
export function followFinality(
  network: TrustedNetwork,
  from: Standing,
  proof: FinalityProof
): Verdict<Followed, FinalityCode> {
  const first = lastHeightOf(from.table.period, network.parameters)
  const known = proof.handovers.findIndex(one => one.header.height >= first)
  let standing = from
  for (const handover of known < 0 ? [] : proof.handovers.slice(known)) {
    const entered = enterPeriod(network, standing, handover.certificates)
    if (!entered.ok) return entered
    const next = followHandover(network, entered.value, handover)
    if (!next.ok) return next
    standing = next.value
  }
  const id = blockIdOf(proof.header)
  const { header } = proof
  if (id === standing.root) return accept({ head: { id, header, table: standing.rootTable }, standing })
  if (proof.certificates === null)
    return reject('E_FINALITY_LINK', 'only the root of a period is final without certificates')
  const entered = enterPeriod(network, standing, proof.certificates)
  if (!entered.ok) return entered
  const fault = findFault(network, entered.value, proof.certificates, header, id)
  return fault ?? accept({ head: { id, header, table: entered.value.table }, standing: entered.value })
}

/**
 * The recovered period that these certificates are of, if its file was given and it comes next; else the same
 * [FIN-9].
 */
function enterPeriod(
  network: TrustedNetwork,
  standing: Standing,
  [first]: readonly Certificate[]
): Verdict<Standing, FinalityCode> {
  const recovery = first?.vote.recovery ?? null
  const { table } = standing
  if (recovery === null || recovery === table.recovery) return accept(standing)
  const body = network.recoveries?.find(one => recoveryIdOf(one) === recovery)
  if (body === undefined || body.genesis !== network.genesis) {
    return reject('E_FINALITY_RECOVERY', `a recovery file takes the place of a table: ${recovery}`)
  }
  const isLater = table.recovery === null ? body.period >= table.period : body.period > table.period
  return isLater
    ? accept({ table: recoveredTable(body), root: body.block, rootTable: table })
    : reject('E_FINALITY_RECOVERY', 'the recovery file is of a period before this one')
}

/** The next period, from the last block of this one [FIN-2]. */
function followHandover(
  network: TrustedNetwork,
  standing: Standing,
  handover: Handover
): Verdict<Standing, FinalityCode> {
  const { table } = standing
  const id = blockIdOf(handover.header)
  if (handover.header.height !== lastHeightOf(table.period, network.parameters)) {
    return reject('E_FINALITY_LINK', 'a hand-over starts from the last height of its period')
  }
  const fault = findFault(network, standing, handover.certificates, handover.header, id)
  if (fault !== undefined) return fault
  const next = nextTableIn(handover, table.period + 1)
  return next.ok ? accept({ table: next.value, root: id, rootTable: table }) : next
}

/** The table of a period, proven in the state of the last block of the one before [FIN-10]. */
export function nextTableIn(
  evidence: SectionEvidence & { readonly entries: readonly PeriodEntry[] },
  period: number
): Verdict<PeriodTable, FinalityCode> {
  const found = readSection('periods', { kind: 'head', period }, evidence)
  if (!found.ok) return found
  if (found.value?.kind !== 'head') return reject('E_FINALITY_TABLE', 'the next period is not in the state')
  return tableOf(found.value.head, evidence.entries, period)
}

/** The table with this head, if these are its entries [POS-1]. */
export function tableOf(
  head: PeriodHead,
  entries: readonly PeriodEntry[],
  period: number
): Verdict<PeriodTable, FinalityCode> {
  if (head.period !== period || periodRootOf(entries) !== head.root) {
    return reject('E_FINALITY_TABLE', 'the entries are not those of the next period')
  }
  const byPeer = new Map(entries.map(entry => [entry.peer, entry]))
  const { seed, seeded, total } = head
  return accept({ period, recovery: null, seed, seeded, total, entries, byPeer, silent: new Set() })
}

/** Why two certificates do not make this header final; undefined if they do [FIN-1]. */
function findFault(
  network: TrustedNetwork,
  { table, root }: Standing,
  certificates: readonly Certificate[],
  header: BlockHeader,
  id: BlockId
): Rejection<FinalityCode> | undefined {
  const [first, second] = certificates
  if (first === undefined || second === undefined)
    return reject('E_PROOF_MALFORMED', 'two certificates make a block final')
  const { target } = first.vote
  if (target.id !== id || target.height !== header.height) {
    return reject('E_FINALITY_LINK', 'the certificates are about another block')
  }
  if (!isSamePoint(second.vote.source, target) || second.vote.target.epoch !== target.epoch + 1) {
    return reject('E_FINALITY_LINK', 'the certificates are not of consecutive epochs')
  }
  if (target.height > lastHeightOf(table.period, network.parameters)) {
    return reject('E_FINALITY_LINK', 'this table does not reach so high')
  }
  for (const certificate of certificates) {
    if (certificate.vote.root.id !== root) {
      return reject('E_FINALITY_LINK', 'the certificates do not start from the last block of the period before')
    }
    const checked = checkCertificate(table, certificate, network.genesis, network.parameters)
    if (!checked.ok) return reject('E_FINALITY_CERTIFICATE', checked.why)
  }
  return undefined
}
