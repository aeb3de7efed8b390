// What waits in the mempool, kept over a restart: own submissions the moment they are accepted, all that waits at a stop. A
// submission outlives a killed process at once and a power cut a moment later. Bounded; what cannot be read is passed
// over, since every transaction is checked again like one from a stranger.
import { closeSync, fdatasync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { decode } from '#contracts/codec/codec.ts'
import { type Transaction, TRANSACTION_BYTES, transactionCodec } from '#contracts/ledger/transaction.ts'
import type { TransactionId } from '#contracts/primitives/ids.ts'
import { encodeFrame, FrameReader } from '../runtime/frames.ts'
import type { PreparedTransaction } from '../state/apply-transaction.ts'
import { CHAIN_LIMITS } from './limits.ts'
import type { Mempool } from './mempool.ts'

export class MempoolFile {
  readonly #path: string
  readonly #mempool: Pick<Mempool, 'has' | 'waiting'>
  /** Submitted here, now or before the last restart. */
  readonly #own = new Set<TransactionId>()
  #file: number | undefined
  #bytes = 0
  #isSyncing = false

  constructor(path: string, mempool: Pick<Mempool, 'has' | 'waiting'>) {
    this.#path = path
    this.#mempool = mempool
  }

  /** What the last run left, oldest first. */
  read(): readonly Transaction[] {
    const reader = new FrameReader(TRANSACTION_BYTES)
    const frames = reader.push(this.#contents())
    if (!frames.ok) return []
    return frames.value.flatMap(bytes => {
      const decoded = decode(transactionCodec, bytes, TRANSACTION_BYTES)
      return decoded.ok ? [decoded.value] : []
    })
  }

  /** A transaction submitted here was accepted. */
  keep({ id, encoded }: PreparedTransaction): void {
    if (this.#own.has(id)) return
    this.#own.add(id)
    if (this.#bytes + encoded.length > CHAIN_LIMITS.mempoolFileBytes / 4) this.#rewrite(one => this.#own.has(one.id))
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
    for (const prepared of this.#mempool.waiting()) {
      if (!isKept(prepared)) continue
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
