// What waits in the mempool, kept over a restart: own submissions the moment they are accepted, all that waits at a
// stop. A submission outlives a killed process at once and a power cut a moment later. Bounded; what cannot be read
// is passed over, since every transaction is checked again like one from a stranger.
import { closeSync, fdatasync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { decode } from '#contracts/codec/codec.ts'
import { type Transaction, TRANSACTION_BYTES, transactionCodec } from '#contracts/ledger/transaction.ts'
import type { TransactionId } from '#contracts/primitives/ids.ts'
import { encodeFrame, FrameReader } from '../../runtime/frames.ts'
import { type PreparedTransaction, prepareTransaction } from '../../state/transactions/apply-transaction.ts'
import { CHAIN_LIMITS } from '../limits.ts'
import type { Mempool } from './mempool.ts'

export class MempoolFile {
  readonly #path: string
  readonly #mempool: Pick<Mempool, 'has' | 'waiting'>
  /** Submitted here, now or before the last restart. */
  readonly #own = new Set<TransactionId>()
  /** Of the last run: not taken again yet, because this node is behind, and not known to be over. */
  readonly #left = new Map<TransactionId, PreparedTransaction>()
  #file: number | undefined
  #bytes = 0
  #isSyncing = false

  constructor(path: string, mempool: Pick<Mempool, 'has' | 'waiting'>) {
    this.#path = path
    this.#mempool = mempool
  }

  /** Takes in what the last run left, once; oldest first. */
  read(): readonly Transaction[] {
    const reader = new FrameReader(TRANSACTION_BYTES)
    const frames = reader.push(this.#contents())
    if (!frames.ok) return []
    for (const bytes of frames.value) {
      const decoded = decode(transactionCodec, bytes, TRANSACTION_BYTES)
      if (!decoded.ok) continue
      const prepared = prepareTransaction(decoded.value)
      this.#left.set(prepared.id, prepared)
    }
    return [...this.#left.values()].map(({ transaction }) => transaction)
  }

  /**
   * What the last run left and was neither kept nor forgotten since:
   * at most `count`, those of the last call come last.
   */
  left(count: number): readonly PreparedTransaction[] {
    const found = [...this.#left.values()].slice(0, count)
    for (const one of found) {
      this.#left.delete(one.id)
      this.#left.set(one.id, one)
    }
    return found
  }

  get leftOver(): number {
    return this.#left.size
  }

  /** It is final, or nothing will come of it. */
  forget(id: TransactionId): void {
    this.#left.delete(id)
  }

  /** Writes the file anew: without what is over, and whole, whatever the end of the last process left of it. */
  compact(): void {
    this.#rewrite(one => this.#own.has(one.id))
  }

  /** A transaction submitted here was accepted. */
  keep({ id, encoded }: PreparedTransaction): void {
    this.#left.delete(id)
    if (this.#own.has(id)) return
    this.#own.add(id)
    if (this.#bytes + encoded.length > CHAIN_LIMITS.mempoolFileBytes / 4) this.compact()
    else this.#append(encoded)
  }

  /** All that waits, for the next start; then nothing more is kept. */
  close(): void {
    this.#rewrite(() => true)
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #contents(): Uint8Array {
    try {
      return readFileSync(this.#path).subarray(0, CHAIN_LIMITS.mempoolFileBytes)
    } catch {
      return new Uint8Array()
    }
  }

  #append(encoded: Uint8Array): void {
    this.#file ??= openSync(this.#path, 'a', 0o600)
    this.#bytes += writeSync(this.#file, encodeFrame(encoded))
    if (this.#isSyncing) return
    this.#isSyncing = true
    // One for all that is written until it is done; a failure costs no more than the hint.
    fdatasync(this.#file, () => {
      this.#isSyncing = false
    })
  }

  /** Never half written: the old file stands until the new one is whole. */
  #rewrite(isKept: (prepared: PreparedTransaction) => boolean): void {
    for (const id of this.#own) if (!this.#mempool.has(id)) this.#own.delete(id)
    const frames: Uint8Array[] = []
    let bytes = 0
    const waiting = [...this.#mempool.waiting()].filter(isKept)
    for (const prepared of [...this.#left.values(), ...waiting]) {
      const frame = encodeFrame(prepared.encoded)
      bytes += frame.length
      if (bytes > CHAIN_LIMITS.mempoolFileBytes) break
      frames.push(frame)
    }
    writeFileSync(`${this.#path}.new`, Buffer.concat(frames), { mode: 0o600 })
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    renameSync(`${this.#path}.new`, this.#path)
    this.#bytes = bytes
  }
}
