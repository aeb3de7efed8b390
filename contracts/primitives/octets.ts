// Octets: a byte string kept as text, one character below 256 for each byte. In memory that takes half of what an array
// takes, and it compares and orders like the bytes; large trees keep their hashes, keys and values so.

/** A byte string as text. */
export type Octets = string & { readonly octets: true }

/** Bytes turned at a time: arguments of one call are limited. */
const PART = 4_096

export function octetsOf(bytes: Uint8Array): Octets {
  if (bytes.length <= PART) return String.fromCharCode.apply(null, bytes as unknown as number[]) as Octets
  let text = ''
  for (let at = 0; at < bytes.length; at += PART) text += octetsOf(bytes.subarray(at, at + PART))
  return text as Octets
}

/** The bytes of a part of the octets, in memory of their own. */
export function bytesOfOctets(octets: Octets, from = 0, to: number = octets.length): Uint8Array {
  const bytes = new Uint8Array(to - from)
  for (let i = from; i < to; i++) bytes[i - from] = octets.charCodeAt(i)
  return bytes
}

// Filled and read before anything else can run, so one serves all.
const codes: number[] = Array.from({ length: 64 }, () => 0)

/** Two of 32, one after the other and in one piece: what `+` gives holds on to both parts until it is read. */
export function joinHashes(first: Octets, second: Octets): Octets {
  for (let i = 0; i < 32; i++) {
    codes[i] = first.charCodeAt(i)
    codes[32 + i] = second.charCodeAt(i)
  }
  return String.fromCharCode.apply(null, codes) as Octets
}
