// Whether a key can own things [SIG-3], remembered: decompressing a point costs four times a native signature
// check, and the same key is met in the mempool, in the block and again as change. Remembering changes no
// answer.
import { isUsableKey } from '#contracts/crypto/signature.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'

/** Keys remembered, about 10 MB: several blocks full of new owners. */
const REMEMBERED = 65_536
const usable = new Set<PublicKey>()

/**
 * Only usable keys are remembered, so that hostile ones crowd nobody out: they cost whoever pays for an output.
 */
export function isOwnerKey(key: PublicKey): boolean {
  if (usable.has(key)) return true
  if (!isUsableKey(key)) return false
  if (usable.size >= REMEMBERED) usable.clear()
  usable.add(key)
  return true
}
