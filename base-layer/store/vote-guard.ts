// votes.db: what this key has signed, written and synced before each signature, so that no crash makes it contradict
// itself [FIN-7]. Made together with the key by createGuardFile; a missing, older or moved file is a loss and costs silence.
// The chain's file knows the guard's random id and its count of writes, and the file its place on the disk.
import { decode, encode, hex32, record, uint } from '#contracts/codec/codec.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId, Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { mayVote, type VoteMark, voteMarkOf } from '#contracts/statements/vote.ts'
import type { GuardMarks, Intention, VoteGuard, Written } from '../consensus/events.ts'
import { type Database, openDatabase } from '../runtime/database.ts'
import { RuntimeError } from '../runtime/errors.ts'
import { amendIdentity, placeOf, readIdentity, writeNewIdentity } from './guard-identity.ts'
import { type GuardStamp, isGuardLost, lossAt, NO_FAULT, quietUntilMs } from './guard-loss.ts'
import { GUARD_MIGRATIONS, type GuardTables } from './guard-schema.ts'
import { STORE_LIMITS } from './limits.ts'

const stampCodec = record({ id: hex32<Hash>(), writes: uint() })

export function encodeStamp(stamp: GuardStamp): Uint8Array {
  return encode(stampCodec, stamp)
}

/** Null for bytes that are no stamp. */
export function decodeStamp(bytes: Uint8Array | undefined): GuardStamp | null {
  const decoded = decode(stampCodec, bytes ?? new Uint8Array(), 256)
  return decoded.ok ? decoded.value : null
}

/** Makes the guard file of a key that was made just now. Rejects E_DATA_UNUSABLE if the folder has one already. */
export async function createGuardFile(path: string, key: PublicKey): Promise<void> {
  const database = await openDatabase<GuardTables>({ path, migrations: GUARD_MIGRATIONS, synchronous: 'EXTRA' })
  try {
    if (readIdentity(database) !== undefined) throw new RuntimeError('E_DATA_UNUSABLE', `${path} guards a key already`)
    writeNewIdentity(database, key, NO_FAULT)
  } finally {
    await database.close()
  }
}

export interface GuardContext {
  readonly key: PublicKey
  readonly parameters: Parameters
  /** Milliseconds after genesis. */
  readonly nowMs: number
  /** What the chain's file remembers; null if it is new too. */
  readonly stamp: GuardStamp | null
}

/** Opens the guard of a key, or starts a new one after a loss: `lost` says so. Rejects if it guards another key. */
export async function openVoteGuard(
  path: string,
  context: GuardContext
): Promise<{ readonly guard: FileVoteGuard; readonly lost: boolean }> {
  const database = await openDatabase<GuardTables>({ path, migrations: GUARD_MIGRATIONS, synchronous: 'EXTRA' })
  const { key, stamp } = context
  const found = readIdentity(database)
  if (found !== undefined && found.key !== key) {
    await database.close()
    throw new RuntimeError('E_DATA_UNUSABLE', `${path} guards another key`)
  }
  const known = found === undefined ? undefined : { ...found, writes: countWrites(database) }
  const lost = isGuardLost(known, stamp, placeOf(database.path))
  if (lost) writeNewIdentity(database, key, lossAt(context.parameters, context.nowMs))
  return { guard: new FileVoteGuard(database, context), lost }
}

export class FileVoteGuard implements VoteGuard {
  readonly #database: Database<GuardTables>
  readonly #parameters: Parameters
  readonly #statements: ReturnType<typeof prepareAll>
  #vote: VoteMark | undefined
  #acknowledgedSlot: number
  #proposedSlot: number
  #writes: number
  readonly #quietUntilMs: number
  #stopped: string | undefined

  constructor(database: Database<GuardTables>, context: GuardContext) {
    this.#database = database
    this.#parameters = context.parameters
    this.#statements = prepareAll(database.handle)
    this.#acknowledgedSlot = newestSlot(this.#statements.newestAcknowledgement.get())
    this.#proposedSlot = newestSlot(this.#statements.newestProposal.get())
    this.#vote = voteMarkIn(this.#statements.newestVote.get())
    this.#writes = countWrites(database)
    this.#quietUntilMs = quietUntilMs(context.parameters, this.#vote ?? null, context.nowMs)
  }

