// A token asset with its cast, for tests of assets, claims, execution and checkpoints. Signatures are a keyed
// hash, which is as unforgeable here as a real one and a thousand times faster; tests that need real keys make
// their own.
import { type InstructionBody, instructionCodec, instructionSigningBytes } from '#contracts/assets/instruction.ts'
import type { LogItem } from '#contracts/assets/log-item.ts'
import { logEntryCodec } from '#contracts/assets/log-item.ts'
import { deriveAssetContext, firstStateOf } from '#contracts/assets/registry.ts'
import { templateStateKey } from '#contracts/assets/reserved.ts'
import { viewOf } from '#contracts/assets/state-view.ts'
import {
  type AssetContext,
  ENGINE_VERSION,
  executeStep,
  type StepInput,
  type StepResult
} from '#contracts/assets/step.ts'
import type { FieldInputs } from '#contracts/assets/template.ts'
import { tokenAmountCodec, tokenKeys, tokenTemplate } from '#contracts/assets/token.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { hashBytes, hashHex } from '#contracts/crypto/hash.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import { pathOf } from '#contracts/merkle/node.ts'
import { putChange, removeChange, type SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { asciiToBytes, concatBytes, equalBytes, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { AssetId, GenesisHash, PublicKey } from '#contracts/primitives/ids.ts'
import { present, type Verdict } from '#contracts/primitives/verdict.ts'

export function keyOf(name: string): PublicKey {
  return hashHex('test-key', asciiToBytes(name)) as string as PublicKey
}

export const issuer = keyOf('issuer')
export const alice = keyOf('alice')
export const bob = keyOf('bob')
export const carol = keyOf('carol')
export const mallory = keyOf('mallory')
export const GENESIS = hashHex<GenesisHash>('test-genesis')
export const ASSET = hashHex<AssetId>('test-asset')

export function fakeSign(key: PublicKey, message: Uint8Array): Uint8Array {
  const half = hashBytes('test-signature', hexToBytes(key), message)
  return concatBytes(half, half)
}

export function fakeVerify(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  return equalBytes(signature, fakeSign(key, message))
}

export function expectValue<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(`${verdict.code}: ${verdict.why}`)
  return verdict.value
}

export const TOKEN_PARAMETERS = {
  name: 'Gold',
  decimals: 2,
  supplyCap: 1_000_000n,
  mint: true,
  burn: true,
  freeze: true,
  recall: true
} as const

export function registrationWith(
  changes: Partial<AssetRegister> & { readonly token?: FieldInputs } = {}
): AssetRegister {
  const { token, ...fields } = changes
  return {
    symbol: 'GOLD',
    issuer,
    template: 'token',
    templateVersion: 1,
    parameters: expectValue(tokenTemplate.encodeParameters({ ...TOKEN_PARAMETERS, ...token })),
    mode: 'opt-in',
    seats: 7,
    collateralPerSeat: 100n,
    termTicks: 1000,
    interval: 6,
    windowTicks: 48,
    statedValue: 100n,
    reserveAtoms: 1000n,
    ...fields
  }
}

export function contextOf(registration: AssetRegister = registrationWith()): AssetContext {
  return expectValue(deriveAssetContext(GENESIS, ASSET, ENGINE_VERSION, registration))
}

export function firstTree(registration: AssetRegister = registrationWith()): SparseTree<Uint8Array> {
  return expectValue(firstStateOf(registration))
}

export function call(name: string, values: FieldInputs): Uint8Array {
  return expectValue(tokenTemplate.encodeCall(name, values))
}

export function signedInstruction(
  account: PublicKey,
  sequence: number,
  calls: readonly Uint8Array[],
  changes: Partial<InstructionBody> = {}
): Uint8Array {
  const body = { asset: ASSET, account, sequence, calls, maxFee: 0n, notAfter: 1_000_000, ...changes }
  return encode(instructionCodec, { ...body, signature: fakeSign(account, instructionSigningBytes(GENESIS, body)) })
}

export function logEntry(item: LogItem, height = 1): Uint8Array {
  return encode(logEntryCodec, { height, item })
}

/** An asset that takes one step at a time, for tests of the interpreter. */
export class Ledger {
  tree: SparseTree<Uint8Array>
  readonly context: AssetContext
  index = 0
  baseHeight = 10
  readonly #next = new Map<PublicKey, number>()

  constructor(registration: AssetRegister = registrationWith()) {
    this.tree = firstTree(registration)
    this.context = contextOf(registration)
  }

  input(instruction: Uint8Array): StepInput {
    return { kind: 'instruction', index: this.index, baseHeight: this.baseHeight, slot: 5, tick: 4, instruction }
  }

  logInput(entry: Uint8Array, logIndex: number): StepInput {
    return { kind: 'log', index: this.index, baseHeight: this.baseHeight, slot: 5, tick: 4, logIndex, entry }
  }

  /** Executes on the current state and keeps what a step wrote. */
  run(input: StepInput): StepResult {
    const result = executeStep(this.context, input, viewOf(this.tree.node), fakeVerify)
    if (result.kind === 'step') {
      this.tree = this.tree.with(
        result.writes.map(({ key, value }) => {
          return value === null ? removeChange(key) : putChange(key, value)
        })
      )
      this.index += 1
    }
    return result
  }

  /** One call signed with the account's next sequence; gives its code, '' if applied. */
  does(account: PublicKey, name: string, values: FieldInputs): string {
    return this.doesAll(account, [call(name, values)])
  }

  doesAll(account: PublicKey, calls: readonly Uint8Array[]): string {
    const sequence = this.#next.get(account) ?? 0
    this.#next.set(account, sequence + 1)
    const result = this.run(this.input(signedInstruction(account, sequence, calls)))
    return result.kind === 'step' || result.kind === 'inadmissible' ? result.code : result.kind
  }

  amountAt(key: Uint8Array): bigint {
    const value = this.tree.get(pathOf(templateStateKey(key)))?.value
    return value === undefined ? 0n : expectValue(decode(tokenAmountCodec, value, 16))
  }

  has(key: Uint8Array): boolean {
    return this.tree.get(pathOf(templateStateKey(key))) !== undefined
  }

  balance(account: PublicKey): bigint {
    return this.amountAt(tokenKeys.balance(account))
  }

  get supply(): bigint {
    return this.amountAt(tokenKeys.supply)
  }
}

export function nth<T>(items: readonly T[], place: number): T {
  return present(items[place], `no item ${place}`)
}
