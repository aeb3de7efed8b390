// Byte strings and their hexadecimal form. Everything that needs to compare, join or print bytes uses these.
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js'

export { bytesToHex, concatBytes, hexToBytes }

/** The bytes of an ASCII text. Characters above 0x7f are a programming error and assert. */
export function asciiToBytes(text: string): Uint8Array {
  const out = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) throw new Error('asciiToBytes: not ASCII')
    out[i] = code
  }
  return out
}

/** True if both byte strings have the same length and content. Not constant time: for public data only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Lexicographic order of two byte strings, for Array.sort. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Order of two strings by UTF-16 code unit, which for hexadecimal is the order of the bytes. Never localeCompare. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Big-endian bytes of an unsigned integer below 2^53. */
export function uintToBytes(value: number, length: 4 | 8): Uint8Array {
  const out = new Uint8Array(length)
  let rest = value
  for (let i = length - 1; i >= 0; i--) {
    out[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return out
}

/** The unsigned big-endian integer in a byte string. */
export function bytesToBigint(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytesToHex(bytes)}`)
}
