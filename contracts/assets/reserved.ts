// Keys of an asset's state that only the interpreter writes, and the values under them [EXE-3]. They begin with
// 0x00, the template's keys with 0x01, so no template can reach them. Clients read them by proof.
import { amount, type Decoded, record, uint } from '../codec/codec.ts'
import { asciiToBytes, concatBytes, hexToBytes } from '../primitives/bytes.ts'
import type { PublicKey } from '../primitives/ids.ts'
import { SEQUENCE_WINDOW } from './limits.ts'

const RESERVED = Uint8Array.of(0x00)
const TEMPLATE = Uint8Array.of(0x01)

/** Log items consumed so far: `cursorCodec`. */
export const CURSOR_KEY: Uint8Array = concatBytes(RESERVED, asciiToBytes('cursor'))
/** Frontier of the log of exits [VAL-2]: `logFrontierCodec`. */
export const EXITS_KEY: Uint8Array = concatBytes(RESERVED, asciiToBytes('exits'))
/** Frontier of the log of messages to other assets: `logFrontierCodec`. */
export const OUTBOX_KEY: Uint8Array = concatBytes(RESERVED, asciiToBytes('outbox'))

const SEQUENCE_PREFIX = concatBytes(RESERVED, asciiToBytes('sequence/'))

/** Sequences an account has used: `sequencesCodec`; absent if none. */
export function sequenceKey(account: PublicKey): Uint8Array {
  return concatBytes(SEQUENCE_PREFIX, hexToBytes(account))
}

/** A template's key as it stands in the asset's state. */
export function templateStateKey(key: Uint8Array): Uint8Array {
  return concatBytes(TEMPLATE, key)
}

export const cursorCodec = uint()

/** The lowest unused sequence and, as bit i, whether next + i is used; bit 0 never is. */
export const sequencesCodec = record({ next: uint(), used: amount(1n << BigInt(SEQUENCE_WINDOW)) })
export type Sequences = Decoded<typeof sequencesCodec>

export const NO_SEQUENCES: Sequences = { next: 0, used: 0n }

/** True for an unused sequence in [next, next + 64) [EXE-1]. */
export function isUnusedSequence({ next, used }: Sequences, sequence: number): boolean {
  const place = sequence - next
  return place >= 0 && place < SEQUENCE_WINDOW && ((used >> BigInt(place)) & 1n) === 0n
}

/** The sequences after one that was unused. */
export function applySequence({ next, used }: Sequences, sequence: number): Sequences {
  let map = used | (1n << BigInt(sequence - next))
  let lowest = next
  while ((map & 1n) === 1n) {
    map >>= 1n
    lowest += 1
  }
  return { next: lowest, used: map }
}
