// Schemas for everything that is hashed, signed, stored or sent [ENC-1]. A Codec<T> says how a T is written as
// canonical CBOR and what is accepted when it is read. Records are arrays in the order of their fields; variants
// are [tag, ...fields] with append-only tags. encode asserts on values a program should not have made; decode never
// throws. Every schema of this file is read and written in one pass (reader.ts, writer.ts) and also by way of
// items; a codec made elsewhere may know items alone.
import { decode as cborDecode } from 'cborg'
import { AMOUNT_LIMIT } from '../primitives/amounts.ts'
import { bytesToHex, hexToBytes } from '../primitives/bytes.ts'
import { isHex32, ZERO_HASH } from '../primitives/ids.ts'
import { type Accepted, accept, assert, reject, type Verdict } from '../primitives/verdict.ts'
import type { CborItem } from './item.ts'
import { giveUp, Reader } from './reader.ts'
import { scanCanonical } from './scan.ts'
import { Writer } from './writer.ts'

export type { CborItem }

export interface Codec<T> {
  /** The value as a CBOR item; asserts if it breaks the schema. */
  readonly pack: (value: T) => CborItem
  /** The value of a CBOR item; throws Misfit, which only `decode` and other codecs may see. */
  readonly unpack: (item: unknown) => T
  /** The value that `unpack` would give for the next item; gives up on anything it would not take. */
  readonly read?: (reader: Reader) => T
  /** Writes the bytes of `pack`; asserts as it does. */
  readonly write?: (writer: Writer, value: T) => void
}

export type Decoded<C> = C extends Codec<infer T> ? T : never
export type DecodeCode = 'E_TOO_LARGE' | 'E_NOT_CANONICAL' | 'E_SCHEMA'

/** Thrown inside codecs when an item does not fit; never leaves `decode`. */
class Misfit extends Error {}

function misfit(why: string): never {
  throw new Misfit(why)
}

/**
 * Canonical bytes of a value, in memory of their own. Asserts if the value
 * breaks its schema, or if `decode` would refuse the bytes.
 */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  // Encoding may be nested, when a codec hashes something of a value: then the idle writer is not there.
  const writer = idle ?? new Writer()
  idle = undefined
  try {
    writeTo(writer, codec, value)
    return writer.take()
  } finally {
    writer.reset()
    idle = writer
  }
}

let idle: Writer | undefined

/** Writes with a codec inside another, which may know items alone. */
export function writeTo<T>(writer: Writer, codec: Codec<T>, value: T): void {
  if (codec.write === undefined) writer.item(codec.pack(value))
  else codec.write(writer, value)
}

/** Reads with a codec inside another, which may know items alone. */
export function readFrom<T>(reader: Reader, codec: Codec<T>): T {
  return codec.read === undefined ? codec.unpack(reader.item()) : codec.read(reader)
}

/** The value in untrusted bytes. Refuses more than `limit` bytes before looking at any. Never throws. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, limit: number): Verdict<T, DecodeCode> {
  if (bytes.length > limit) return reject('E_TOO_LARGE', `${bytes.length} bytes where ${limit} are allowed`)
  const read = readWhole(codec, bytes)
  if (read !== undefined) return read
  const fault = scanCanonical(bytes)
  if (fault !== undefined) return reject('E_NOT_CANONICAL', fault)
  try {
    return accept(codec.unpack(cborDecode(bytes, DECODE_OPTIONS)))
  } catch (error) {
    // scanCanonical admits only what cborg reads, so what is thrown here comes from a codec.
    return reject('E_SCHEMA', error instanceof Misfit ? `not ${error.message}` : 'unreadable')
  }
}

/** In one pass; undefined if anything is not as it should be. */
function readWhole<T>(codec: Codec<T>, bytes: Uint8Array): Accepted<T> | undefined {
  try {
    const reader = new Reader(bytes)
    const value = readFrom(reader, codec)
    return reader.isDone ? accept(value) : undefined
  } catch {
    return undefined
  }
}

const DECODE_OPTIONS = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: true
} as const

/** Unsigned integer up to `max` (below 2^53), as a number. */
export function uint(max: number = Number.MAX_SAFE_INTEGER): Codec<number> {
  const checked = (value: number): number => {
    assert(Number.isSafeInteger(value) && value >= 0 && value <= max, 'uint out of range')
    return value
  }
  return {
    pack: checked,
    read: reader => {
      const value = reader.uint()
      return value <= max ? value : giveUp()
    },
    write: (writer, value) => writer.uint(checked(value)),
    unpack: item => {
      const fits = typeof item === 'number' && Number.isSafeInteger(item) && item >= 0 && item <= max
      return fits ? item : misfit('an unsigned integer in range')
    }
  }
}

