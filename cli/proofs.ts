// Proof files: everything needed to believe a balance or a receipt from the genesis document alone. Made by `proof get`,
// judged by `proof check`, in a browser or offline alike [FIN-10, PRF-2, COM-6].
import { z } from 'zod'
import {
  type AssetClient,
  balanceKey,
  checkReceipt,
  committeeKeysOf,
  type ProvenStep,
  RECEIPT_BYTES,
  receiptCodec
} from '#asset-layer/index.ts'
import { checkFinalityProof } from '#base-layer/light/finality-proof.ts'
import { readSection } from '#base-layer/light/state-proof.ts'
import { deriveTrustedStart } from '#base-layer/light/trusted-start.ts'
import type { BaseChain, KeyOf, SectionName, ValueOf } from '#base-layer/index.ts'
import { decodeInstruction, instructionIdOf } from '#contracts/assets/instruction.ts'
import { viewOf } from '#contracts/assets/state-view.ts'
import { tokenAmountCodec } from '#contracts/assets/token.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { hashOf } from '#contracts/merkle/node.ts'
import { witnessCodec } from '#contracts/merkle/witness.ts'
import { WITNESS_BYTES_MAX } from '#contracts/merkle/limits.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { type AssetId, type Hash, isHex32, type PublicKey, ZERO_HASH } from '#contracts/primitives/ids.ts'
import { type BlockHeader, blockIdOf, type SignedHeader } from '#contracts/statements/block.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { CheckpointRecord } from '#contracts/statements/checkpoint-record.ts'

const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/)
/** No thing has the zero hash for its id [HASH-1]. */
const id = z.string().refine(text => isHex32(text) && text !== ZERO_HASH)
const count = z.number().int().nonnegative()
const base = { finality: hex, sectionRoots: z.array(hex), sectionWitness: hex } as const

export const PROOF_FILE = z.discriminatedUnion('schema', [
  z.strictObject({
    schema: z.literal('surety.proof.balance/1'),
    asset: id,
    sequence: count,
    account: id,
    witness: hex,
    ...base
  }),
  z.strictObject({
    schema: z.literal('surety.proof.receipt/1'),
    asset: id,
    instruction: id,
    epoch: count,
    receipt: hex,
    ...base
  })
])
export type ProofFile = z.infer<typeof PROOF_FILE>
export type BalanceProof = Extract<ProofFile, { schema: 'surety.proof.balance/1' }>
export type ReceiptProof = Extract<ProofFile, { schema: 'surety.proof.receipt/1' }>

interface ProvenSection {
  readonly finality: string
  readonly sectionRoots: string[]
  readonly sectionWitness: string
}

export interface ProofSource {
  readonly chain: BaseChain
  readonly client: AssetClient
  readonly genesis: Genesis
}

/** A balance under the asset's newest settled checkpoint; E_PROOF_UNSETTLED while there is none. */
export async function buildBalanceProof(
  { chain, client, genesis }: ProofSource,
  asset: AssetId,
  account: PublicKey
): Promise<Verdict<BalanceProof>> {
  const found = await client.query(asset, balanceKey(account), 'settled')
  if (!found.ok) return found
  const { statement, witness } = found.value
  if (statement === null) return reject('E_PROOF_UNSETTLED', 'no checkpoint of this asset is settled yet')
  const { sequence } = statement.statement
  const section = await proveSection(chain, genesis, 'checkpoints', { asset, sequence })
  if (!section.ok) return section
  const shown = bytesToHex(encode(witnessCodec, witness))
  return accept({ schema: 'surety.proof.balance/1', asset, sequence, account, witness: shown, ...section.value })
}

/** That a quorum of the asset's committee vouches for an instruction's step. */
export async function buildReceiptProof(
  { chain, client, genesis }: ProofSource,
  asset: AssetId,
  instruction: Hash
): Promise<Verdict<ReceiptProof>> {
  const found = await client.receipt(asset, instruction)
  if (!found.ok) return found
  const { receipt } = found.value
  const { epoch } = receipt.certified.statement
  const section = await proveSection(chain, genesis, 'committees', { asset, epoch })
  if (!section.ok) return section
  const encoded = bytesToHex(encode(receiptCodec, receipt))
  return accept({ schema: 'surety.proof.receipt/1', asset, instruction, epoch, receipt: encoded, ...section.value })
}

/** A key under the newest final header with the proof that it is final; asked anew while finality moves on between. */
async function proveSection<S extends SectionName>(
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

export interface BalanceReading {
  readonly kind: 'balance'
  /** Base units. */
  readonly units: bigint
  readonly checkpoint: CheckpointRecord
  /** The final header that shows it. */
  readonly header: BlockHeader
}

export interface ReceiptReading {
  readonly kind: 'receipt'
  readonly proven: ProvenStep
  /** Seats that answer for it. */
  readonly seats: readonly number[]
  readonly header: BlockHeader
}

/** What a proof file shows to somebody who trusts this genesis document and nothing else. Never throws on hostile bytes. */
export function readProof(genesis: Genesis, file: ProofFile): Verdict<BalanceReading | ReceiptReading> {
  return file.schema === 'surety.proof.balance/1' ? readBalance(genesis, file) : readReceipt(genesis, file)
}

export function readBalance(genesis: Genesis, file: BalanceProof): Verdict<BalanceReading> {
  const asset = file.asset as AssetId
  const found = readFinal(genesis, file, 'checkpoints', { asset, sequence: file.sequence })
  if (!found.ok) return found
  const { value: record, header } = found.value
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
  return units.ok ? accept({ kind: 'balance', units: units.value, checkpoint: record, header }) : units
}

export function readReceipt(genesis: Genesis, file: ReceiptProof): Verdict<ReceiptReading> {
  const asset = file.asset as AssetId
  const found = readFinal(genesis, file, 'committees', { asset, epoch: file.epoch })
  if (!found.ok) return found
  const { value: committee, header } = found.value
  if (committee === null) return reject('E_PROOF_VALUE', 'final state has no such committee')
  const receipt = decode(receiptCodec, hexToBytes(file.receipt), RECEIPT_BYTES)
  if (!receipt.ok) return reject('E_PROOF_MALFORMED', receipt.why)
  const { statement } = receipt.value.certified
  const keys = committeeKeysOf(genesisHashOf(genesis), asset, file.epoch, statement.dag, committee)
  const checked = checkReceipt(receipt.value, keys, verifySignature)
  if (!checked.ok) return checked
  const { input } = checked.value
  const instruction = input.kind === 'instruction' ? decodeInstruction(input.instruction) : undefined
  if (instruction?.ok !== true || instructionIdOf(instruction.value) !== file.instruction) {
    return reject('E_PROOF_VALUE', 'the receipt is of another instruction')
  }
  const signers = receipt.value.certified.signatures.map(one => one.seat)
  return accept({ kind: 'receipt', proven: checked.value, seats: signers, header })
}

/** A key's value under the final header that the file proves. */
function readFinal<S extends SectionName>(
  genesis: Genesis,
  file: ProofFile,
  section: S,
  key: KeyOf<S>
): Verdict<{ readonly value: ValueOf<S> | null; readonly header: BlockHeader }> {
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
  return value.ok ? accept({ value: value.value, header }) : value
}
