// First look at untrusted CBOR: one pass over the heads, no recursion and no allocation by declared size. It
// accepts exactly the deterministic subset this protocol uses (RFC 8949 4.2.1) [ENC-1]: unsigned integers,
// byte strings, strings of printable ASCII, arrays, false, true and null, each with the shortest head,
// definite lengths, nothing after.

/** Deepest nesting of arrays any schema here needs, with room to spare. */
export const DEPTH_LIMIT = 24
/**
 * Items that any bytes may hold, more than the largest witness has, and one more for each so many bytes. Outputs, the
 * densest of what comes in numbers, have 5.7 bytes an item; 4 MB of items of one byte would take a second to read.
 */
const ITEMS_FREE = 65_536
const BYTES_PER_ITEM = 4

/** Most items that these bytes may hold. */
export function itemsMaxOf(bytes: Uint8Array): number {
  return ITEMS_FREE + bytes.length / BYTES_PER_ITEM
}

/** A reason why the bytes are not canonical, or undefined if they are. Never throws. */
export function scanCanonical(bytes: Uint8Array): string | undefined {
  const remaining: number[] = []
  const itemsMax = itemsMaxOf(bytes)
  let items = 0
  let offset = 0
  let pending = 1
  while (true) {
    while (pending === 0) {
      const outer = remaining.pop()
      if (outer === undefined) return offset === bytes.length ? undefined : 'trailing bytes'
      pending = outer
    }
    const head = bytes[offset]
    if (head === undefined) return 'ends early'
    pending -= 1
    offset += 1
    items += 1
    if (items > itemsMax) return 'more items than so many bytes may hold'
    const major = head >> 5
    const info = head & 0x1f
    if (major === 7) {
      if (info < 20 || info > 22) return 'a simple value or float that is not allowed'
      continue
    }
    if (major === 1 || major === 5 || major === 6) return 'a negative integer, map or tag'
    let argument = info
    if (info >= 24) {
      if (info > 27) return 'indefinite or reserved length'
      const width = 1 << (info - 24)
      if (offset + width > bytes.length) return 'ends early'
      argument = 0
      for (let i = 0; i < width; i++) argument = argument * 256 + (bytes[offset + i] ?? 0)
      offset += width
      // Above 2^53 the number is inexact, but every bound below is far smaller and the comparison stays
      // right.
      const least = info === 24 ? 24 : info === 25 ? 0x100 : info === 26 ? 0x1_0000 : 0x1_0000_0000
      if (argument < least) return 'longer head than needed'
    }
    if (major === 0) continue
    if (argument > bytes.length - offset) return 'declares more than there is'
    if (major === 4) {
      if (remaining.length >= DEPTH_LIMIT) return 'nested too deeply'
      remaining.push(pending)
      pending = argument
    } else {
      const end = offset + argument
      // Text is checked as bytes: a decoder of UTF-8 may drop a byte order mark or replace what is malformed,
      // and then two byte strings would mean one value.
      if (major === 3 && !isPrintable(bytes, offset, end)) return 'text other than printable ASCII'
      offset = end
    }
  }
}

function isPrintable(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i] ?? 0
    if (byte < 0x20 || byte > 0x7e) return false
  }
  return true
}
