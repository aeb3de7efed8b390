// Unique names of the base chain [NAM-1]: what is a name, for consensus and everyone above it, and how names are
// written together. Nothing is normalised: two texts that differ are two names, and what is not a name is refused.
import { type Codec, text } from '../codec/codec.ts'
import { expected } from '../merkle/hash.ts'
import { asciiToBytes } from '../primitives/bytes.ts'
import { assert } from '../primitives/verdict.ts'

/** 3 to 63 of a-z, 0-9 and inner hyphens. Made by `asName` or a decoder alone. */
export type Name = string & { readonly name: true }

export const NAME_CHARACTERS_MIN = 3
export const NAME_CHARACTERS_MAX = 63
/** Without flags: no locale, no case folding, no Unicode classes [NAM-1]. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/

/** The text as a name, or undefined if it is not exactly one. */
export function asName(value: string): Name | undefined {
  return NAME.test(value) ? (value as Name) : undefined
}

const plain = text(NAME_CHARACTERS_MAX)

/** A name as ASCII text; whatever is not a name does not decode [NAM-1]. */
export const nameCodec: Codec<Name> = {
  pack: value => {
    assert(asName(value) !== undefined, 'not a name')
    return plain.pack(value)
  },
  unpack: item => asName(plain.unpack(item)) ?? expected('a name')
}

/** A name as bytes, one for each character: what is hashed in a commitment. */
export function nameBytes(name: Name): Uint8Array {
  return asciiToBytes(name)
}

/** What a person may write where a name is asked for. `peer` and `sidechain` are names of the base chain. */
export type WrittenName =
  | { readonly kind: 'name'; readonly name: Name }
  | { readonly kind: 'login'; readonly login: Name; readonly peer: Name }
  | { readonly kind: 'sidechain'; readonly name: Name; readonly sidechain: Name }

/** `name`, `login@peer` [NAM-3] or `name.sidechain` [NAM-5]; undefined for anything else. */
export function parseWrittenName(written: string): WrittenName | undefined {
  if (written.length > 2 * NAME_CHARACTERS_MAX + 1) return undefined
  const [first = '', second, ...more] = written.split(/[@.]/)
  const name = asName(first)
  if (name === undefined || more.length > 0) return undefined
  if (second === undefined) return { kind: 'name', name }
  const under = asName(second)
  if (under === undefined) return undefined
  return written[first.length] === '@'
    ? { kind: 'login', login: name, peer: under }
    : { kind: 'sidechain', name, sidechain: under }
}

/**
 * True for names that other programs show as Unicode (`xn--...`): a wallet shows such a name as it is written, with a
 * warning, since two of them may look alike elsewhere.
 */
export function isPunycode(name: Name): boolean {
  return name.startsWith('xn--')
}
