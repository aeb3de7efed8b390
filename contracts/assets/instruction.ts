// What an account asks of an asset: calls under one signature, all or none [EXE-1]. Wallets build it, members
// and the base log carry its bytes, the interpreter decodes and checks it.
import { amount, bytes, type Decoded, decode, encode, hex32, list, record, uint } from '../codec/codec.ts'
import { hashHex } from '../crypto/hash.ts'
import { SIGNATURE_BYTES, signingBytes } from '../crypto/signature.ts'
import { INSTRUCTION_BYTES } from '../ledger/actions/log-post.ts'
import type { AssetId, GenesisHash, Hash, PublicKey } from '../primitives/ids.ts'
import { reject, type Verdict } from '../primitives/verdict.ts'
import { CALL_BYTES, CALLS_MAX } from './limits.ts'

export type InstructionId = Hash & { readonly of?: 'instruction' }

const bodyFields = {
  asset: hex32<AssetId>(),
  /** Who acts and signs. */
  account: hex32<PublicKey>(),
  /** Unused by this account, in [next, next + 64). */
  sequence: uint(),
  /** Each in the codec of the asset's template. */
  calls: list(bytes(CALL_BYTES, 1), CALLS_MAX, 1),
  maxFee: amount(),
  /** Last base height at which it may run. */
  notAfter: uint()
} as const

const bodyCodec = record(bodyFields)
export type InstructionBody = Decoded<typeof bodyCodec>

export const instructionCodec = record({ ...bodyFields, signature: bytes(SIGNATURE_BYTES, SIGNATURE_BYTES) })
export type Instruction = Decoded<typeof instructionCodec>

/** Hashes everything but the signature. */
export function instructionIdOf(body: InstructionBody): InstructionId {
  return hashHex<InstructionId>('instruction', encode(bodyCodec, body))
}

/** What the account signs [SIG-2]. */
export function instructionSigningBytes(genesis: GenesisHash, body: InstructionBody): Uint8Array {
  return signingBytes('instruction', genesis, encode(bodyCodec, body))
}

/**
 * The instruction in untrusted bytes; E_INSTRUCTION_SIZE over INSTRUCTION_BYTES, E_INSTRUCTION_FORM if
 * undecodable.
 */
export function decodeInstruction(from: Uint8Array): Verdict<Instruction, 'E_INSTRUCTION_SIZE' | 'E_INSTRUCTION_FORM'> {
  if (from.length > INSTRUCTION_BYTES) return reject('E_INSTRUCTION_SIZE', 'the instruction is over length')
  const decoded = decode(instructionCodec, from, INSTRUCTION_BYTES)
  return decoded.ok ? decoded : reject('E_INSTRUCTION_FORM', decoded.why)
}
