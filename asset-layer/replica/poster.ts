// Brings closing statements to the base chain: in order, normally by one seat, by the others in turn if it does not, until the
// base records them [CKP-1, CKP-2, CKP-5]. What was refused or reorganised away is posted again unchanged.
import type { Account, BaseChain } from '#base-layer/index.ts'
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Logger } from '#base-layer/runtime/logger.ts'
import { encode } from '#contracts/codec/codec.ts'
import type { AssetId, Seat } from '#contracts/primitives/ids.ts'
import type { CheckpointRecord } from '#contracts/statements/checkpoint-record.ts'
import {
  type CertifiedStatement,
  type Statement,
  statementCodec,
  statementIdOf
} from '#contracts/statements/statement.ts'

export interface PosterParts {
  readonly chain: BaseChain
  readonly account: Pick<Account, 'key' | 'act'>
  readonly clock: Clock
  readonly asset: AssetId
  readonly seat: Seat
  readonly seats: number
  readonly slotMs: number
  /** The certificate with every signature held now. */
  readonly certificateOf: (statement: Statement) => CertifiedStatement | undefined
  /** The base recorded another checkpoint than ours. */
  readonly onOther: (statement: Statement, recorded: CheckpointRecord) => void
  readonly logger: Logger
}

interface Waiting {
  readonly certified: CertifiedStatement
  /** Not before this time do we post ourselves. */
  notBeforeMs: number
}

export class Poster {
  readonly #parts: PosterParts
  /** By sequence, ascending. */
  readonly #waiting = new Map<number, Waiting>()
  #working = false
  #cancel: (() => void) | undefined
  #stopped = false

  constructor(parts: PosterParts) {
    this.#parts = parts
  }

  /** A certified closing statement that the base may not have yet. */
  add(certified: CertifiedStatement): void {
    const { sequence } = certified.statement
    const { seat, seats, slotMs, clock } = this.#parts
    if (this.#waiting.has(sequence) || certified.statement.closes === 'open') return
    // The seat whose turn it is posts at once, the next waits three slots more than the one before it: long enough to see it done.
    const turn = (seat - (sequence % seats) + seats) % seats
    this.#waiting.set(sequence, { certified, notBeforeMs: clock.nowMs() + turn * TURN_SLOTS * slotMs })
    this.poke()
  }

  /** Looks again: finality advanced, or time passed. */
  poke(): void {
    if (this.#working || this.#stopped || this.#waiting.size === 0) return
    this.#working = true
    void this.#work().finally(() => {
      this.#working = false
      this.#cancel?.()
      if (this.#waiting.size > 0 && !this.#stopped) {
        this.#cancel = this.#parts.clock.setTimer(this.#parts.slotMs, () => this.poke())
      }
    })
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }

  async #work(): Promise<void> {
    try {
      for (const [sequence, waiting] of [...this.#waiting].sort(([a], [b]) => a - b)) {
        if (!(await this.#post(sequence, waiting))) return
      }
    } catch (error) {
      this.#parts.logger.debug({ err: error }, 'a checkpoint could not be posted yet')
    }
  }

  /** True once the sequence after it may be looked at. */
  async #post(sequence: number, waiting: Waiting): Promise<boolean> {
    const { chain, account, asset, clock, certificateOf, onOther, logger } = this.#parts
    const { statement } = waiting.certified
    const final = await chain.read('checkpoints', { asset, sequence })
    if (final !== undefined && final.status !== 'void') {
      this.#waiting.delete(sequence)
      if (final.id !== statementIdOf(statement)) onOther(statement, final)
      return true
    }
    const head = await chain.read('checkpoints', { asset, sequence }, 'head')
    if (head !== undefined && head.status !== 'void') return head.id === statementIdOf(statement)
    if (clock.nowMs() < waiting.notBeforeMs || this.#stopped) return false
    const previous = await chain.read('checkpoints', { asset, sequence: sequence - 1 }, 'head')
    const tip = await chain.tip('head')
    if (previous?.id !== statement.previous || tip.recordedFinal < statement.baseHeight) return false
    const { signatures } = certificateOf(statement) ?? waiting.certified
    // One attempt stands until the next block or two show what became of it.
    waiting.notBeforeMs = clock.nowMs() + TURN_SLOTS * this.#parts.slotMs
    const sent = await account.act({
      kind: 'checkpoint.post',
      statement: encode(statementCodec, statement),
      signatures
    })
    if (sent.ok)
      logger.info({ asset, sequence, steps: statement.stepCount, closes: statement.closes }, 'checkpoint posted')
    else logger.debug({ asset, sequence, code: sent.code, why: sent.why }, 'checkpoint not taken yet')
    return false
  }
}

const TURN_SLOTS = 3
