// MuSig2 over Ed25519 a second time, written from the text of [SIG-3] alone: plain affine arithmetic over bigint and the
// platform's hashes, slow and simple. Vectors of both implementations are compared and pinned; nothing else uses this.
import { createHash } from 'node:crypto'

const P = 2n ** 255n - 19n
const L = 2n ** 252n + 27742317777372353535851937790883648493n

type Affine = readonly [x: bigint, y: bigint]

function mod(value: bigint, by: bigint): bigint {
  const rest = value % by
  return rest < 0n ? rest + by : rest
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square, rest] = [1n, mod(base, P), exponent]
  while (rest > 0n) {
    if (rest & 1n) result = (result * square) % P
    square = (square * square) % P
    rest >>= 1n
  }
  return result
}

/** By Euclid's algorithm. */
function invert(value: bigint): bigint {
  let [a, b, x, y] = [mod(value, P), P, 1n, 0n]
  while (a > 1n) {
    const quotient = b / a
    ;[a, b] = [b - quotient * a, a]
    ;[x, y] = [y - quotient * x, x]
  }
  return mod(x, P)
}

const D = mod(-121665n * invert(121666n), P)

/** x of the curve -x^2 + y^2 = 1 + d x^2 y^2 with the parity asked for, or undefined. */
function recoverX(y: bigint, parity: bigint): bigint | undefined {
  const square = mod((y * y - 1n) * invert(mod(D * y * y + 1n, P)), P)
  let x = power(square, (P + 3n) / 8n)
  if (mod(x * x - square, P) !== 0n) x = (x * power(2n, (P - 1n) / 4n)) % P
  if (mod(x * x - square, P) !== 0n) return undefined
  if (x === 0n && parity === 1n) return undefined
  return (x & 1n) === parity ? x : mod(-x, P)
}

const BASE_Y = mod(4n * invert(5n), P)
const BASE: Affine = [recoverX(BASE_Y, 0n) ?? 0n, BASE_Y]
const NEUTRAL: Affine = [0n, 1n]

function add([x1, y1]: Affine, [x2, y2]: Affine): Affine {
  const cross = (((((D * x1) % P) * x2) % P) * ((y1 * y2) % P)) % P
  const x = mod((x1 * y2 + x2 * y1) * invert(mod(1n + cross, P)), P)
  const y = mod((y1 * y2 + x1 * x2) * invert(mod(1n - cross, P)), P)
  return [x, y]
}

function times(scalar: bigint, point: Affine): Affine {
  let [result, doubled, rest] = [NEUTRAL, point, scalar]
  while (rest > 0n) {
    if (rest & 1n) result = add(result, doubled)
    doubled = add(doubled, doubled)
    rest >>= 1n
  }
  return result
}

function fromLittle(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

function toLittle(value: bigint): Buffer {
  return Buffer.from(Array.from({ length: 32 }, (_, n) => Number((value >> BigInt(8 * n)) & 255n)))
}

function encodePoint([x, y]: Affine): Buffer {
  return toLittle(y | ((x & 1n) << 255n))
}

function decodePoint(bytes: Uint8Array): Affine {
  const value = fromLittle(bytes)
  const y = value & (2n ** 255n - 1n)
  const x = y < P ? recoverX(y, value >> 255n) : undefined
  if (x === undefined) throw new Error('not a point')
  return [x, y]
}

const sha512 = (...parts: readonly Uint8Array[]): Buffer => createHash('sha512').update(Buffer.concat(parts)).digest()

/** The domain hash of [HASH-1]: SHA-256 over the length of the domain, the domain and the parts. */
function hash(domain: string, ...parts: readonly Uint8Array[]): Buffer {
  const text = Buffer.from(domain, 'ascii')
  return createHash('sha256')
    .update(Buffer.concat([Buffer.of(text.length), text, ...parts]))
    .digest()
}

/** RFC 8032 5.1.5: the clamped scalar and the prefix. */
function expand(secretKey: Uint8Array): { readonly scalar: bigint; readonly prefix: Buffer } {
  const digest = sha512(secretKey)
  const low = fromLittle(digest.subarray(0, 32))
  const scalar = (low & (2n ** 254n - 8n)) | (1n << 254n)
  return { scalar, prefix: digest.subarray(32) }
}

export function referencePublicKey(secretKey: Uint8Array): string {
  return encodePoint(times(expand(secretKey).scalar, BASE)).toString('hex')
}

function coefficients(keys: readonly string[]): readonly bigint[] {
  if (keys.length === 1) return [1n]
  const list = hash('musig-list', ...keys.map(key => Buffer.from(key, 'hex')))
  return keys.map(key => fromLittle(hash('musig-coefficient', list, Buffer.from(key, 'hex'))) % L)
}

export function referenceAggregate(keys: readonly string[]): string {
  const weights = coefficients(keys)
  const points = keys.map((key, n) => times(weights[n] ?? 0n, decodePoint(Buffer.from(key, 'hex'))))
  return encodePoint(points.reduce(add, NEUTRAL)).toString('hex')
}

/** The two nonce scalars of a signer. */
export function referenceNonce(
  secretKey: Uint8Array,
  keys: readonly string[],
  message: Uint8Array,
  randomness: Uint8Array
): readonly [bigint, bigint] {
  const { prefix } = expand(secretKey)
  const bound = hash('musig-nonce-for', Buffer.from(keys.join(''), 'hex'), sha512(message))
  const own = Buffer.from(referencePublicKey(secretKey), 'hex')
  const scalar = (n: number): bigint =>
    (fromLittle(sha512(Buffer.from('musig-nonce'), Buffer.of(n), randomness, prefix, own, bound)) % (L - 1n)) + 1n
  return [scalar(1), scalar(2)]
}

export interface ReferenceRun {
  readonly aggregate: string
  readonly publicNonces: readonly string[]
  readonly partials: readonly string[]
  readonly signature: string
}

/** All of one session, by a party that knows every secret. Secret keys in the order of their public keys. */
export function referenceRun(
  secretKeys: readonly Uint8Array[],
  message: Uint8Array,
  randomness: readonly Uint8Array[]
): ReferenceRun {
  const keys = secretKeys.map(referencePublicKey)
  const aggregate = referenceAggregate(keys)
  const nonces = secretKeys.map((secret, n) => referenceNonce(secret, keys, message, randomness[n] ?? new Uint8Array()))
  const [first, second] = [0, 1].map(half =>
    nonces.map(pair => times(pair[half] ?? 0n, BASE)).reduce(add, NEUTRAL)
  ) as [Affine, Affine]
  const key = Buffer.from(aggregate, 'hex')
  const joined = [encodePoint(first), encodePoint(second)]
  const b = fromLittle(hash('musig-nonce-coefficient', key, ...joined, message)) % L
  const point = encodePoint(add(first, times(b, second)))
  const challenge = fromLittle(sha512(point, key, message)) % L
  const weights = coefficients(keys)
  const parts = nonces.map(([r1, r2], n) => {
    const { scalar } = expand(secretKeys[n] ?? new Uint8Array())
    return mod(r1 + b * r2 + challenge * (weights[n] ?? 0n) * scalar, L)
  })
  return {
    aggregate,
    publicNonces: nonces.map(pair => pair.map(r => encodePoint(times(r, BASE)).toString('hex')).join('')),
    partials: parts.map(part => toLittle(part).toString('hex')),
    signature: Buffer.concat([point, toLittle(parts.reduce((sum, part) => sum + part, 0n) % L)]).toString('hex')
  }
}
