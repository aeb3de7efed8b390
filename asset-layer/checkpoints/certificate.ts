// Statements of a committee's seats and the certificates they make [DAG-7, COM-6]. Members, posters and wallets
// check certificates here; members and watchers collect signatures and learn of seats that signed two things.
import type { SeatClaim, SignedStatement } from '#contracts/claims/claim.ts'
import { contradictionOf } from '#contracts/claims/contradiction.ts'
import { type Decoded, record } from '#contracts/codec/codec.ts'
import type { Verify } from '#contracts/assets/step.ts'
import type { CommitteeRecord } from '#contracts/committees/committee-record.ts'
import { quorumOf } from '#contracts/committees/quorum.ts'
import { seatSignaturesCodec } from '#contracts/ledger/actions/checkpoint-post.ts'
import type { AssetId, CheckpointId, DagId, GenesisHash, PublicKey, Seat } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import {
  type CertifiedStatement,
  type Statement,
  statementCodec,
  statementIdOf,
  statementSigningBytes
} from '#contracts/statements/statement.ts'

/**
 * Commits above the floor for which signatures are kept: 12 s of commits every 50 ms; who is further behind
 * asks for certificates instead.
 */
export const COLLECT_WINDOW = 256

export const certifiedStatementCodec = record({ statement: statementCodec, signatures: seatSignaturesCodec })
export type DecodedCertificate = Decoded<typeof certifiedStatementCodec>

/** One committee as final base state gives it. */
export interface CommitteeKeys {
  readonly genesis: GenesisHash
  readonly asset: AssetId
  readonly epoch: number
  readonly dag: DagId
  /** Validator keys by seat. */
  readonly seats: readonly PublicKey[]
  /** Seats that have lost their collateral: what they sign vouches for nothing, as when a checkpoint is posted. */
  readonly slashed?: ReadonlySet<Seat>
}

/** The keys of a committee as final base state holds it. */
export function committeeKeysOf(
  genesis: GenesisHash,
  asset: AssetId,
  epoch: number,
  dag: DagId,
  { seats }: Pick<CommitteeRecord, 'seats'>
): CommitteeKeys {
  const slashed = new Set(seats.flatMap((seat, place) => (seat.slashed ? [place] : [])))
  return { genesis, asset, epoch, dag, seats: seats.map(({ validator }) => validator), slashed }
}

export type StatementCode = 'E_STATEMENT_COMMITTEE' | 'E_STATEMENT_SEAT' | 'E_STATEMENT_SIGNATURE'
export type CertificateCode = StatementCode | 'E_CERTIFICATE_QUORUM'

/** A quorum of distinct seats of this committee that have collateral signed exactly this statement [COM-6]. */
export function checkCertificate(
  certified: CertifiedStatement,
  committee: CommitteeKeys,
  verify: Verify
): Verdict<Statement, CertificateCode> {
  const { statement, signatures } = certified
  if (!isOfCommittee(statement, committee))
    return reject('E_STATEMENT_COMMITTEE', 'the statement is of another committee')
  const quorum = quorumOf(committee.seats.length)
  const counted = signatures.filter(({ seat }) => committee.slashed?.has(seat) !== true).length
  if (counted < quorum) return reject('E_CERTIFICATE_QUORUM', `${counted} signatures where ${quorum} are needed`)
  const message = statementSigningBytes(committee.genesis, statement)
  let last = -1
  for (const { seat, signature } of signatures) {
    const key = committee.seats[seat]
    if (key === undefined || seat <= last)
      return reject('E_STATEMENT_SEAT', 'seats are not distinct, ascending and known')
    if (!verify(key, message, signature))
      return reject('E_STATEMENT_SIGNATURE', `seat ${seat} did not sign the statement`)
    last = seat
  }
  return accept(statement)
}

export type CollectOutcome =
  /** `certificate` once, when this signature makes the quorum. */
  | { readonly kind: 'counted'; readonly certificate: CertifiedStatement | undefined }
  | { readonly kind: 'repeated' }
  /** The seat signed two things that no honest seat signs; the claim proves it. */
  | { readonly kind: 'evidence'; readonly claim: SeatClaim }
  | { readonly kind: 'refused'; readonly code: StatementCode | 'E_STATEMENT_WINDOW'; readonly why: string }

interface Entry {
  readonly id: CheckpointId
  readonly signed: SignedStatement
}

