// How many Ed25519 signatures one core of this machine verifies in a second, through the protocol's own function with the
// native fast path under it [SIG-1]. Every message is new, so that nothing is remembered.
import { signMessage, verifySignature } from '#contracts/crypto/signature.ts'
import { deriveDevKey } from '#cli/devnet/accounts.ts'
import { VERIFY_BENCH } from './limits.ts'

/** Bytes of a message: about what an instruction with one transfer signs. */
const MESSAGE_BYTES = 160

/** Never starts again: what was verified once is remembered. */
let counter = 0

/** Verifications per second of this thread. Native crypto is installed. */
export function measureVerifications(measureMs: number = VERIFY_BENCH.measureMs): number {
  return measureVerifying(measureMs).perSecond
}

/** The same, with the processor time of one, which does not grow when others use the machine as well. */
export function measureVerifying(measureMs: number): { readonly perSecond: number; readonly micros: number } {
  const { secret, publicKey } = deriveDevKey('verifier')
  const verifyBatch = (): number => {
    const signed = Array.from({ length: VERIFY_BENCH.batch }, () => {
      const message = new Uint8Array(MESSAGE_BYTES)
      new DataView(message.buffer).setUint32(0, counter++)
      return { message, signature: signMessage(secret, message) }
    })
    const startedMs = performance.now()
    const usedBefore = process.threadCpuUsage()
    for (const { message, signature } of signed) {
      if (!verifySignature(publicKey, message, signature)) throw new Error('a good signature is refused')
    }
    const used = process.threadCpuUsage(usedBefore)
    micros += used.user + used.system
    return performance.now() - startedMs
  }
  let micros = 0
  verifyBatch()
  micros = 0
  let elapsedMs = 0
  let verified = 0
  for (; elapsedMs < measureMs; verified += VERIFY_BENCH.batch) elapsedMs += verifyBatch()
  return { perSecond: Math.round((verified * 1000) / elapsedMs), micros: micros / verified }
}
