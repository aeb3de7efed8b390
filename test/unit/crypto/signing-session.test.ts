// A signature that several owners make together: every way to take part wrongly is refused, and the liar is named [SIG-3].
import { ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, it } from 'vitest'
import { aggregateKeys } from '#contracts/crypto/multisignature.ts'
import { derivePublicKey, verifySignature } from '#contracts/crypto/signature.ts'
import {
  createNonce,
  isPartial,
  joinPartials,
  openSession,
  type SecretNonce,
  type SigningSession,
  signPartial
} from '#contracts/crypto/signing-session.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { present, type Verdict } from '#contracts/primitives/verdict.ts'
import { createRandom } from '#test/support/random.ts'

const message = new Uint8Array([1, 2, 3])

interface Group {
  readonly secrets: readonly Uint8Array[]
  readonly keys: readonly PublicKey[]
  readonly nonces: readonly SecretNonce[]
}

function groupOf(count: number, seed = 'group', text = message): Group {
  const random = createRandom(seed)
  const secrets = Array.from({ length: count }, () => random.bytes(32))
  secrets.sort((a, b) => (derivePublicKey(a) < derivePublicKey(b) ? -1 : 1))
  const keys = secrets.map(derivePublicKey)
  const nonces = secrets.map(secretKey => createNonce({ secretKey, keys, message: text, randomness: random.bytes(32) }))
  return { secrets, keys, nonces }
}

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(verdict.why)
  return verdict.value
}

function sessionOf({ keys, nonces }: Group, text = message): SigningSession {
  return value(
    openSession(
      keys,
      nonces.map(nonce => nonce.publicNonce),
      text
    )
  )
}

function partialsOf(group: Group, session: SigningSession): readonly Uint8Array[] {
  return group.nonces.map((nonce, n) => signPartial(session, present(group.secrets[n], 'secret'), nonce))
}

describe('a session [SIG-3]', () => {
  it.each([1, 2, 3, 7, 64])('of %i signers makes a signature that SIG-1 accepts under their aggregate', count => {
    const group = groupOf(count)
    const session = sessionOf(group)
    const signature = value(joinPartials(session, partialsOf(group, session)))
    expect(verifySignature(present(aggregateKeys(group.keys), 'aggregate'), message, signature)).toBe(true)
    expect(verifySignature(session.aggregate, new Uint8Array([9]), signature)).toBe(false)
    if (count > 1) expect(verifySignature(present(group.keys[0], 'key'), message, signature)).toBe(false)
  })

  it('names the signer whose part is wrong, whatever the wrong', () => {
    const group = groupOf(3)
    const session = sessionOf(group)
    const parts = partialsOf(group, session)
    const [first, second, third] = [0, 1, 2].map(n => present(parts[n], 'part')) as [Uint8Array, Uint8Array, Uint8Array]
    const flipped = Uint8Array.from(second, (byte, n) => (n === 0 ? byte ^ 1 : byte))
    const overOrder = new Uint8Array(32).fill(255)
    for (const wrong of [flipped, overOrder, new Uint8Array(31), new Uint8Array(0), third]) {
      expect(isPartial(session, 1, wrong)).toBe(false)
      const joined = joinPartials(session, [first, wrong, third])
      expect(joined).toMatchObject({ ok: false, code: 'E_PARTIAL' })
      expect(!joined.ok && joined.why).toContain(group.keys[1])
    }
    expect(joinPartials(session, [first, second]).ok).toBe(false)
    expect(joinPartials(session, [second, first, third]).ok).toBe(false)
    expect(joinPartials(session, [first, second, third]).ok).toBe(true)
  })

  it('is not satisfied by some of the signers', () => {
    const group = groupOf(3)
    const session = sessionOf(group)
    const parts = partialsOf(group, session)
    for (const left of [0, 1, 2]) {
      const some = parts.map((part, n) => (n === left ? new Uint8Array(32) : part))
      expect(joinPartials(session, some).ok).toBe(false)
    }
  })

  it('refuses lists of keys out of order and nonces that are no points', () => {
    const { keys, nonces } = groupOf(2)
    const listed = nonces.map(nonce => nonce.publicNonce)
    expect(openSession([...keys].reverse(), listed, message)).toMatchObject({ code: 'E_SIGNERS' })
    expect(openSession(keys, listed.slice(1), message)).toMatchObject({ code: 'E_SIGNERS' })
    const [first, second] = listed.map(nonce => present(nonce, 'nonce')) as [Uint8Array, Uint8Array]
    const neutral = new Uint8Array(64)
    neutral[0] = 1
    neutral[32] = 1
    for (const bad of [new Uint8Array(63), new Uint8Array(64).fill(255), neutral]) {
      const opened = openSession(keys, [first, bad], message)
      expect(opened).toMatchObject({ ok: false, code: 'E_NONCE' })
      expect(!opened.ok && opened.why).toContain(keys[1])
    }
    const opposite = [0, 32].map(at =>
      ed25519.Point.fromBytes(first.subarray(at, at + 32))
        .negate()
        .toHex()
    )
    expect(openSession(keys, [first, hexToBytes(opposite.join(''))], message)).toMatchObject({ code: 'E_NONCE' })
    expect(openSession(keys, [first, second], message).ok).toBe(true)
  })
})