/** Collects the statements of one committee. One writer; bounded by seats times COLLECT_WINDOW. */
export class CertificateCollector {
  readonly #committee: CommitteeKeys
  readonly #verify: Verify
  /** By commit, then seat: the first statement the seat signed for it. */
  readonly #commits = new Map<number, Map<Seat, Entry>>()
  /** The statement of the highest commit by seat, which outlives the window. */
  readonly #newest = new Map<Seat, SignedStatement>()
  #floor = 0

  constructor(committee: CommitteeKeys, verify: Verify) {
    this.#committee = committee
    this.#verify = verify
  }

  /** Adds one seat's signed statement, from anyone. */
  add(seat: Seat, signed: SignedStatement): CollectOutcome {
    const { statement, signature } = signed
    const key = this.#committee.seats[seat]
    if (key === undefined) return refuse('E_STATEMENT_SEAT', `no seat ${seat}`)
    if (!isOfCommittee(statement, this.#committee)) {
      return refuse('E_STATEMENT_COMMITTEE', 'the statement is of another committee')
    }
    const { commitIndex } = statement
    if (commitIndex < this.#floor || commitIndex >= this.#floor + COLLECT_WINDOW) {
      return refuse('E_STATEMENT_WINDOW', 'the commit is too far from ours')
    }
    const id = statementIdOf(statement)
    const before = this.#commits.get(commitIndex)?.get(seat)
    if (before?.id === id) return { kind: 'repeated' }
    if (!this.#verify(key, statementSigningBytes(this.#committee.genesis, statement), signature)) {
      return refuse('E_STATEMENT_SIGNATURE', `seat ${seat} did not sign the statement`)
    }
    const evidence = this.#evidence(seat, signed, before?.signed)
    if (evidence !== undefined) return { kind: 'evidence', claim: evidence }
    return { kind: 'counted', certificate: this.#count(seat, { id, signed }) }
  }

  /** The certificate of a commit with every signature held, or undefined without a quorum. */
  certificateOf(commitIndex: number): CertifiedStatement | undefined {
    const entries = [...(this.#commits.get(commitIndex) ?? [])].sort(([a], [b]) => a - b)
    for (const [, { id, signed }] of entries) {
      const agreeing = entries.filter(([, entry]) => entry.id === id)
      if (agreeing.length < quorumOf(this.#committee.seats.length)) continue
      const signatures = agreeing.map(([seat, entry]) => ({ seat, signature: entry.signed.signature }))
      return { statement: signed.statement, signatures }
    }
    return undefined
  }

  /** Drops what lies below a commit and refuses it from now on. */
  forgetBelow(commitIndex: number): void {
    if (commitIndex <= this.#floor) return
    this.#floor = commitIndex
    for (const index of this.#commits.keys()) if (index < commitIndex) this.#commits.delete(index)
  }

  #count(seat: Seat, entry: Entry): CertifiedStatement | undefined {
    const { commitIndex } = entry.signed.statement
    const entries = this.#commits.get(commitIndex) ?? new Map<Seat, Entry>()
    this.#commits.set(commitIndex, entries.set(seat, entry))
    const newest = this.#newest.get(seat)
    if (newest === undefined || newest.statement.commitIndex < commitIndex) this.#newest.set(seat, entry.signed)
    const agreeing = [...entries.values()].filter(({ id }) => id === entry.id).length
    return agreeing === quorumOf(this.#committee.seats.length) ? this.certificateOf(commitIndex) : undefined
  }

  #evidence(seat: Seat, signed: SignedStatement, before: SignedStatement | undefined): SeatClaim | undefined {
    const { asset, epoch, dag } = this.#committee
    const fields = { asset, epoch, dag, seat }
    if (before !== undefined) {
      return { kind: 'equivocation', ...fields, twins: { kind: 'statements', first: before, second: signed } }
    }
    const newest = this.#newest.get(seat)
    if (newest === undefined || contradictionOf(newest.statement, signed.statement) === undefined) return undefined
    return { kind: 'contradiction', ...fields, first: newest, second: signed, shown: null }
  }
}

function isOfCommittee(statement: Statement, { asset, epoch, dag }: CommitteeKeys): boolean {
  return statement.asset === asset && statement.epoch === epoch && statement.dag === dag
}

function refuse(code: StatementCode | 'E_STATEMENT_WINDOW', why: string): CollectOutcome {
  return { kind: 'refused', code, why }
}
