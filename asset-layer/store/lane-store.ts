// The rows of one lane. Writes queue up in memory in order and reach the disk together, in one transaction, at the next
// durable point: an own block before it is signed, a statement before it is signed, or a flush. What is on disk is therefore
// always a prefix of what happened [DAG-6, FIN-7].
import type { Statement as Sql } from 'better-sqlite3'
import type { SqliteHandle } from '#base-layer/runtime/database.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { STATEMENT_BYTES } from '#contracts/ledger/actions/checkpoint-post.ts'
import type { AssetId, CheckpointId, DagId, Hash, Round, Seat } from '#contracts/primitives/ids.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import { type CertifiedStatement, type Statement, statementCodec } from '#contracts/statements/statement.ts'
import { certifiedStatementCodec } from '../checkpoints/certificate.ts'
import { CONSENSUS_LIMITS } from '../consensus/limits.ts'
import { type Progress, progressCodec } from '../execution/progress.ts'
import { LINK_LIMITS, REPLICA_LIMITS } from '../limits.ts'
import { commitCodec, type StoredCommit, type StoredStart } from './records.ts'

export interface LaneRow {
  readonly id: number
  readonly asset: AssetId
  readonly epoch: number
  readonly dag: DagId
  /** Null: observer. */
  readonly seat: Seat | null
  readonly start: StoredStart
  /** False: this file is younger than the epoch and may stand for one that knew more [DAG-6]. */
  readonly mayPropose: boolean
}

export interface StoredBlock {
  readonly header: Uint8Array
  readonly body: Uint8Array
}
export interface RoundedBlock extends StoredBlock {
  readonly round: Round
  readonly author: Seat
  readonly digest: Hash
}

export interface StoredStep {
  readonly place: number
  readonly sequence: number
  /** Commit that ran it. */
  readonly committed: number
  readonly input: Uint8Array
  readonly leaf: Uint8Array
  readonly effects: Uint8Array
}

export interface StateEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

const LONGEST = Number.MAX_SAFE_INTEGER
/** Closed sequences that may still have to be posted again. */
const CLOSING_KEPT = 64

export class LaneStore {
  readonly row: LaneRow
  readonly #sql: Readonly<Record<Name, Sql>>
  #pending: (() => void)[] = []
  #ready: boolean
  #prunedBelow = 0
  readonly #run: (writes: readonly (() => void)[]) => void

  constructor(handle: SqliteHandle, row: LaneRow, ready: boolean) {
    this.row = row
    this.#ready = ready
    this.#sql = prepared(handle)
    const transaction = handle.transaction((writes: readonly (() => void)[]) => {
      for (const write of writes) write()
    })
    this.#run = writes => transaction.immediate(writes)
  }

  /** The starting state is in the store. */
  get ready(): boolean {
    return this.#ready
  }

  get pending(): number {
    return this.#pending.length
  }

