// Reads canonical CBOR straight into values, looking at each byte once [ENC-1]. It takes only what scan.ts and the
// schema both take; in any doubt it gives up, and `decode` goes the long way round, which alone says what is wrong.
// So this never refuses anything, and what it accepts is tested to be what the long way gives.
import { DEPTH_LIMIT, itemsMaxOf } from './scan.ts'
import type { CborItem } from './item.ts'

/** Thrown to give up; made once, since most of the cost of an error is its stack. */
const GIVE_UP = new Error('this is for the long way round')

export function giveUp(): never {
  throw GIVE_UP
}

const UINT = 0
const BYTES = 2
const TEXT = 3
const ARRAY = 4
const FALSE = 0xf4
const TRUE = 0xf5
const NULL = 0xf6

export class Reader {
  readonly bytes: Uint8Array
  /** Where the next item starts. */
  at = 0
  /** Items looked at so far. */
  items = 0
  readonly #itemsMax: number
  #depth = 0
  #owned: Uint8Array | undefined

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#itemsMax = itemsMaxOf(bytes)
  }

  get isDone(): boolean {
    return this.at === this.bytes.length
  }

  uint(): number {
    const value = this.#head(UINT)
    return value <= Number.MAX_SAFE_INTEGER ? value : giveUp()
  }

  /** An unsigned integer below 2^64. */
  amount(): bigint {
    const value = this.#head(UINT)
    if (value <= Number.MAX_SAFE_INTEGER) return BigInt(value)
    let exact = 0n
    for (let i = this.at - 8; i < this.at; i++) exact = (exact << 8n) | BigInt(this.bytes[i] ?? 0)
    return exact
  }

  /** A byte string of `min` to `max` bytes, in memory of its own. */
  byteString(min: number, max: number): Uint8Array {
    const length = this.#head(BYTES)
    if (length < min || length > max) giveUp()
    const start = this.#skip(length)
    const copy = new Uint8Array(length)
    for (let i = 0; i < length; i++) copy[i] = this.bytes[start + i] ?? 0
    return copy
  }

  /** 32 bytes that are not all zero, as hexadecimal text. */
  hex32(): string {
    const { bytes, at } = this
    if (bytes[at] !== 0x58 || bytes[at + 1] !== 32) giveUp()
    this.#head(BYTES)
    const start = this.#skip(32)
    let any = 0
    for (let i = 0; i < 32; i++) {
      const byte = bytes[start + i] ?? 0
      any |= byte
      digits[2 * i] = DIGITS[byte >> 4] ?? 0
      digits[2 * i + 1] = DIGITS[byte & 15] ?? 0
    }
    return any === 0 ? giveUp() : String.fromCharCode.apply(null, digits)
  }

  text(max: number): string {
    const length = this.#head(TEXT)
    if (length > max) giveUp()
    const start = this.#skip(length)
    let out = ''
    for (let i = start; i < start + length; i++) {
      const byte = this.bytes[i] ?? 0
      if (byte < 0x20 || byte > 0x7e) giveUp()
      out += String.fromCharCode(byte)
    }
    return out
  }

  bool(): boolean {
    const byte = this.#simple()
    return byte === TRUE || (byte === FALSE ? false : giveUp())
  }

  /** Takes a null, if that is what comes next. */
  isNull(): boolean {
    if (this.bytes[this.at] !== NULL) return false
    this.#simple()
    return true
  }

  /** Opens an array of `min` to `max` items; `close` it after them. */
  open(min: number, max: number): number {
    const length = this.#head(ARRAY)
    if (length < min || length > max || length > this.bytes.length - this.at) giveUp()
    if (++this.#depth > DEPTH_LIMIT) giveUp()
    return length
  }

  close(): void {
    this.#depth -= 1
  }

  /** Whatever comes next, for a codec that reads items. */
  item(): CborItem {
    switch ((this.bytes[this.at] ?? giveUp()) >> 5) {
      case UINT: {
        const exact = this.amount()
        return exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : exact
      }
      case BYTES:
        return this.byteString(0, this.bytes.length)
      case TEXT:
        return this.text(this.bytes.length)
      case ARRAY: {
        const length = this.open(0, this.bytes.length)
        const items = Array.from({ length }, () => this.item())
        this.close()
        return items
      }
      default:
        return this.isNull() ? null : this.bool()
    }
  }

  /** The bytes from `start` to here, in memory that nobody changes; all such slices of one reader share it. */
  since(start: number): Uint8Array {
    this.#owned ??= this.bytes.slice()
    return this.#owned.subarray(start, this.at)
  }

  #simple(): number | undefined {
    if (++this.items > this.#itemsMax) giveUp()
    return this.bytes[this.at++]
  }

  #skip(length: number): number {
    const start = this.at
    if (length > this.bytes.length - start) giveUp()
    this.at = start + length
    return start
  }

  /** The argument of the next head, of this major type and in its shortest form; inexact above 2^53. */
  #head(major: number): number {
    const byte = this.bytes[this.at]
    if (byte === undefined || byte >> 5 !== major || ++this.items > this.#itemsMax) giveUp()
    this.at += 1
    const info = byte & 0x1f
    if (info < 24) return info
    if (info > 27) giveUp()
    const width = 1 << (info - 24)
    const start = this.#skip(width)
    let argument = 0
    for (let i = start; i < start + width; i++) argument = argument * 256 + (this.bytes[i] ?? 0)
    return argument >= (LEAST[info - 24] ?? 0) ? argument : giveUp()
  }
}

/** Least argument of a head of one, two, four and eight bytes. */
const LEAST = [24, 0x100, 0x1_0000, 0x1_0000_0000]
const DIGITS = Array.from('0123456789abcdef', digit => digit.charCodeAt(0))
// Filled and used before anything else can run, so one serves all.
const digits: number[] = Array.from({ length: 64 }, () => 0)
