// A decoder that meets bytes from outside, and what must hold of it whatever the bytes [ENC-1]: it gives a
// verdict, never an exception; what it accepts has one encoding; it takes no longer than TIME_MS.
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import { bytesToHex, equalBytes } from '#contracts/primitives/bytes.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { Random } from '#test/support/random.ts'
import { hostileBytes } from './hostile.ts'

export interface Decoder {
  /** Name of the export; `name/part` for a part of one. */
  readonly name: string
  /** Most bytes it is given. */
  readonly limit: number
  readonly read: (bytes: Uint8Array) => Verdict<unknown>
  /** The encoding of what it accepted; absent where the input is judged and not decoded. */
  readonly write?: (value: unknown) => Uint8Array
  /** What is done with an accepted value before anything vouches for it; must not throw either. */
  readonly use?: (value: unknown) => unknown
  readonly samples: readonly Uint8Array[]
}

/** Per MiB begun. Far above what honest bytes take, far below what an attacker would want; the machine may be busy. */
export const TIME_MS = 250
const MIB = 1024 * 1024

/** A codec with valid values of each variant. */
export function decoder<T>(
  name: string,
  codec: Codec<T>,
  limit: number,
  values: readonly NoInfer<T>[],
  use?: (value: NoInfer<T>) => unknown
): Decoder {
  return {
    name,
    limit,
    read: bytes => decode(codec, bytes, limit),
    write: value => encode(codec, value as T),
    samples: values.map(value => encode(codec, value)),
    ...(use === undefined ? {} : { use: value => use(value as T) })
  }
}

/** What is wrong with a decoder on this input, or undefined. */
export function faultOn({ read, write, use }: Decoder, bytes: Uint8Array): string | undefined {
  try {
    const verdict: unknown = read(bytes)
    if (!isVerdict(verdict)) return `gave no verdict: ${String(verdict)}`
    if (!verdict.ok) return undefined
    if (write !== undefined && !equalBytes(write(verdict.value), bytes)) return 'accepts a second encoding of a value'
    use?.(verdict.value)
    return undefined
  } catch (error) {
    return `threw ${String(error)}`
  }
}

function isVerdict(value: unknown): value is Verdict<unknown> {
  if (typeof value !== 'object' || value === null || !('ok' in value)) return false
  if (value.ok === true) return 'value' in value
  return (
    value.ok === false &&
    'code' in value &&
    /^E_[A-Z0-9_]+$/.test(String(value.code)) &&
    'why' in value &&
    typeof value.why === 'string' &&
    value.why !== ''
  )
}

/** The same with the time it takes; a slow answer counts only if it is slow three times. */
export function timedFaultOn(subject: Decoder, bytes: Uint8Array): string | undefined {
  const allowed = TIME_MS * (1 + Math.floor(bytes.length / MIB))
  let least = Number.POSITIVE_INFINITY
  for (let times = 0; times < 3; times++) {
    const from = performance.now()
    const fault = faultOn(subject, bytes)
    if (fault !== undefined) return fault
    least = Math.min(least, performance.now() - from)
    if (least <= allowed) return undefined
  }
  return `took ${Math.round(least)} ms`
}

/** The first of `count` hostile inputs that a decoder does not stand, with the fault; undefined if it stands all. */
export function findFault(
  subject: Decoder,
  random: Random,
  count: number,
  make: (random: Random, samples: readonly Uint8Array[]) => Uint8Array = hostileBytes
): string | undefined {
  for (let i = 0; i < count; i++) {
    const bytes = make(random, subject.samples)
    const fault = timedFaultOn(subject, bytes)
    if (fault !== undefined) return `${fault} on ${bytesToHex(bytes.subarray(0, 400))}`
  }
  return undefined
}
