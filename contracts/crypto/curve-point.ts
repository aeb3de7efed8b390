// Whether 32 bytes surely name a point of Ed25519 of large order, without finding the point: keys of owners are met
// by the thousand in a block and most of them once [SIG-3]. By the curve's equation, y names a point if and only if
// (y^2 - 1)(d y^2 + 1) is a square modulo p = 2^255 - 19: the divisor d y^2 + 1 is never zero, since -1/d is no
// square. Whether it is one is told by its Jacobi symbol, found like a greatest common divisor, far cheaper than a
// root. Only "yes" counts: who is told nothing asks the portable curve, which alone may say "no" (signature.ts).
import { ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js'

/** A number of the field is a list of limbs, least significant first, below 2^264 and not always below p. */
const LIMB_BITS = 24
const LIMB = 2 ** LIMB_BITS
const LIMBS = 11
/** 2^264 modulo p. */
const FOLD = 2 ** 9 * 19
/** Twice the rounds that 264-bit numbers need; who needs more is answered by the portable curve. */
const ROUNDS_MAX = 64

// Filled and read before anything else can run, so one of each serves all calls.
const [y, square, numerator, divisor, f, g] = Array.from({ length: 6 }, zeros) as [
  number[],
  number[],
  number[],
  number[],
  number[],
  number[]
]
const product: number[] = Array.from({ length: 2 * LIMBS }, () => 0)

const P = limbsOf((1n << 255n) - 19n)
/** -121665 / 121666 modulo p (RFC 8032 5.1). */
const D = limbsOf(37095705934669439343138083508754565189542113879843219016388785533085940283555n)
const ONE = limbsOf(1n)
const MINUS_ONE = limbsOf((1n << 255n) - 20n)

/** y of every point whose order divides 8, by its lowest limb. */
const SMALL_ORDER: ReadonlyMap<number, readonly number[]> = new Map(
  ED25519_TORSION_SUBGROUP.map(point => Array.from({ length: LIMBS }, (_, i) => limbAt(point, i))).map(limbs => [
    limbs[0] ?? 0,
    limbs
  ])
)

/** True if the key (64 hexadecimal digits) is canonical, on the curve and not of small order; false says nothing. */
export function isSurelyLargePoint(key: string): boolean {
  for (let i = 0; i < LIMBS; i++) y[i] = limbAt(key, i)
  if (!isCanonical() || isSmallOrder()) return false
  multiply(y, y, square)
  multiply(square, D, divisor)
  add(divisor, ONE)
  for (let i = 0; i < LIMBS; i++) numerator[i] = square[i] ?? 0
  add(numerator, MINUS_ONE)
  multiply(numerator, divisor, g)
  return isSurelySquare()
}

/** Three bytes of a key; of the last two bytes without the top bit, which is the sign of x. */
function limbAt(key: string, place: number): number {
  const byteAt = (at: number): number => 16 * nibbleAt(key, 2 * at) + nibbleAt(key, 2 * at + 1)
  const start = 3 * place
  if (place === LIMBS - 1) return byteAt(start) + 256 * (byteAt(start + 1) & 0x7f)
  return byteAt(start) + 256 * byteAt(start + 1) + 65_536 * byteAt(start + 2)
}

function nibbleAt(key: string, at: number): number {
  const code = key.charCodeAt(at)
  return code < 58 ? code - 48 : code - 87
}

/** True if y is below p. */
function isCanonical(): boolean {
  for (let i = LIMBS - 1; i > 0; i--) if (y[i] !== P[i]) return true
  return (y[0] ?? 0) < (P[0] ?? 0)
}

function isSmallOrder(): boolean {
  const limbs = SMALL_ORDER.get(y[0] ?? 0)
  if (limbs === undefined) return false
  for (let i = 1; i < LIMBS; i++) if (y[i] !== limbs[i]) return false
  return true
}

/** into = a * b modulo p. Columns of eleven products of 48 bits stay below 2^53. */
function multiply(a: readonly number[], b: readonly number[], into: number[]): void {
  for (let i = 0; i < 2 * LIMBS; i++) product[i] = 0
  for (let i = 0; i < LIMBS; i++) {
    const factor = a[i] ?? 0
    for (let j = 0; j < LIMBS; j++) product[i + j] = (product[i + j] ?? 0) + factor * (b[j] ?? 0)
  }
  carry(product, 2 * LIMBS)
  for (let i = 0; i < LIMBS; i++) into[i] = (product[i] ?? 0) + FOLD * (product[i + LIMBS] ?? 0)
  fold(into)
}

function add(a: number[], b: readonly number[]): void {
  for (let i = 0; i < LIMBS; i++) a[i] = (a[i] ?? 0) + (b[i] ?? 0)
  fold(a)
}

/** Brings every limb below LIMB; what goes over the top comes in again at the bottom, the second time for good. */
function fold(limbs: number[]): void {
  for (let over = carry(limbs, LIMBS); over > 0; over = carry(limbs, LIMBS)) limbs[0] = (limbs[0] ?? 0) + FOLD * over
}

/** What is left over at the top. */
function carry(limbs: number[], length: number): number {
  let over = 0
  for (let i = 0; i < length; i++) {
    const sum = (limbs[i] ?? 0) + over
    over = Math.floor(sum / LIMB)
    limbs[i] = sum - over * LIMB
  }
  return over
}

/**
 * True if the Jacobi symbol (g / p) is 1, for a g that p does not divide. Keeps it as a sign and a pair (g /
 * f), f odd. An even g is halved (the sign turns if f is 3 or 5 modulo 8). An odd g that has been halved as
 * often as f is swapped with it (reciprocity: the sign turns if both are 3 modulo 4); then a multiple of f is
 * added to it, which makes it even. What LIMB_BITS halvings do depends on the low bits alone and is applied
 * to all limbs at once. With f or g at 1 it is known.
 */
function isSurelySquare(): boolean {
  for (let i = 0; i < LIMBS; i++) f[i] = P[i] ?? 0
  let turned = 0
  let lead = 1
  let length = LIMBS
  for (let round = 0; round < ROUNDS_MAX; round++) {
    // 32 low bits of both: eight more than are used up, so that the three the signs look at are always right.
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
        const wasLow = low
        const wasFf = ff
        const wasFg = fg
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

function zeros(): number[] {
  return Array.from({ length: LIMBS }, () => 0)
}

function limbsOf(value: bigint): readonly number[] {
  return Array.from({ length: LIMBS }, (_, i) => Number(BigInt.asUintN(LIMB_BITS, value >> BigInt(i * LIMB_BITS))))
}
