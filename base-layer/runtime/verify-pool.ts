// Verifies signatures off the event loop before the rules see them: single ones on the threads of libuv, those of a
// block on threads of our own. What it accepts is remembered for verifySignature, which then answers at once
// [SIG-1]. Drivers call it on arrival of anything signed.
import { verify } from 'node:crypto'
import { verifySignature } from '#contracts/crypto/signature.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { RuntimeError } from './errors.ts'
import { VERIFY_LIMITS } from './limits.ts'
import { publicKeyObject } from './native-crypto.ts'
import { VerifiedCache } from './verified-cache.ts'
import { VerifyThreads } from './verify-threads.ts'

export interface SignedItem {
  readonly key: PublicKey
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

export class VerifyPool {
  readonly #verified: VerifiedCache
  readonly #pendingMax: number
  readonly #running = new Map<string, Promise<boolean>>()
  readonly #threads = new VerifyThreads()

  /** `verified` is the one of installNodeCrypto. */
  constructor(verified: VerifiedCache, pendingMax: number = VERIFY_LIMITS.pendingMax) {
    this.#verified = verified
    this.#pendingMax = pendingMax
  }

  /** Signatures being verified or waiting for a thread. */
  get pending(): number {
    return this.#running.size
  }

  /** The verdict of ZIP-215. Rejects E_BUSY above the limit: shed load. Equal calls at one time share one run. */
  verify(key: PublicKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
    const name = VerifiedCache.nameOf(key, message, signature)
    if (name === undefined) return Promise.resolve(false)
    if (this.#verified.has(name)) return Promise.resolve(true)
    const running = this.#running.get(name)
    if (running !== undefined) return running
    if (this.#running.size >= this.#pendingMax) {
      return Promise.reject(new RuntimeError('E_BUSY', `${this.#pendingMax} signatures are waiting`))
    }
    const verdict = this.#run(key, message, signature, name)
    this.#running.set(name, verdict)
    return verdict
  }

  /** One verdict per item, in order. Takes at most a quarter of the pool at once; rejects E_BUSY if others fill it. */
  async verifyMany(items: readonly SignedItem[]): Promise<boolean[]> {
    const verdicts: boolean[] = []
    const step = Math.max(1, Math.floor(this.#pendingMax / 4))
    for (let start = 0; start < items.length; start += step) {
      const slice = items.slice(start, start + step)
      verdicts.push(...(await Promise.all(slice.map(item => this.verify(item.key, item.message, item.signature)))))
    }
    return verdicts
  }

  /** True if all are valid. Stops soon after the first that is not: an invalid one costs the most [SIG-1]. */
  async verifyAll(items: readonly SignedItem[]): Promise<boolean> {
    const isMany = items.length >= VERIFY_LIMITS.batchMin && this.#running.size < this.#pendingMax
    const open = isMany ? await this.#leftOpen(items) : items
    const step = Math.max(1, Math.min(VERIFY_LIMITS.lostWithOneInvalid, Math.floor(this.#pendingMax / 4)))
    for (let start = 0; start < open.length; start += step) {
      const slice = open.slice(start, start + step)
      const verdicts = await Promise.all(slice.map(item => this.verify(item.key, item.message, item.signature)))
      if (!verdicts.every(Boolean)) return false
    }
    return true
  }

  /** Remembers what the threads call valid, and returns the rest: a machine that starts no threads leaves all open. */
  async #leftOpen(items: readonly SignedItem[]): Promise<readonly SignedItem[]> {
    const open: SignedItem[] = []
    const batch: (SignedItem & { readonly name: string })[] = []
    for (const item of items) {
      const name = VerifiedCache.nameOf(item.key, item.message, item.signature)
      if (name === undefined) open.push(item)
      else if (!this.#verified.has(name)) batch.push({ ...item, name })
    }
    const found = await this.#threads.verify(batch).catch(() => [])
    batch.forEach((item, place) => {
      if (found[place] === true) this.#verified.add(item.name)
      else open.push(item)
    })
    return open
  }

  async #run(key: PublicKey, message: Uint8Array, signature: Uint8Array, name: string): Promise<boolean> {
    try {
      if (await verifyOnThread(key, message, signature)) {
        this.#verified.add(name)
        return true
      }
      // The portable verifier has the last word on "invalid".
      if (!verifySignature(key, message, signature)) return false
      this.#verified.add(name)
      return true
    } finally {
      this.#running.delete(name)
    }
  }
}

function verifyOnThread(key: PublicKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const parsed = publicKeyObject(key)
  if (parsed === undefined) return Promise.resolve(false)
  return new Promise(resolve => {
    verify(null, message, parsed, signature, (error, valid) => resolve(error === null && valid))
  })
}
