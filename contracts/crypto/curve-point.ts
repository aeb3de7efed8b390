// Whether 32 bytes surely name a point of Ed25519 of large order, without finding the point: keys of owners are met by the
// thousand in a block and most of them once [SIG-3]. By the curve's equation, y names a point if and only if
// (y^2 - 1)(d y^2 + 1) is a square modulo p = 2^255 - 19: the divisor d y^2 + 1 is never zero, since -1/d is no square.
// Whether it is one is told by its Jacobi symbol, found like a greatest common divisor, far cheaper than a root.
// Only "yes" counts: who is told nothing asks the portable curve, which alone may say "no" (signature.ts).
import { ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js'

const P = (1n << 255n) - 19n
/** -121665 / 121666 modulo p (RFC 8032 5.1). */
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n

/** y of every point whose order divides 8: nobody is bound by a signature under these. */
const SMALL_ORDER: ReadonlySet<bigint> = new Set(ED25519_TORSION_SUBGROUP.map(ordinateOf))

/** True if the key (64 hexadecimal digits) is canonical, on the curve and not of small order; false says nothing. */
export function isSurelyLargePoint(key: string): boolean {
  const y = ordinateOf(key)
  if (y >= P || SMALL_ORDER.has(y)) return false
  const square = (y * y) % P
  return isSurelySquare(((square - 1n) * (D * square + 1n)) % P)
}

/** The low 255 bits, least significant byte first; the last bit is the sign of x. */
function ordinateOf(key: string): bigint {
  let digits = '0x'
  for (let i = 62; i >= 0; i -= 2) digits += key.slice(i, i + 2)
  return BigInt.asUintN(255, BigInt(digits))
}

/** Bits of a limb, and steps taken between two looks at all limbs: products of the two stay below 2^53. */
const LIMB_BITS = 26
const LIMB = 2 ** LIMB_BITS
const LIMBS = 10
/** Three times the steps that 256-bit numbers usually need; who needs more is answered by the portable curve. */
const ROUNDS_MAX = 60

const pLimbs = limbsOf(P, [])
const f: number[] = Array.from({ length: LIMBS }, () => 0)
const g: number[] = Array.from({ length: LIMBS }, () => 0)

function limbsOf(value: bigint, into: number[]): number[] {
  for (let i = 0; i < LIMBS; i += 2) {
    const pair = Number(BigInt.asUintN(2 * LIMB_BITS, value >> BigInt(i * LIMB_BITS)))
    into[i] = pair % LIMB
    into[i + 1] = Math.floor(pair / LIMB)
  }
  return into
}

/**
 * True if the Jacobi symbol (value / p) is 1, for 0 < value < p. Keeps it as a sign and a pair (g / f), f odd. An even g is
 * halved (the sign turns if f is 3 or 5 modulo 8). An odd g that has been halved as often as f is swapped with it
 * (reciprocity: the sign turns if both are 3 modulo 4); then a multiple of f is added to it, which makes it even. What
 * LIMB_BITS halvings do depends on the low bits alone and is applied to all limbs at once. With f or g at 1 it is known.
 */
function isSurelySquare(value: bigint): boolean {
  if (value <= 0n) return false
  for (let i = 0; i < LIMBS; i++) f[i] = pLimbs[i] ?? 0
  limbsOf(value, g)
  let turned = 0
  let lead = 1
  let length = LIMBS
  for (let round = 0; round < ROUNDS_MAX; round++) {
    // 32 low bits of both: six more than are used up, so that the three the signs look at are always right.
    let low = (f[0] ?? 0) | ((f[1] ?? 0) << LIMB_BITS) | 0
    let other = (g[0] ?? 0) | ((g[1] ?? 0) << LIMB_BITS) | 0
    // f and g so far, as multiples of what they were: never more than 2^LIMB_BITS in a row together.
    let ff = 1
    let fg = 0
    let gf = 0
    let gg = 1
    for (let left = LIMB_BITS; ; ) {
      const stop = other | (1 << left)
      const zeros = 31 - Math.clz32(stop & -stop)
      other >>>= zeros
      turned ^= zeros & ((low >> 1) ^ (low >> 2))
      lead += zeros
      left -= zeros
      ff *= 1 << zeros
      fg *= 1 << zeros
      if (left === 0) break
      if (lead > 0) {
        turned ^= (low & other) >> 1
        lead = -lead
        const [wasLow, wasFf, wasFg] = [low, ff, fg]
        low = other
        other = wasLow
        ff = gf
        fg = gg
        gf = wasFf
        gg = wasFg
      }
      // As many low bits as may go before the next swap, four at the most: low^-1 = low * (2 - low^2) modulo 16.
      const width = Math.min(left, 1 - lead, 4)
      const times = Math.imul(-other, Math.imul(low, 2 - Math.imul(low, low))) & ((1 << width) - 1)
      other = (other + Math.imul(low, times)) | 0
      gf += ff * times
      gg += fg * times
    }
    length = applySteps(ff, fg, gf, gg, length)
    if (isOne(f, length) || isOne(g, length)) return (turned & 1) === 0
  }
  return false
}

/** f and g after LIMB_BITS halvings, and how many limbs they have. The lowest limbs come out as zero and fall away. */
function applySteps(ff: number, fg: number, gf: number, gg: number, length: number): number {
  let carryF = 0
  let carryG = 0
  for (let i = 0; i < length; i++) {
    const oldF = f[i] ?? 0
    const oldG = g[i] ?? 0
    carryF += ff * oldF + fg * oldG
    carryG += gf * oldF + gg * oldG
    const wholeF = Math.floor(carryF / LIMB)
    const wholeG = Math.floor(carryG / LIMB)
    if (i > 0) {
      f[i - 1] = carryF - wholeF * LIMB
      g[i - 1] = carryG - wholeG * LIMB
    }
    carryF = wholeF
    carryG = wholeG
  }
  f[length - 1] = carryF
  g[length - 1] = carryG
  let kept = length
  while (kept > 1 && f[kept - 1] === 0 && g[kept - 1] === 0) kept -= 1
  return kept
}

function isOne(limbs: readonly number[], length: number): boolean {
  if (limbs[0] !== 1) return false
  for (let i = 1; i < length; i++) if (limbs[i] !== 0) return false
  return true
}