  get marks(): GuardMarks {
    const { maySignFromMs, loss } = readIdentity(this.#database) ?? NO_FAULT
    return {
      vote: this.#vote ?? null,
      acknowledgedSlot: this.#acknowledgedSlot,
      proposedSlot: this.#proposedSlot,
      maySignFromMs: Math.max(maySignFromMs, this.#quietUntilMs),
      loss
    }
  }

  /** For the chain's file. */
  get stamp(): GuardStamp {
    const identity = readIdentity(this.#database)
    if (identity === undefined) throw new RuntimeError('E_DATA_UNUSABLE', 'the guard file lost its identity')
    return { id: identity.id, writes: this.#writes }
  }

  /** The key signed what this file does not know: from now on it counts as lost. Returns the marks that follow. */
  noteForgotten(nowMs: number): GuardMarks {
    amendIdentity(this.#database, lossAt(this.#parameters, nowMs))
    return this.marks
  }

  /** False after `stop` or a failed write: nothing is signed any more in this process. */
  get signs(): boolean {
    return this.#stopped === undefined
  }

  /** Latches: every later write is refused. */
  stop(why: string): void {
    this.#stopped ??= why
  }

  write<I extends Intention>(intention: I): Written<I> {
    if (this.#stopped !== undefined) throw new RuntimeError('E_STOPPED', `signing has stopped: ${this.#stopped}`)
    try {
      this.#write(intention)
    } catch (error) {
      this.stop(String(error))
      throw error
    }
    return intention as Written<I>
  }

  async close(): Promise<void> {
    this.stop('the guard is closed')
    await this.#database.close()
  }

  /** Monotonic in every kind, whatever consensus asks for: the last line against a contradiction. */
  #write(intention: Intention): void {
    const { putAcknowledgement, putVote, putProposal, bump } = this.#statements
    const durable = (row: () => void): void =>
      this.#database.handle
        .transaction(() => {
          row()
          bump.run()
        })
        .immediate()
    switch (intention.kind) {
      case 'acknowledge': {
        const { slot, block } = intention.acknowledgement
        if (slot <= this.#acknowledgedSlot) throw refusal(`slot ${slot} is acknowledged`)
        durable(() => {
          putAcknowledgement.run(slot, hexToBytes(block))
        })
        this.#acknowledgedSlot = slot
        break
      }
      case 'vote': {
        const { vote } = intention
        if (!mayVote(this.#vote, vote)) throw refusal(`epoch ${vote.target.epoch} contradicts the last vote`)
        durable(() => {
          putVote.run(
            vote.period,
            vote.source.epoch,
            vote.target.epoch,
            hexToBytes(vote.root.id),
            hexToBytes(vote.target.id),
            vote.recovery === null ? null : hexToBytes(vote.recovery)
          )
        })
        this.#vote = voteMarkOf(vote)
        break
      }
      case 'propose': {
        const { slot } = intention.block.header
        if (slot <= this.#proposedSlot) throw refusal(`slot ${slot} has its proposal`)
        durable(() => {
          putProposal.run(slot, hexToBytes(intention.id))
        })
        this.#proposedSlot = slot
        break
      }
    }
    this.#writes += 1
    if (this.#writes % STORE_LIMITS.guardRows === 0) this.#prune()
  }

  #prune(): void {
    const { pruneAcknowledgements, pruneProposals, pruneVotes } = this.#statements
    pruneAcknowledgements.run(this.#acknowledgedSlot - STORE_LIMITS.guardRows)
    pruneProposals.run(this.#proposedSlot - STORE_LIMITS.guardRows)
    pruneVotes.run((this.#vote?.targetEpoch ?? 0) - STORE_LIMITS.guardRows)
  }
}

function refusal(why: string): RuntimeError {
  return new RuntimeError('E_STOPPED', `the vote guard refuses: ${why}`)
}

function prepareAll(handle: Database<GuardTables>['handle']) {
  const prepare = (text: string) => handle.prepare(text)
  return {
    putAcknowledgement: prepare('INSERT INTO acknowledgements VALUES (?, ?)'),
    putVote: prepare('INSERT INTO votes VALUES (?, ?, ?, ?, ?, ?)'),
    putProposal: prepare('INSERT INTO proposals VALUES (?, ?)'),
    bump: prepare('UPDATE guard SET writes = writes + 1'),
    newestAcknowledgement: prepare('SELECT max(slot) AS slot FROM acknowledgements'),
    newestProposal: prepare('SELECT max(slot) AS slot FROM proposals'),
    newestVote: prepare(
      'SELECT period, sourceEpoch, targetEpoch, root, recovery FROM votes ORDER BY targetEpoch DESC LIMIT 1'
    ),
    pruneAcknowledgements: prepare('DELETE FROM acknowledgements WHERE slot < ?'),
    pruneProposals: prepare('DELETE FROM proposals WHERE slot < ?'),
    pruneVotes: prepare('DELETE FROM votes WHERE targetEpoch < ?')
  }
}

function newestSlot(row: unknown): number {
  return (row as { readonly slot: number | null } | undefined)?.slot ?? -1
}

function voteMarkIn(row: unknown): VoteMark | undefined {
  if (row === undefined) return undefined
  const { period, sourceEpoch, targetEpoch, root, recovery } = row as GuardTables['votes']
  return {
    period,
    recovery: recovery === null ? null : (bytesToHex(recovery) as Hash),
    root: bytesToHex(root) as BlockId,
    sourceEpoch,
    targetEpoch
  }
}

function countWrites(database: Database<GuardTables>): number {
  const row = database.handle.prepare('SELECT writes FROM guard').get() as { readonly writes: number } | undefined
  return row?.writes ?? 0
}
