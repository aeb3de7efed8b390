// Signed instructions for a committee [EXE-1], made by wallets: the command line, the demo and the benchmark.
import {
  type InstructionBody,
  instructionCodec,
  instructionIdOf,
  instructionSigningBytes
} from '#contracts/assets/instruction.ts'
import { findTemplate } from '#contracts/assets/registry.ts'
import type { FieldInputs } from '#contracts/assets/template.ts'
import { encode } from '#contracts/codec/codec.ts'
import { derivePublicKey, signMessage } from '#contracts/crypto/signature.ts'
import type { AssetId, GenesisHash, Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { unwrap } from './exit-codes.ts'

export interface SignedInstruction {
  readonly id: Hash
  readonly bytes: Uint8Array
}

/** Signs instructions of one account for one asset, each with the next sequence. */
export class InstructionSigner {
  readonly account: PublicKey
  readonly #genesis: GenesisHash
  readonly #asset: AssetId
  readonly #secret: Uint8Array
  #sequence: number

  constructor(genesis: GenesisHash, asset: AssetId, secret: Uint8Array, nextSequence = 0) {
    this.account = derivePublicKey(secret)
    this.#genesis = genesis
    this.#asset = asset
    this.#secret = secret
    this.#sequence = nextSequence
  }

  /** `notAfter` is the last base height at which it may run. */
  sign(calls: readonly Uint8Array[], notAfter: number): SignedInstruction {
    const body: InstructionBody = {
      asset: this.#asset,
      account: this.account,
      sequence: this.#sequence,
      calls,
      maxFee: 0n,
      notAfter
    }
    this.#sequence += 1
    const signature = signMessage(this.#secret, instructionSigningBytes(this.#genesis, body))
    return { id: instructionIdOf(body), bytes: encode(instructionCodec, { ...body, signature }) }
  }
}

/** An encoded call of the token template; the caller's values fit its fields, or the command ends with E_CALL_FORM. */
export function tokenCall(name: string, values: FieldInputs): Uint8Array {
  return unwrap(present(findTemplate('token', 1), 'the token template').encodeCall(name, values))
}