  /** Everything queued is on disk when this returns; throws if it cannot be. */
  flush(): void {
    if (this.#pending.length === 0) return
    const writes = this.#pending
    this.#run(writes)
    this.#pending = []
  }

  addBlock(block: RoundedBlock): void {
    const { round, author, digest, header, body } = block
    this.#queue(() => this.#sql.addBlock.run(this.row.id, round, author, digest, header, body))
  }

  /** Writes an own block, unsigned, with everything queued before it. On disk when this returns; throws if this round or a
   * later one has its block already. */
  writeProposal(round: Round, header: Uint8Array, body: Uint8Array): void {
    const newest = this.newestProposal()
    assert(newest === undefined || newest.round < round, 'one own block for each round')
    this.#queue(() => {
      this.#sql.addProposal.run(this.row.id, round, header, body)
      this.#sql.dropProposals.run(this.row.id, round)
    })
    this.flush()
  }

  /** The last own block that was written. */
  newestProposal(): { readonly round: Round; readonly header: Uint8Array; readonly body: Uint8Array } | undefined {
    return this.#sql.newestProposal.get(this.row.id) as
      | { round: Round; header: Uint8Array; body: Uint8Array }
      | undefined
  }

  addCommit(commit: StoredCommit): void {
    const record = encode(commitCodec, commit)
    this.#queue(() => this.#sql.addCommit.run(this.row.id, commit.place, record))
  }

  /** What one commit came to: its steps, the new values of the open sequence, where execution stands, and what went by. */
  addExecution(
    progress: Progress,
    sequence: number,
    steps: readonly StoredStep[],
    entries: readonly StateEntry[],
    receipts: readonly { readonly instruction: Uint8Array; readonly place: number }[]
  ): void {
    const record = encode(progressCodec, progress)
    this.#queue(() => {
      const { id } = this.row
      for (const step of steps) {
        this.#sql.addStep.run(id, step.place, step.sequence, step.committed, step.input, step.leaf, step.effects)
      }
      for (const { instruction, place } of receipts) this.#sql.addReceipt.run(instruction, id, place)
      for (const { key, value } of entries) this.#sql.putLeaf.run(id, key, sequence, value)
      this.#sql.setProgress.run(record, id)
      this.#sql.dropCommits.run(id, progress.commitIndex - CONSENSUS_LIMITS.gcDepth)
    })
  }

  /** The guard: false if another statement was written for this commit. On disk when it returns true. */
  guardStatement(place: number, statementId: CheckpointId, statement: Uint8Array): boolean {
    const known = this.#sql.getStatement.get(this.row.id, place) as { id: string } | undefined
    if (known !== undefined) return known.id === statementId
    this.#queue(() => this.#sql.addStatement.run(this.row.id, place, statementId, statement))
    this.flush()
    return true
  }

  /** Own statements from a commit on, newest first. */
  statementsFrom(place: number, limit: number): readonly { readonly place: number; readonly statement: Uint8Array }[] {
    return this.#sql.statementsFrom.all(this.row.id, place, limit) as { place: number; statement: Uint8Array }[]
  }

  /** The statement by which a sequence closed here, signed by us or not. */
  addClosing(sequence: number, statement: Uint8Array): void {
    this.#queue(() => this.#sql.addClosing.run(this.row.id, sequence, statement))
  }

  closing(sequence: number): Statement | undefined {
    this.flush()
    const row = this.#sql.closing.get(this.row.id, sequence) as { statement: Uint8Array } | undefined
    if (row === undefined) return undefined
    const decoded = decode(statementCodec, row.statement, STATEMENT_BYTES)
    return present(decoded.ok ? decoded.value : undefined, 'the store holds what it was given')
  }

  addCertificate(sequence: number, place: number, certified: Uint8Array): void {
    this.#queue(() => this.#sql.addCertificate.run(this.row.id, sequence, place, certified))
  }

  certificate(sequence: number): Uint8Array | undefined {
    this.flush()
    return (this.#sql.certificate.get(this.row.id, sequence) as { certified: Uint8Array } | undefined)?.certified
  }

  newestCertificate(): Uint8Array | undefined {
    this.flush()
    return (this.#sql.newestCertificate.get(this.row.id) as { certified: Uint8Array } | undefined)?.certified
  }

  /** Certificates of closed sequences, ascending; the newest CLOSING_KEPT of them. */
  closingCertificates(): readonly CertifiedStatement[] {
    const rows = this.#sql.certificates.all(this.row.id, CLOSING_KEPT) as { certified: Uint8Array }[]
    return rows.reverse().flatMap(({ certified }) => {
      const decoded = decode(certifiedStatementCodec, certified, certified.length)
      return decoded.ok && decoded.value.statement.closes !== 'open' ? [decoded.value] : []
    })
  }

  /** Writes the starting state; the lane is ready when this returns. */
  writeStart(entries: Iterable<StateEntry>): void {
    this.#run([
      () => {
        for (const { key, value } of entries) this.#sql.putLeaf.run(this.row.id, key, this.row.start.sequence, value)
        this.#sql.setReady.run(this.row.id)
      }
    ])
    this.#ready = true
  }

  /** Where execution stands, on disk; undefined before the first commit. */
  progress(): Progress | undefined {
    const row = this.#sql.progress.get(this.row.id) as { progress: Uint8Array | null } | undefined
    if (row?.progress == null) return undefined
    const decoded = decode(progressCodec, row.progress, row.progress.length)
    return present(decoded.ok ? decoded.value : undefined, 'the store holds what it was given')
  }

  commitsFrom(place: number): readonly StoredCommit[] {
    const rows = this.#sql.commitsFrom.all(this.row.id, place) as { record: Uint8Array }[]
    return rows.map(({ record }) => commitOf(record))
  }

  newestCommit(): StoredCommit | undefined {
    const row = this.#sql.newestCommit.get(this.row.id) as { record: Uint8Array } | undefined
    return row === undefined ? undefined : commitOf(row.record)
  }

  /** Blocks of commits; those of rounds up to `round` may be left out. */
  committedDigests(round: Round): ReadonlySet<Hash> {
    const digests = new Set<Hash>()
    for (const { blocks } of this.commitsFrom(0)) {
      for (const ref of blocks) if (ref.round > round) digests.add(ref.digest)
    }
    return digests
  }

  /** In the order they were accepted. */
  blocksAbove(round: Round): readonly RoundedBlock[] {
    return this.#sql.blocksAbove.all(this.row.id, round) as RoundedBlock[]
  }

  /** Flushed blocks of these rounds, ascending. */
  blocksOfRounds(from: Round, to: Round = LONGEST, limit: number = LINK_LIMITS.answerBlocks): readonly RoundedBlock[] {
    return this.#sql.blocksOfRounds.all(this.row.id, from, to, limit) as RoundedBlock[]
  }

  block(digest: Hash): StoredBlock | undefined {
    return this.#sql.block.get(this.row.id, digest) as StoredBlock | undefined
  }

  /** Steps [from, to) of the asset's history. */
  steps(from: number, to: number, limit: number): readonly StoredStep[] {
    this.flush()
    return this.#sql.steps.all(this.row.id, from, to, limit) as StoredStep[]
  }

  /** Of what is on disk: a member's steps are before it signs for them. */
  stepOf(instruction: Uint8Array): StoredStep | undefined {
    return this.#sql.stepOf.get(instruction, this.row.id) as StoredStep | undefined
  }

  /** The whole state as it was when `sequence` closed, or so far if it is open. */
  stateAt(sequence: number): readonly StateEntry[] {
    this.flush()
    return this.#sql.stateAt.all(this.row.id, sequence) as StateEntry[]
  }

  /** Entries of a closed state after a key, in order of their keys. */
  statePage(
    sequence: number,
    after: Uint8Array,
    limit: number
  ): readonly { readonly key: Uint8Array; readonly value: Uint8Array }[] {
    this.flush()
    return this.#sql.statePage.all(this.row.id, sequence, after, limit) as { key: Uint8Array; value: Uint8Array }[]
  }

  /** Older versions of values that a settled sequence replaced are not needed any more, save the starting state. */
  pruneBelow(sequence: number): void {
    if (sequence <= Math.max(this.row.start.sequence, this.#prunedBelow)) return
    this.#prunedBelow = sequence
    this.#queue(() => this.#sql.pruneLeaves.run({ lane: this.row.id, sequence, start: this.row.start.sequence }))
  }

  #queue(write: () => void): void {
    this.#pending.push(write)
    if (this.#pending.length >= REPLICA_LIMITS.pendingWrites) this.flush()
  }
}

function commitOf(record: Uint8Array): StoredCommit {
  const decoded = decode(commitCodec, record, record.length)
  return present(decoded.ok ? decoded.value : undefined, 'the store holds what it was given')
}

const SQL = {
  addBlock: 'INSERT OR IGNORE INTO blocks (lane, round, author, digest, header, body) VALUES (?, ?, ?, ?, ?, ?)',
  addProposal: 'INSERT INTO proposals VALUES (?, ?, ?, ?)',
  dropProposals: 'DELETE FROM proposals WHERE lane = ? AND round < ?',
  newestProposal: 'SELECT round, header, body FROM proposals WHERE lane = ? ORDER BY round DESC LIMIT 1',
  addCommit: 'INSERT OR IGNORE INTO commits VALUES (?, ?, ?)',
  dropCommits: 'DELETE FROM commits WHERE lane = ? AND place < ?',
  newestCommit: 'SELECT record FROM commits WHERE lane = ? ORDER BY place DESC LIMIT 1',
  commitsFrom: 'SELECT record FROM commits WHERE lane = ? AND place >= ? ORDER BY place',
  addStep: 'INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?, ?, ?, ?)',
  addReceipt: 'INSERT OR IGNORE INTO receipts VALUES (?, ?, ?)',
  putLeaf: 'INSERT OR REPLACE INTO leaves VALUES (?, ?, ?, ?)',
  setProgress: 'UPDATE lanes SET progress = ? WHERE id = ?',
  setReady: 'UPDATE lanes SET ready = 1 WHERE id = ?',
  progress: 'SELECT progress FROM lanes WHERE id = ?',
  getStatement: 'SELECT id FROM statements WHERE lane = ? AND place = ?',
  addStatement: 'INSERT INTO statements VALUES (?, ?, ?, ?)',
  statementsFrom: 'SELECT place, statement FROM statements WHERE lane = ? AND place >= ? ORDER BY place DESC LIMIT ?',
  addClosing: 'INSERT OR REPLACE INTO closings VALUES (?, ?, ?)',
  closing: 'SELECT statement FROM closings WHERE lane = ? AND sequence = ?',
  addCertificate: 'INSERT OR REPLACE INTO certificates VALUES (?, ?, ?, ?)',
  certificate: 'SELECT certified FROM certificates WHERE lane = ? AND sequence = ?',
  newestCertificate: 'SELECT certified FROM certificates WHERE lane = ? ORDER BY sequence DESC LIMIT 1',
  certificates: 'SELECT certified FROM certificates WHERE lane = ? ORDER BY sequence DESC LIMIT ?',
  blocksAbove: 'SELECT round, author, digest, header, body FROM blocks WHERE lane = ? AND round > ? ORDER BY id',
  blocksOfRounds: `SELECT round, author, digest, header, body FROM blocks
    WHERE lane = ? AND round BETWEEN ? AND ? ORDER BY round LIMIT ?`,
  block: 'SELECT header, body FROM blocks WHERE lane = ? AND digest = ?',
  steps: 'SELECT * FROM steps WHERE lane = ? AND place >= ? AND place < ? ORDER BY place LIMIT ?',
  stepOf: `SELECT steps.* FROM receipts JOIN steps ON steps.lane = receipts.lane AND steps.place = receipts.place
    WHERE receipts.instruction = ? AND receipts.lane = ?`,
  stateAt: `SELECT key, value, MAX(sequence) AS sequence FROM leaves WHERE lane = ? AND sequence <= ? GROUP BY key
    HAVING value IS NOT NULL`,
  statePage: `SELECT key, value, MAX(sequence) AS sequence FROM leaves WHERE lane = ? AND sequence <= ? AND key > ?
    GROUP BY key HAVING value IS NOT NULL ORDER BY key LIMIT ?`,
  pruneLeaves: `DELETE FROM leaves WHERE lane = @lane AND sequence < @sequence AND sequence > @start AND EXISTS (
    SELECT 1 FROM leaves AS newer WHERE newer.lane = @lane AND newer.key = leaves.key
    AND newer.sequence > leaves.sequence AND newer.sequence <= @sequence)`
} as const
type Name = keyof typeof SQL

const statements = new WeakMap<SqliteHandle, Readonly<Record<Name, Sql>>>()

/** Compiled once for each connection. */
function prepared(handle: SqliteHandle): Readonly<Record<Name, Sql>> {
  const known = statements.get(handle)
  if (known !== undefined) return known
  const entries = Object.entries(SQL).map(([name, text]) => [name, handle.prepare(text)])
  const made = Object.fromEntries(entries) as Record<Name, Sql>
  statements.set(handle, made)
  return made
}
