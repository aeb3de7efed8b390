// Statements of one lane: guard, sign, tell, collect, certify [DAG-7]. A member signs what it executed itself and nothing
// after it saw a quorum sign otherwise: its own chain would never stand and theirs it knows to be false [COM-4].
import type { Logger } from '#base-layer/runtime/logger.ts'
import type { Secret } from '#base-layer/runtime/secret.ts'
import type { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import type { SeatClaim } from '#contracts/claims/claim.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { signMessage, verifySignature } from '#contracts/crypto/signature.ts'
import { STATEMENT_BYTES } from '#contracts/ledger/actions/checkpoint-post.ts'
import type { SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { CheckpointId, Seat } from '#contracts/primitives/ids.ts'
import {
  type CertifiedStatement,
  type Statement,
  statementCodec,
  statementIdOf,
  statementSigningBytes
} from '#contracts/statements/statement.ts'
import {
  CertificateCollector,
  certifiedStatementCodec,
  COLLECT_WINDOW,
  type CommitteeKeys
} from '../checkpoints/certificate.ts'
import { REPLICA_LIMITS } from '../limits.ts'
import type { SentStatement } from '../network/dag-messages.ts'
import type { LaneStore } from '../store/lane-store.ts'

export interface CertifierParts {
  readonly lane: LaneStore
  readonly committee: CommitteeKeys
  /** Null: observe and collect only. */
  readonly signer: { readonly seat: Seat; readonly secret: Secret<Uint8Array> } | null
  readonly verifyPool: VerifyPool
  readonly tell: (statements: readonly SentStatement[]) => void
  /** A certificate over what we executed ourselves, newer than any before. */
  readonly onCertified: (certified: CertifiedStatement) => void
  /** A quorum signed something else than we executed. */
  readonly onDissent: (certified: CertifiedStatement, own: Statement) => void
  readonly onOffence: (claim: SeatClaim) => void
  readonly logger: Logger
}

interface Executed {
  readonly id: CheckpointId
  readonly statement: Statement
  /** Undefined: executed before a restart, and followed by another commit. */
  readonly tree: SparseTree<Uint8Array> | undefined
}

export class Certifier {
  readonly #parts: CertifierParts
  readonly #collector: CertificateCollector
  /** What we executed and no certificate covers yet, by commit. */
  readonly #executed = new Map<number, Executed>()
  #signing: boolean
  #certifiedCommit = 0
  #newest: { readonly certified: CertifiedStatement; readonly tree: SparseTree<Uint8Array> } | undefined

  constructor(parts: CertifierParts) {
    this.#parts = parts
    this.#signing = parts.signer !== null
    this.#collector = new CertificateCollector(parts.committee, verifySignature)
  }

  get signing(): boolean {
    return this.#signing
  }

  get certifiedCommit(): number {
    return this.#certifiedCommit
  }

  /** The newest certificate over a state we hold, and that state. */
  get newest(): { readonly certified: CertifiedStatement; readonly tree: SparseTree<Uint8Array> } | undefined {
    return this.#newest
  }

  /** After a restart: what has its certificate, and what was signed and waits for it still, if all members went down
   * together. `tree` is the state after the newest executed commit. */
  restore(commitIndex: number, tree: SparseTree<Uint8Array>): void {
    this.#collector.forgetBelow(commitIndex - COLLECT_WINDOW / 2)
    const { lane, signer } = this.#parts
    const known = lane.newestCertificate()
    const certified = known === undefined ? undefined : decode(certifiedStatementCodec, known, known.length)
    const isOfTree = (statement: Statement): boolean => statement.postRoot === bytesToHex(tree.root)
    if (certified?.ok === true) {
      this.#certifiedCommit = certified.value.statement.commitIndex
      if (isOfTree(certified.value.statement)) this.#newest = { certified: certified.value, tree }
    }
    if (signer === null) return
    for (const { place, statement } of lane.statementsFrom(this.#certifiedCommit + 1, COLLECT_WINDOW).toReversed()) {
      const decoded = decode(statementCodec, statement, STATEMENT_BYTES)
      if (!decoded.ok) continue
      const { value } = decoded
      this.#executed.set(place, {
        id: statementIdOf(value),
        statement: value,
        tree: isOfTree(value) ? tree : undefined
      })
      this.#count(signer.seat, value, this.#signatureOf(value))
    }
  }

  /** Signs nothing more in this dag. */
  stopSigning(why: string): void {
    if (!this.#signing) return
    this.#signing = false
    this.#parts.logger.warn({ dag: this.#parts.committee.dag }, `this seat signs no more statements: ${why}`)
  }

  /** One executed commit; `statement` is null if it needs none. */
  executed(commitIndex: number, statement: Statement | null, tree: SparseTree<Uint8Array>): void {
    this.#collector.forgetBelow(commitIndex - COLLECT_WINDOW / 2)
    if (statement === null) return
    this.#executed.set(commitIndex, { id: statementIdOf(statement), statement, tree })
    if (this.#executed.size > REPLICA_LIMITS.uncertified) {
      const oldest = this.#executed.keys().next().value
      if (oldest !== undefined) this.#executed.delete(oldest)
    }
    this.#sign(statement)
    const certificate = this.#collector.certificateOf(commitIndex)
    if (certificate !== undefined) this.#certified(certificate)
  }

  /** Statements of seats, from anyone. Resolves when they are counted. */
  async receive(statements: readonly SentStatement[]): Promise<void> {
    const { committee, verifyPool } = this.#parts
    for (const { seat, statement: encoded, signature } of statements) {
      const decoded = decode(statementCodec, encoded, STATEMENT_BYTES)
      const key = committee.seats[seat]
      if (!decoded.ok || key === undefined || decoded.value.dag !== committee.dag) continue
      const message = statementSigningBytes(committee.genesis, decoded.value)
      if (!(await verifyPool.verify(key, message, signature))) continue
      this.#count(seat, decoded.value, signature)
    }
  }

  /** Every signature held for a statement that has a certificate [COM-5]. */
  certificateOf(statement: Statement): CertifiedStatement | undefined {
    return this.#collector.certificateOf(statement.commitIndex)
  }

  /** Our newest statements as others should hear them, oldest first. */
  ownStatements(): readonly SentStatement[] {
    const { signer, lane } = this.#parts
    if (signer === null || !this.#signing) return []
    const rows = lane.statementsFrom(0, REPLICA_LIMITS.retoldStatements)
    return [...rows].reverse().flatMap(({ statement: encoded }) => {
      const decoded = decode(statementCodec, encoded, STATEMENT_BYTES)
      return decoded.ok ? [{ seat: signer.seat, statement: encoded, signature: this.#signatureOf(decoded.value) }] : []
    })
  }

  #sign(statement: Statement): void {
    const { signer, lane, tell } = this.#parts
    if (signer === null || !this.#signing) return
    const encoded = encode(statementCodec, statement)
    if (!lane.guardStatement(statement.commitIndex, statementIdOf(statement), encoded)) {
      this.stopSigning('another statement of this commit is in the guard')
      return
    }
    const signature = this.#signatureOf(statement)
    tell([{ seat: signer.seat, statement: encoded, signature }])
    this.#count(signer.seat, statement, signature)
  }

  /** Ed25519 signatures are deterministic: what the guard holds is signed again to the same bytes. */
  #signatureOf(statement: Statement): Uint8Array {
    const { signer, committee } = this.#parts
    if (signer === null) return new Uint8Array(0)
    return signMessage(signer.secret.reveal(), statementSigningBytes(committee.genesis, statement))
  }

  #count(seat: Seat, statement: Statement, signature: Uint8Array): void {
    const outcome = this.#collector.add(seat, { statement, signature })
    if (outcome.kind === 'evidence') this.#parts.onOffence(outcome.claim)
    if (outcome.kind === 'counted' && outcome.certificate !== undefined) this.#certified(outcome.certificate)
  }

  #certified(certified: CertifiedStatement): void {
    const { statement } = certified
    const executed = this.#executed.get(statement.commitIndex)
    // Not executed yet: looked at again when it is.
    if (executed === undefined) return
    if (executed.id !== statementIdOf(statement)) {
      this.stopSigning('a quorum signed what execution here does not give')
      this.#parts.onDissent(certified, executed.statement)
      return
    }
    this.#parts.lane.addCertificate(
      statement.sequence,
      statement.commitIndex,
      encode(certifiedStatementCodec, certified)
    )
    for (const commitIndex of this.#executed.keys()) {
      if (commitIndex <= statement.commitIndex) this.#executed.delete(commitIndex)
    }
    if (statement.commitIndex <= this.#certifiedCommit) return
    this.#certifiedCommit = statement.commitIndex
    if (executed.tree !== undefined) this.#newest = { certified, tree: executed.tree }
    this.#parts.onCertified(certified)
  }
}
