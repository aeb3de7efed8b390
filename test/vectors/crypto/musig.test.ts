// MuSig2 over Ed25519: pinned vectors, made by two implementations that share no code [SIG-3].
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { aggregateKeys } from '#contracts/crypto/multisignature.ts'
import { derivePublicKey, verifySignature } from '#contracts/crypto/signature.ts'
import { createNonce, joinPartials, openSession, signPartial } from '#contracts/crypto/signing-session.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { referenceRun } from '#test/support/musig-reference.ts'

interface MusigVector {
  readonly secrets: readonly string[]
  readonly randomness: readonly string[]
  readonly message: string
  readonly aggregate: string
  readonly publicNonces: readonly string[]
  readonly partials: readonly string[]
  readonly signature: string
}

const vectors = JSON.parse(readFileSync(new URL('./musig.json', import.meta.url), 'utf8')) as readonly MusigVector[]
const named = vectors.map(vector => [vector.secrets.length, vector] as const)

it.each(named)('SIG-3: %i signers make the pinned nonces, parts and signature', (_, vector) => {
  const secrets = vector.secrets.map(hexToBytes)
  const keys = secrets.map(derivePublicKey)
  const message = hexToBytes(vector.message)
  const nonces = secrets.map((secretKey, n) =>
    createNonce({ secretKey, keys, message, randomness: hexToBytes(present(vector.randomness[n], 'randomness')) })
  )
  const publicNonces = nonces.map(nonce => nonce.publicNonce)
  expect(publicNonces.map(bytesToHex)).toEqual(vector.publicNonces)
  const session = openSession(keys, publicNonces, message)
  if (!session.ok) throw new Error(session.why)
  expect([session.value.aggregate, aggregateKeys(keys)]).toEqual([vector.aggregate, vector.aggregate])
  const partials = nonces.map((nonce, n) => signPartial(session.value, present(secrets[n], 'secret'), nonce))
  expect(partials.map(bytesToHex)).toEqual(vector.partials)
  const signature = joinPartials(session.value, partials)
  expect(signature.ok && bytesToHex(signature.value)).toBe(vector.signature)
  expect(signature.ok && verifySignature(session.value.aggregate, message, signature.value)).toBe(true)
})

it.each(named)('SIG-3: the second implementation makes the same for %i signers', (_, vector) => {
  const run = referenceRun(
    vector.secrets.map(hexToBytes),
    hexToBytes(vector.message),
    vector.randomness.map(hexToBytes)
  )
  const { aggregate, publicNonces, partials, signature } = vector
  expect(run).toEqual({ aggregate, publicNonces, partials, signature })
})
