// The bytes that go to a verifying thread and back: many signed items in one buffer, one byte for each in the
// answer. Written on the main thread, read on the others, so it needs nothing but node:*.
import { KeyObject, verify, webcrypto } from 'node:crypto'

const { subtle } = webcrypto

/** Key, signature and the length of the message stand before each message. */
const HEAD_BYTES = 32 + 64 + 4

export interface BatchItem {
  /** 64 hexadecimal digits, which the caller has checked. */
  readonly key: string
  readonly message: Uint8Array
  /** 64 bytes, which the caller has counted. */
  readonly signature: Uint8Array
}

/** In memory of its own, so that it can be handed over. */
export function packBatch(items: readonly BatchItem[]): Uint8Array<ArrayBuffer> {
  let size = 0
  for (const { message } of items) size += HEAD_BYTES + message.length
  const memory = new ArrayBuffer(size)
  const bytes = Buffer.from(memory)
  let at = 0
  for (const { key, message, signature } of items) {
    bytes.write(key, at, 'hex')
    bytes.set(signature, at + 32)
    bytes.writeUInt32LE(message.length, at + 96)
    bytes.set(message, at + HEAD_BYTES)
    at += HEAD_BYTES + message.length
  }
  return new Uint8Array(memory)
}

/** 1 for each item that OpenSSL calls valid, which is surely valid; 0 says nothing [SIG-1]. */
export async function verifyBatch(batch: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.length)
  const found: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + HEAD_BYTES + bytes.readUInt32LE(at + 96)
    const [key, signature] = [bytes.subarray(at, at + 32), bytes.subarray(at + 32, at + 96)]
    found.push((await isValid(key, bytes.subarray(at + HEAD_BYTES, end), signature)) ? 1 : 0)
    at = end
  }
  return Uint8Array.from(found)
}

async function isValid(key: Uint8Array<ArrayBuffer>, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    // A key met once is dearest to read: 8 µs this way, 30 µs from DER, beside 110 µs for the signature.
    const imported = await subtle.importKey('raw', key, 'Ed25519', true, ['verify'])
    return verify(null, message, KeyObject.from(imported), signature)
  } catch {
    return false
  }
}
