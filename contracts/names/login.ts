// Logins, `login@peer` [NAM-3]: a peer signs names under its own name, off the chain. Wallets check a record against a
// proof of the peer's name; nodes store and serve the records of their own.
import { bytes, type Decoded, decode, encode, hex32, record, uint } from '../codec/codec.ts'
import { SIGNATURE_BYTES, signingBytes, signMessage, verifySignature } from '../crypto/signature.ts'
import type { GenesisHash, PublicKey, Tick } from '../primitives/ids.ts'
import { accept, reject, type Verdict } from '../primitives/verdict.ts'
import { type Name, nameCodec } from './name.ts'
import type { NameStanding } from './name-record.ts'

export const LOGIN_RECORD_BYTES = 320

export const loginCodec = record({
  peer: nameCodec,
  login: nameCodec,
  /** The wallet that the login stands for. */
  key: hex32<PublicKey>(),
  /** Newer wins. */
  version: uint(),
  /** The last tick count at which it holds. */
  notAfter: uint()
})
export type Login = Decoded<typeof loginCodec>

export const loginRecordCodec = record({ login: loginCodec, signature: bytes(SIGNATURE_BYTES, SIGNATURE_BYTES) })
export type LoginRecord = Decoded<typeof loginRecordCodec>

/** What a login's signature is over [SIG-2, NAM-3]. */
export function loginSigningBytes(genesis: GenesisHash, login: Login): Uint8Array {
  return signingBytes('login', genesis, encode(loginCodec, login))
}

/** A login signed by the key that `loginAuthorityOf` names, which is the caller's to see to. */
export function signLogin(secretKey: Uint8Array, genesis: GenesisHash, login: Login): LoginRecord {
  return { login, signature: signMessage(secretKey, loginSigningBytes(genesis, login)) }
}

/** The record in bytes from anybody. */
export function decodeLoginRecord(encoded: Uint8Array): Verdict<LoginRecord> {
  return decode(loginRecordCodec, encoded, LOGIN_RECORD_BYTES)
}

/** Whose signature makes logins under a name: the key it points to, else its owner; undefined if nobody holds it. */
export function loginAuthorityOf(peer: NameStanding): PublicKey | undefined {
  return peer.kind === 'held' ? (peer.targets.key ?? peer.owner) : undefined
}

export type LoginCode = 'E_LOGIN_NAME' | 'E_LOGIN_PEER' | 'E_LOGIN_EXPIRED' | 'E_LOGIN_SIGNATURE'

/** What a wallet asked for, and how the peer's name was proven to stand. */
export interface LoginQuestion {
  readonly genesis: GenesisHash
  readonly login: Name
  readonly peer: Name
  readonly standing: NameStanding
  /** Tick count of the header that `standing` was proven under. */
  readonly ticks: Tick
}

/** The key a login stands for, or why this record does not say [NAM-3]. Never throws. */
export function checkLogin(record: LoginRecord, question: LoginQuestion): Verdict<PublicKey, LoginCode> {
  const { login, signature } = record
  if (login.login !== question.login || login.peer !== question.peer) {
    return reject('E_LOGIN_NAME', 'the record is of another login')
  }
  const authority = loginAuthorityOf(question.standing)
  if (authority === undefined) return reject('E_LOGIN_PEER', `nobody holds the name ${question.peer}`)
  if (question.ticks > login.notAfter) return reject('E_LOGIN_EXPIRED', 'the record does not hold any more')
  return verifySignature(authority, loginSigningBytes(question.genesis, login), signature)
    ? accept(login.key)
    : reject('E_LOGIN_SIGNATURE', `${question.peer} did not sign this login`)
}
