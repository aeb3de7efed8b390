// Proof files: everything needed to believe a balance or a receipt from the genesis document alone. Made by `proof get`,
// judged by `proof check`, in a browser or offline alike [FIN-10, PRF-2, COM-6].
import { z } from 'zod'
import { balanceKey, checkReceipt, committeeKeysOf, RECEIPT_BYTES, receiptCodec } from '#asset-layer/index.ts'
import { checkFinalityProof } from '#base-layer/light/finality-proof.ts'
import { readSection } from '#base-layer/light/state-proof.ts'
import { deriveTrustedStart } from '#base-layer/light/trusted-start.ts'
import type { BaseChain, KeyOf, SectionName, ValueOf } from '#base-layer/index.ts'
import { decodeInstruction, instructionIdOf } from '#contracts/assets/instruction.ts'
import { viewOf } from '#contracts/assets/state-view.ts'
import { tokenAmountCodec } from '#contracts/assets/token.ts'
import { decode } from '#contracts/codec/codec.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { hashOf } from '#contracts/merkle/node.ts'
import { witnessCodec } from '#contracts/merkle/witness.ts'
import { WITNESS_BYTES_MAX } from '#contracts/merkle/limits.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { type AssetId, isHex32, type PublicKey } from '#contracts/primitives/ids.ts'
import { blockIdOf, type SignedHeader } from '#contracts/statements/block.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'

const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/)
const id = z.string().refine(isHex32)
const base = { finality: hex, sectionRoots: z.array(hex), sectionWitness: hex } as const

export const PROOF_FILE = z.discriminatedUnion('schema', [
  z.strictObject({
    schema: z.literal('surety.proof.balance/1'),
    asset: id,
    sequence: z.number().int(),
    account: id,
    witness: hex,
    ...base
  }),
  z.strictObject({
    schema: z.literal('surety.proof.receipt/1'),
    asset: id,
    instruction: id,
    epoch: z.number().int(),
    receipt: hex,
    ...base
  })
])
export type ProofFile = z.infer<typeof PROOF_FILE>

export interface ProvenSection {
  readonly finality: string
  readonly sectionRoots: readonly string[]
  readonly sectionWitness: string
}

/** A key under the newest final header with the proof that it is final; asked anew while finality moves on between. */
export async function proveSection<S extends SectionName>(
  chain: BaseChain,
  genesis: Genesis,
  section: S,
  key: KeyOf<S>
): Promise<Verdict<ProvenSection>> {
  const start = deriveTrustedStart(genesis)
  if (!start.ok) return start
  for (let tries = 0; tries < 20; tries++) {
    const [finality, state] = await Promise.all([chain.proveFinality(), chain.prove(section, key)])
    const head = checkFinalityProof(start.value, finality)
    if (!head.ok) return head
    if (!isSameBlock(head.value.id, state.header)) continue
    return accept({
      finality: bytesToHex(finality),
      sectionRoots: state.sectionRoots.map(bytesToHex),
      sectionWitness: bytesToHex(state.witness)
    })
  }
  return reject('E_PROOF_MOVING', 'finality moved on between the two answers each time')
}

function isSameBlock(head: string, { header }: SignedHeader): boolean {
  return blockIdOf(header) === head
}

export type ProofReading =
  | { readonly kind: 'balance'; readonly units: bigint; readonly status: string; readonly height: number }
  | {
      readonly kind: 'receipt'
      readonly outcome: string
      readonly index: number
      readonly height: number
      readonly signers: number
    }

/** What a proof file shows to somebody who trusts this genesis document and nothing else. Never throws on hostile bytes. */
export function readProof(genesis: Genesis, file: ProofFile): Verdict<ProofReading> {
  return file.schema === 'surety.proof.balance/1' ? readBalance(genesis, file) : readReceipt(genesis, file)
}

function readBalance(
  genesis: Genesis,
  file: Extract<ProofFile, { schema: 'surety.proof.balance/1' }>
): Verdict<ProofReading> {
  const asset = file.asset as AssetId
  const found = readFinal(genesis, file, 'checkpoints', { asset, sequence: file.sequence })
  if (!found.ok) return found
  const { value: record, height } = found.value
  if (record === null || record.status === 'void' || record.statement === null) {
    return reject('E_PROOF_VALUE', 'final state has no such standing checkpoint')
  }
  const witness = decode(witnessCodec, hexToBytes(file.witness), WITNESS_BYTES_MAX)
  if (!witness.ok) return reject('E_PROOF_MALFORMED', witness.why)
  if (bytesToHex(hashOf(witness.value)) !== record.statement.postRoot)
    return reject('E_PROOF_ROOT', 'the balance is under another root')
  const value = viewOf(witness.value).get(balanceKey(file.account as PublicKey))
  if (value === 'missing') return reject('E_PROOF_INCOMPLETE', 'the proof does not show this account')
  const units = value === 'absent' ? accept(0n) : decode(tokenAmountCodec, value, value.length)
  return units.ok ? accept({ kind: 'balance', units: units.value, status: record.status, height }) : units
}

function readReceipt(
  genesis: Genesis,
  file: Extract<ProofFile, { schema: 'surety.proof.receipt/1' }>
): Verdict<ProofReading> {
  const asset = file.asset as AssetId
  const found = readFinal(genesis, file, 'committees', { asset, epoch: file.epoch })
  if (!found.ok) return found
  const { value: committee, height } = found.value
  if (committee === null) return reject('E_PROOF_VALUE', 'final state has no such committee')
  const receipt = decode(receiptCodec, hexToBytes(file.receipt), RECEIPT_BYTES)
  if (!receipt.ok) return reject('E_PROOF_MALFORMED', receipt.why)
  const { statement } = receipt.value.certified
  const keys = committeeKeysOf(genesisHashOf(genesis), asset, file.epoch, statement.dag, committee)
  const checked = checkReceipt(receipt.value, keys, verifySignature)
  if (!checked.ok) return checked
  const { leaf, effects, input } = checked.value
  const instruction = input.kind === 'instruction' ? decodeInstruction(input.instruction) : undefined
  if (instruction?.ok !== true || instructionIdOf(instruction.value) !== file.instruction) {
    return reject('E_PROOF_VALUE', 'the receipt is of another instruction')
  }
  return accept({
    kind: 'receipt',
    outcome: effects.outcome,
    index: leaf.index,
    height,
    signers: receipt.value.certified.signatures.length
  })
}

/** A key's value under the final header that the file proves. */
function readFinal<S extends SectionName>(
  genesis: Genesis,
  file: ProofFile,
  section: S,
  key: KeyOf<S>
): Verdict<{ readonly value: ValueOf<S> | null; readonly height: number }> {
  const start = deriveTrustedStart(genesis)
  if (!start.ok) return start
  const head = checkFinalityProof(start.value, hexToBytes(file.finality))
  if (!head.ok) return head
  const { header } = head.value
  const value = readSection(section, key, {
    header,
    sectionRoots: file.sectionRoots.map(hexToBytes),
    witness: hexToBytes(file.sectionWitness)
  })
  return value.ok ? accept({ value: value.value, height: header.height }) : value
}
