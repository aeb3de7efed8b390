// One signature by several actors of a test, as their wallets would make it together [SIG-3].
import { hashBytes } from '#contracts/crypto/hash.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import { createNonce, joinPartials, openSession, signPartial } from '#contracts/crypto/signing-session.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'

interface Signer {
  readonly name: string
  readonly secret: Uint8Array
  readonly key: PublicKey
}

/** Plain for one; the keys must be distinct and usable. */
export function signTogether(signers: readonly Signer[], message: Uint8Array): Uint8Array {
  const [only] = signers
  if (signers.length === 1 && only !== undefined) return signMessage(only.secret, message)
  const sorted = [...signers].sort((a, b) => (a.key < b.key ? -1 : 1))
  const keys = sorted.map(one => one.key)
  const nonces = sorted.map(({ name, secret }) =>
    createNonce({ secretKey: secret, keys, message, randomness: hashBytes('test-nonce', asciiToBytes(name), message) })
  )
  const session = openSession(
    keys,
    nonces.map(nonce => nonce.publicNonce),
    message
  )
  assert(session.ok, 'actors sign together')
  const partials = sorted.map(({ secret }, i) => signPartial(session.value, secret, present(nonces[i], 'a nonce')))
  const joined = joinPartials(session.value, partials)
  assert(joined.ok, 'every part is good')
  return joined.value
}
