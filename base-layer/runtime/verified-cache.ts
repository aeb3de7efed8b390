// Remembers signatures that were found valid, by all the bytes involved, so that nothing is
// verified twice: what the pool verified when it arrived is free when a rule verifies it
// again inside a block [SIG-1]. Bounded, oldest out first.
import { hash } from 'node:crypto'
import { VERIFY_LIMITS } from './limits.ts'

const KEY_BYTES = 32
const SIGNATURE_BYTES = 64

// Filled and hashed before anything else can run, so one serves all that fits.
const scratch = Buffer.alloc(1_024)

export class VerifiedCache {
  readonly #entries = new Set<string>()
  readonly #max: number

  constructor(max: number = VERIFY_LIMITS.rememberedMax) {
    this.#max = max
  }

  /** The name of a triple. Key and signature have fixed sizes, so no two triples share the hashed bytes. */
  static nameOf(publicKeyHex: string, message: Uint8Array, signature: Uint8Array): string | undefined {
    if (signature.length !== SIGNATURE_BYTES) return undefined
    const size = KEY_BYTES + SIGNATURE_BYTES + message.length
    const bytes = size > scratch.length ? Buffer.allocUnsafe(size) : scratch.subarray(0, size)
    if (bytes.write(publicKeyHex, 0, 'hex') !== KEY_BYTES) return undefined
    bytes.set(signature, KEY_BYTES)
    bytes.set(message, KEY_BYTES + SIGNATURE_BYTES)
    return hash('sha256', bytes, 'base64')
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  add(name: string): void {
    if (this.#entries.has(name)) return
    if (this.#entries.size >= this.#max) {
      const oldest = this.#entries.values().next().value
      if (oldest !== undefined) this.#entries.delete(oldest)
    }
    this.#entries.add(name)
  }

  get size(): number {
    return this.#entries.size
  }
}
