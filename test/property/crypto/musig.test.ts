// Whoever the signers are, all of them together make a signature and one altered byte anywhere unmakes it [SIG-3].
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { derivePublicKey, verifySignature } from '#contracts/crypto/signature.ts'
import { createNonce, joinPartials, openSession, signPartial } from '#contracts/crypto/signing-session.ts'
import { present } from '#contracts/primitives/verdict.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const signers = fc.uniqueArray(bytes32, { minLength: 2, maxLength: 5, selector: String })

test('SIG-3: a signature by all verifies; an altered part is named, an altered message or signature refused', () => {
  fc.assert(
    fc.property(
      signers,
      fc.uint8Array({ maxLength: 80 }),
      fc.nat(),
      fc.nat({ max: 31 }),
      (secrets, message, who, at) => {
        const ordered = [...secrets].sort((a, b) => (derivePublicKey(a) < derivePublicKey(b) ? -1 : 1))
        const keys = ordered.map(derivePublicKey)
        const nonces = ordered.map(secretKey => createNonce({ secretKey, keys, message, randomness: secretKey }))
        const listed = nonces.map(nonce => nonce.publicNonce)
        const session = openSession(keys, listed, message)
        if (!session.ok) throw new Error(session.why)
        const parts = nonces.map((nonce, n) => signPartial(session.value, present(ordered[n], 'secret'), nonce))
        const joined = joinPartials(session.value, parts)
        if (!joined.ok) throw new Error(joined.why)
        expect(verifySignature(session.value.aggregate, message, joined.value)).toBe(true)
        expect(verifySignature(session.value.aggregate, Uint8Array.of(...message, 0), joined.value)).toBe(false)
        const liar = who % keys.length
        const altered = (bytes: Uint8Array): Uint8Array => bytes.map((byte, n) => (n === at ? byte ^ 0x20 : byte))
        const lied = joinPartials(
          session.value,
          parts.map((part, n) => (n === liar ? altered(part) : part))
        )
        expect(!lied.ok && lied.why).toContain(keys[liar])
        expect(verifySignature(session.value.aggregate, message, altered(joined.value))).toBe(false)
      }
    ),
    { numRuns: 12 }
  )
})