/** Unsigned integer below `limit` as a bigint; 2^63 unless told otherwise [ENC-2]. */
export function amount(limit: bigint = AMOUNT_LIMIT): Codec<bigint> {
  assert(limit <= 1n << 64n, 'CBOR integers end at 2^64')
  const checked = (value: bigint): bigint => {
    assert(value >= 0n && value < limit, 'amount out of range')
    return value
  }
  return {
    pack: checked,
    read: reader => {
      const value = reader.amount()
      return value < limit ? value : giveUp()
    },
    write: (writer, value) => writer.amount(checked(value)),
    unpack: item => {
      if (typeof item !== 'bigint' && typeof item !== 'number') misfit('an amount')
      const value = BigInt(item)
      return value >= 0n && value < limit ? value : misfit('an amount in range')
    }
  }
}

export const bool: Codec<boolean> = {
  pack: value => value,
  unpack: item => (typeof item === 'boolean' ? item : misfit('a boolean')),
  read: reader => reader.bool(),
  write: (writer, value) => writer.bool(value)
}

/** Byte string of `min` to `max` bytes. */
export function bytes(max: number, min = 0): Codec<Uint8Array> {
  const checked = (value: Uint8Array): Uint8Array => {
    assert(value.length <= max && value.length >= min, 'byte string out of range')
    return value
  }
  return {
    pack: checked,
    read: reader => reader.byteString(min, max),
    write: (writer, value) => writer.byteString(checked(value)),
    unpack: item => {
      const fits = item instanceof Uint8Array && item.length <= max && item.length >= min
      return fits ? item : misfit(`${min} to ${max} bytes`)
    }
  }
}

/** 32 bytes, in memory as hexadecimal text. The zero hash is refused [HASH-1]. */
export function hex32<Id extends string>(): Codec<Id> {
  return {
    pack: value => {
      assert(isHex32(value) && (value as string) !== ZERO_HASH, 'not a 32-byte id')
      return hexToBytes(value)
    },
    read: reader => reader.hex32() as Id,
    write: (writer, value) => writer.hex32(value),
    unpack: item => {
      if (!(item instanceof Uint8Array) || item.length !== 32) misfit('32 bytes')
      const text = bytesToHex(item)
      return (text as string) === ZERO_HASH ? misfit('a hash other than zero') : (text as Id)
    }
  }
}

/** Printable ASCII text up to `max` characters. Nothing else is text in consensus. */
export function text(max: number): Codec<string> {
  const fits = (value: string): boolean => value.length <= max && /^[\x20-\x7e]*$/.test(value)
  const checked = (value: string): string => {
    assert(fits(value), 'not printable ASCII')
    return value
  }
  return {
    pack: checked,
    read: reader => reader.text(max),
    write: (writer, value) => writer.text(checked(value)),
    unpack: item => (typeof item === 'string' && fits(item) ? item : misfit('printable ASCII text'))
  }
}

/** One of a fixed list of names, written as its place in the list. The list is append-only. */
export function oneOf<const Name extends string>(names: readonly Name[]): Codec<Name> {
  const placeOf = (value: Name): number => {
    const place = names.indexOf(value)
    assert(place >= 0, `not one of ${names.join(', ')}`)
    return place
  }
  return {
    pack: placeOf,
    read: reader => names[reader.uint()] ?? giveUp(),
    write: (writer, value) => writer.uint(placeOf(value)),
    unpack: item => {
      const name = typeof item === 'number' ? names[item] : undefined
      return name ?? misfit(`one of ${names.join(', ')}`)
    }
  }
}

/** List of `min` to `max` items. */
export function list<T>(item: Codec<T>, max: number, min = 0): Codec<readonly T[]> {
  return {
    pack: values => {
      assert(values.length <= max && values.length >= min, 'list out of range')
      return values.map(value => item.pack(value))
    },
    unpack: from => {
      if (!Array.isArray(from) || from.length > max || from.length < min) misfit(`a list of ${min} to ${max}`)
      return from.map(one => item.unpack(one))
    },
    read: reader => {
      const length = reader.open(min, max)
      const values: T[] = []
      for (let i = 0; i < length; i++) values.push(readFrom(reader, item))
      reader.close()
      return values
    },
    write: (writer, values) => {
      assert(values.length <= max && values.length >= min, 'list out of range')
      writer.open(values.length)
      for (const value of values) writeTo(writer, item, value)
      writer.close()
    }
  }
}