describe('a nonce [SIG-3]', () => {
  it('signs once', () => {
    const group = groupOf(2)
    const session = sessionOf(group)
    const [secret, nonce] = [present(group.secrets[0], 'secret'), present(group.nonces[0], 'nonce')]
    signPartial(session, secret, nonce)
    expect(nonce.used).toBe(true)
    expect(() => signPartial(session, secret, nonce)).toThrow('once')
  })

  it('signs only what it was made for, with the key it was made for, where the session lists it', () => {
    const group = groupOf(2)
    const session = sessionOf(group)
    const [a, b] = group.secrets.map(secret => present(secret, 'secret')) as [Uint8Array, Uint8Array]
    const nonce = present(group.nonces[0], 'nonce')
    const other = new Uint8Array([4])
    expect(() => signPartial(sessionOf(group, other), a, nonce)).toThrow('message')
    expect(() => signPartial(session, b, nonce)).toThrow('lists the nonce')
    expect(() => signPartial(session, new Uint8Array(32).fill(77), nonce)).toThrow('signs in this session')
    expect(nonce.used).toBe(false)
  })

  it('differs with randomness, key, list and message, and prints no secret', () => {
    const { secrets, keys } = groupOf(3)
    const secretKey = present(secrets[0], 'secret')
    const randomness = new Uint8Array(32).fill(5)
    const base = { secretKey, keys, message, randomness }
    const all = [
      base,
      { ...base, randomness: new Uint8Array(32).fill(6) },
      { ...base, secretKey: present(secrets[1], 'secret') },
      { ...base, keys: keys.slice(1) },
      { ...base, message: new Uint8Array([1, 2, 3, 4]) }
    ].map(createNonce)
    const halves = all.flatMap(({ publicNonce }) => [publicNonce.subarray(0, 32), publicNonce.subarray(32)])
    expect(new Set(halves.map(half => half.join())).size).toBe(10)
    const printed = JSON.stringify(all[0])
    expect(Object.keys(JSON.parse(printed) as object).sort()).toEqual(['publicNonce', 'purpose'])
  })
})

describe('a rogue key [SIG-3]', () => {
  it('that is chosen to cancel another does not sign alone', () => {
    const random = createRandom('rogue')
    const [victim, own] = [random.bytes(32), random.bytes(32)]
    const { Point } = ed25519
    const point = Point.fromHex(derivePublicKey(own))
    // X' = X_own - X_victim: were the aggregate a bare sum, it would be X_own.
    const rogue = point.subtract(Point.fromHex(derivePublicKey(victim))).toHex() as PublicKey
    const keys = [derivePublicKey(victim), rogue].sort()
    const aggregate = present(aggregateKeys(keys), 'aggregate')
    expect(aggregate).not.toBe(derivePublicKey(own))
    const alone = ed25519.sign(message, own)
    expect(verifySignature(aggregate, message, alone)).toBe(false)
  })
})
