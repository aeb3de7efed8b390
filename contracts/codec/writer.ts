// Writes values as canonical CBOR into one growing buffer, heads in their shortest form [ENC-1]. It asserts on whatever
// `decode` would not take back.
import { isHex32, ZERO_HASH } from '../primitives/ids.ts'
import { assert } from '../primitives/verdict.ts'
import type { CborItem } from './item.ts'
import { DEPTH_LIMIT, itemsMaxOf } from './scan.ts'

const UINT = 0x00
const BYTES = 0x40
const TEXT = 0x60
const ARRAY = 0x80

export class Writer {
  #bytes = new Uint8Array(1024)
  #at = 0
  #depth = 0
  #items = 0

  /** What was written since the last call, in memory of its own. */
  take(): Uint8Array {
    const made = this.#bytes.slice(0, this.#at)
    const items = this.#items
    this.reset()
    assert(items <= itemsMaxOf(made), 'more items than so many bytes may hold')
    return made
  }

  reset(): void {
    this.#at = 0
    this.#depth = 0
    this.#items = 0
    // One large value must not hold its memory for ever.
    if (this.#bytes.length > 1_048_576) this.#bytes = new Uint8Array(1024)
  }

  /** An unsigned integer below 2^53, checked by the caller. */
  uint(value: number): void {
    this.#head(UINT, value)
  }

  /** An unsigned integer below 2^64, checked by the caller. */
  amount(value: bigint): void {
    if (value <= MAX_SAFE) return this.#head(UINT, Number(value))
    this.#items += 1
    this.#reserve(9)
    this.#bytes[this.#at] = UINT | 27
    this.#put(Number(value >> 32n), 1, 4)
    this.#put(Number(value & 0xffff_ffffn), 5, 4)
    this.#at += 9
  }

  byteString(value: Uint8Array): void {
    this.#head(BYTES, value.length)
    this.#append(value)
  }

  /** Asserts that it is 64 lower-case hexadecimal digits, and not all zero. */
  hex32(value: string): void {
    this.#head(BYTES, 32)
    this.#reserve(32)
    let any = 0
    let worst = 0
    for (let i = 0; i < 32; i++) {
      const high = NIBBLES[value.charCodeAt(2 * i)] ?? 16
      const low = NIBBLES[value.charCodeAt(2 * i + 1)] ?? 16
      worst |= high | low
      any |= (high << 4) | low
      this.#bytes[this.#at + i] = (high << 4) | low
    }
    const isId = worst < 16 && any !== 0 && value.length === 64
    assert(isId || (isHex32(value) && value !== ZERO_HASH), 'not a 32-byte id')
    this.#at += 32
  }

  /** Printable ASCII, checked by the caller. */
  text(value: string): void {
    this.#head(TEXT, value.length)
    this.#reserve(value.length)
    for (let i = 0; i < value.length; i++) this.#bytes[this.#at + i] = value.charCodeAt(i)
    this.#at += value.length
  }

  bool(value: boolean): void {
    assert(value === true || value === false, 'a simple value or float that is not allowed')
    this.#simple(value ? 0xf5 : 0xf4)
  }

  null(): void {
    this.#simple(0xf6)
  }

  /** Opens an array of so many items; `close` it after them. */
  open(length: number): void {
    this.#head(ARRAY, length)
    assert(++this.#depth <= DEPTH_LIMIT, 'nested too deeply')
  }

  close(): void {
    this.#depth -= 1
  }

  /** Canonical bytes of one value, made before; `items` that it consists of. */
  encoded(bytes: Uint8Array, items: number): void {
    this.#items += items
    this.#append(bytes)
  }

  /** Whatever a codec that makes items has made. */
  item(item: CborItem): void {
    if (typeof item === 'number') {
      assert(Number.isSafeInteger(item) && item >= 0, 'a number that is no unsigned integer')
      this.uint(item)
    } else if (typeof item === 'bigint') {
      assert(item >= 0n && item < 1n << 64n, 'an integer that is not below 2^64')
      this.amount(item)
    } else if (typeof item === 'string') {
      assert(/^[\x20-\x7e]*$/.test(item), 'text other than printable ASCII')
      this.text(item)
    } else if (item === null) {
      this.null()
    } else if (item instanceof Uint8Array) {
      this.byteString(item)
    } else if (isArray(item)) {
      this.open(item.length)
      for (const one of item) this.item(one)
      this.close()
    } else {
      this.bool(item)
    }
  }

  #simple(byte: number): void {
    this.#items += 1
    this.#reserve(1)
    this.#bytes[this.#at++] = byte
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  #head(major: number, argument: number): void {
    this.#items += 1
    this.#reserve(9)
    const width = argument < 24 ? 0 : argument < 0x100 ? 1 : argument < 0x1_0000 ? 2 : argument < 0x1_0000_0000 ? 4 : 8
    if (width === 0) {
      this.#bytes[this.#at++] = major | argument
      return
    }
    this.#bytes[this.#at] = major | (23 + WIDTH_CODES[width])
    this.#put(argument, 1, width)
    this.#at += 1 + width
  }

  /** The last `width` bytes of a number below 2^53, big-endian. */
  #put(value: number, offset: number, width: number): void {
    let rest = value
    for (let i = this.#at + offset + width - 1; i >= this.#at + offset; i--) {
      this.#bytes[i] = rest % 256
      rest = Math.floor(rest / 256)
    }
  }

  #reserve(length: number): void {
    const wanted = this.#at + length
    if (wanted <= this.#bytes.length) return
    const wider = new Uint8Array(Math.max(wanted, 2 * this.#bytes.length))
    wider.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = wider
  }
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)
const WIDTH_CODES = { 1: 1, 2: 2, 4: 3, 8: 4 } as const
/** Value of each hexadecimal digit by its character code; 16 for every other character. */
const NIBBLES = Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code))
  return digit < 0 ? 16 : digit
})

function isArray(item: unknown): item is readonly CborItem[] {
  return Array.isArray(item)
}
