// Instructions as the drivers handle them: decoded once on arrival for their id and account, their signatures checked off the
// main thread before execution asks for them [SIG-1]. Shared by mempool, replica and client sessions.
import { VerifiedCache } from '#base-layer/runtime/verified-cache.ts'
import type { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import {
  decodeInstruction,
  type Instruction,
  type InstructionId,
  instructionIdOf,
  instructionSigningBytes
} from '#contracts/assets/instruction.ts'
import type { Verify } from '#contracts/assets/step.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import type { AssetId, GenesisHash, PublicKey } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'

export interface KnownInstruction {
  readonly id: InstructionId
  readonly account: PublicKey
  readonly sequence: number
  readonly notAfter: number
  readonly bytes: Uint8Array
}

const ids = new WeakMap<Uint8Array, InstructionId>()

/** The id of encoded instructions; undefined if undecodable. The same array is decoded once. */
export function idOfInstruction(bytes: Uint8Array): InstructionId | undefined {
  const known = ids.get(bytes)
  if (known !== undefined) return known
  const decoded = decodeInstruction(bytes)
  return decoded.ok ? rememberedId(bytes, decoded.value) : undefined
}

function rememberedId(bytes: Uint8Array, instruction: Instruction): InstructionId {
  const known = ids.get(bytes)
  if (known !== undefined) return known
  const id = instructionIdOf(instruction)
  ids.set(bytes, id)
  return id
}

/** Bad signatures remembered between arrival and execution: as many as a liar's blocks may bring at once. */
const BAD_REMEMBERED = 16_384

export class InstructionChecks {
  /** Triples that the slow path refused: a member that orders garbage costs it once. */
  readonly #bad = new Set<string>()
  readonly #genesis: GenesisHash
  readonly #pool: VerifyPool

  constructor(genesis: GenesisHash, pool: VerifyPool) {
    this.#genesis = genesis
    this.#pool = pool
  }

  /** Everything about an instruction that needs no state. E_BUSY: too much waits, try later. */
  async check(asset: AssetId, bytes: Uint8Array): Promise<Verdict<KnownInstruction>> {
    const decoded = decodeInstruction(bytes)
    if (!decoded.ok) return decoded
    const instruction = decoded.value
    if (instruction.asset !== asset) return reject('E_INSTRUCTION_ASSET', 'the instruction is for another asset')
    try {
      if (!(await this.#verify(instruction))) {
        return reject('E_INSTRUCTION_SIGNATURE', 'the account did not sign the instruction')
      }
    } catch {
      return reject('E_BUSY', 'too many signatures are waiting')
    }
    const id = rememberedId(bytes, instruction)
    const { account, sequence, notAfter } = instruction
    return accept({ id, account, sequence, notAfter, bytes })
  }

  /** Starts checking the instructions of a block, so that execution finds them checked. Never rejects. */
  async warm(instructions: readonly Uint8Array[]): Promise<void> {
    await Promise.all(
      instructions.map(async bytes => {
        const decoded = decodeInstruction(bytes)
        if (!decoded.ok) return
        rememberedId(bytes, decoded.value)
        // Execution has the last word, checked here or not.
        await this.#verify(decoded.value).catch(() => false)
      })
    )
  }

  /** The verdict of ZIP-215, for execution: what arrival found bad is not looked at again. */
  readonly verify: Verify = (key, message, signature) => {
    if (this.#bad.size > 0) {
      const name = VerifiedCache.nameOf(key, message, signature)
      if (name !== undefined && this.#bad.has(name)) return false
    }
    return verifySignature(key, message, signature)
  }

  async #verify(instruction: Instruction): Promise<boolean> {
    const { account, signature } = instruction
    const message = instructionSigningBytes(this.#genesis, instruction)
    if (await this.#pool.verify(account, message, signature)) return true
    const name = VerifiedCache.nameOf(account, message, signature)
    if (this.#bad.size >= BAD_REMEMBERED) this.#bad.clear()
    if (name !== undefined) this.#bad.add(name)
    return false
  }
}
