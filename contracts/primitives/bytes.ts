// Byte strings and their hexadecimal form. Everything that needs to compare, join or print bytes uses these.

const DIGITS = Array.from('0123456789abcdef', digit => digit.charCodeAt(0))
/** Value of each hexadecimal digit by its character code; 16 for every other character. */
const NIBBLES: readonly number[] = Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase())
  return digit < 0 ? 16 : digit
})
// Filled and read before anything else can run, so one serves all that is as short as an id.
const codes: number[] = Array.from({ length: 64 }, () => 0)

/** Lower-case hexadecimal. */
export function bytesToHex(bytes: Uint8Array): string {
  if (bytes.length === 32) return shortToHex(bytes)
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(DIGITS[byte >> 4] ?? 0, DIGITS[byte & 15] ?? 0)
  return text
}

function shortToHex(bytes: Uint8Array): string {
  for (let i = 0; i < 32; i++) {
    const byte = bytes[i] ?? 0
    codes[2 * i] = DIGITS[byte >> 4] ?? 0
    codes[2 * i + 1] = DIGITS[byte & 15] ?? 0
  }
  return String.fromCharCode.apply(null, codes)
}

/** The bytes of hexadecimal digits, of either case. Throws on anything else. */
export function hexToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1)
  if (text.length % 2 !== 0 || !putHex(text, bytes, 0)) throw new Error('hexToBytes: not hexadecimal')
  return bytes
}

/**
 * Writes the bytes of hexadecimal digits from `at` on; false if some
 * are no digits, and then what is written is void.
 */
export function putHex(text: string, into: Uint8Array, at: number): boolean {
  let worst = 0
  for (let i = 0; 2 * i < text.length; i++) {
    const high = NIBBLES[text.charCodeAt(2 * i)] ?? 16
    const low = NIBBLES[text.charCodeAt(2 * i + 1)] ?? 16
    worst |= high | low
    into[at + i] = (high << 4) | low
  }
  return worst < 16
}

/** All of them, one after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

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