/** A value or null. */
export function nullable<T>(inner: Codec<T>): Codec<T | null> {
  return {
    pack: value => (value === null ? null : inner.pack(value)),
    unpack: item => (item === null ? null : inner.unpack(item)),
    read: reader => (reader.isNull() ? null : readFrom(reader, inner)),
    write: (writer, value) => (value === null ? writer.null() : writeTo(writer, inner, value))
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a field may hold any type; Decoded<> recovers it exactly.
type AnyFields = Readonly<Record<string, Codec<any>>>
export type RecordOf<F extends AnyFields> = { readonly [Key in keyof F]: Decoded<F[Key]> }

/** An object with exactly these fields, written as an array in this order. */
export function record<F extends AnyFields>(fields: F): Codec<RecordOf<F>> {
  const columns = Object.entries(fields)
  // Names that look like numbers would be reordered by the engine, and __proto__ is not a field.
  for (const [name] of columns) assert(FIELD_NAME.test(name), `not a field name: ${name}`)
  return {
    pack: value => columns.map(([name, codec]) => codec.pack(value[name])),
    unpack: item => {
      if (!Array.isArray(item) || item.length !== columns.length) misfit(`${columns.length} fields`)
      const out: Record<string, unknown> = {}
      let i = 0
      for (const [name, codec] of columns) out[name] = codec.unpack(item[i++])
      return out as RecordOf<F>
    },
    read: reader => {
      reader.open(columns.length, columns.length)
      const out: Record<string, unknown> = {}
      for (const [name, codec] of columns) out[name] = readFrom(reader, codec)
      reader.close()
      return out as RecordOf<F>
    },
    write: (writer, value) => {
      writer.open(columns.length)
      for (const [name, codec] of columns) writeTo(writer, codec, value[name])
      writer.close()
    }
  }
}

const FIELD_NAME = /^[a-z][A-Za-z0-9]*$/

// biome-ignore lint/suspicious/noExplicitAny: as above.
type AnyVariants = Readonly<Record<string, readonly [tag: number, codec: Codec<any>]>>
export type UnionOf<V extends AnyVariants> = {
  [Kind in keyof V]: { readonly kind: Kind } & Decoded<V[Kind][1]>
}[keyof V]

/** Variants told apart by `kind`, written as [tag, record]. Tags are never renumbered. */
export function union<V extends AnyVariants>(variants: V): Codec<UnionOf<V>> {
  const byKind = new Map(Object.entries(variants))
  const byTag = new Map<unknown, readonly [kind: string, codec: Codec<unknown>]>()
  for (const [kind, [tag, codec]] of byKind) {
    assert(Number.isSafeInteger(tag) && tag >= 0, `tag ${tag} is not an unsigned integer`)
    assert(!byTag.has(tag), `tag ${tag} used twice`)
    byTag.set(tag, [kind, codec])
  }
  const variantOf = (value: UnionOf<V>): readonly [tag: number, codec: Codec<unknown>] => {
    const variant = byKind.get(String(value.kind))
    assert(variant !== undefined, `no variant ${String(value.kind)}`)
    return variant
  }
  return {
    pack: value => {
      const [tag, codec] = variantOf(value)
      return [tag, codec.pack(value)]
    },
    unpack: item => {
      if (!Array.isArray(item) || item.length !== 2) misfit('a variant')
      const [kind, codec] = byTag.get(item[0]) ?? misfit('a known variant')
      return { kind, ...(codec.unpack(item[1]) as object) } as UnionOf<V>
    },
    read: reader => {
      reader.open(2, 2)
      const [kind, codec] = byTag.get(reader.uint()) ?? giveUp()
      const value = { kind, ...(readFrom(reader, codec) as object) }
      reader.close()
      return value as UnionOf<V>
    },
    write: (writer, value) => {
      const [tag, codec] = variantOf(value)
      writer.open(2)
      writer.uint(tag)
      writeTo(writer, codec, value)
      writer.close()
    }
  }
}

/** Delays a schema that refers to itself; nesting is bounded by DEPTH_LIMIT before it is ever called. */
export function lazy<T>(make: () => Codec<T>): Codec<T> {
  return {
    pack: value => make().pack(value),
    unpack: item => make().unpack(item),
    read: reader => readFrom(reader, make()),
    write: (writer, value) => writeTo(writer, make(), value)
  }
}
