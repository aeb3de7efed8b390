// Proof files of what committees hold: a balance under a settled checkpoint, the receipt of a step. The base
// chain's part is a proof document like any other; the asset's part stands beside it [PRF-2, COM-6]. Checked
// offline.
import {
  type AssetClient,
  balanceKey,
  checkReceipt,
  committeeKeysOf,
  type ProvenStep,
  RECEIPT_BYTES,
  receiptCodec
} from '#asset-layer/index.ts'
import { checkDocument, type ShownLeaf } from '#base-layer/light/proof-document.ts'
import type { LightClient } from '#base-layer/light/light-client.ts'
import type { BaseChain } from '#base-layer/index.ts'
import { decodeInstruction, instructionIdOf } from '#contracts/assets/instruction.ts'
import { viewOf } from '#contracts/assets/state-view.ts'
import { tokenAmountCodec } from '#contracts/assets/token.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import { type Genesis, genesisHashOf } from '#contracts/ledger/genesis.ts'
import { hashOf } from '#contracts/merkle/node.ts'
import { witnessCodec } from '#contracts/merkle/witness.ts'
import { WITNESS_BYTES_MAX } from '#contracts/merkle/limits.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { AssetId, Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { BlockHeader } from '#contracts/statements/block.ts'
import type { CheckpointRecord } from '#contracts/statements/checkpoint-record.ts'
import { type AccountProof, genesisClient, type ProofFile, type ReceiptProof } from './proofs.ts'

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
): Promise<Verdict<AccountProof>> {
  const found = await client.query(asset, balanceKey(account), 'settled')
  if (!found.ok) return found
  const { statement, witness } = found.value
  if (statement === null) return reject('E_PROOF_UNSETTLED', 'no checkpoint of this asset is settled yet')
  const { sequence } = statement.statement
  const keys = [{ section: 'checkpoints', key: { asset, sequence } }] as const
  const document = await chain.proofs.document({ kind: 'present', keys })
  if (document === undefined) return reject('E_PROOF_NONE', 'the node does not show this checkpoint')
  return accept({
    ...fileOf('account', genesis, document),
    asset,
    sequence,
    account,
    witness: bytesToHex(encode(witnessCodec, witness))
  })
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
  const keys = [{ section: 'committees', key: { asset, epoch } }] as const
  const document = await chain.proofs.document({ kind: 'present', keys })
  if (document === undefined) return reject('E_PROOF_NONE', 'the node does not show this committee')
  return accept({
    ...fileOf('receipt', genesis, document),
    asset,
    instruction,
    epoch,
    receipt: bytesToHex(encode(receiptCodec, receipt))
  })
}

function fileOf<Kind extends ProofFile['kind']>(
  kind: Kind,
  genesis: Genesis,
  { finality, body }: { readonly finality: Uint8Array; readonly body: Uint8Array }
) {
  return {
    schema: 'surety.proof/1',
    kind,
    genesis: genesisHashOf(genesis),
    finality: bytesToHex(finality),
    body: bytesToHex(body)
  } as const
}

export interface BalanceReading {
  readonly kind: 'account'
  /** Base units. */
  readonly units: bigint
  readonly checkpoint: CheckpointRecord
  /** The final header that shows it. */
  readonly header: BlockHeader
  /** At that header. */
  readonly client: LightClient
}

export interface ReceiptReading {
  readonly kind: 'receipt'
  readonly proven: ProvenStep
  /** Seats that answer for it. */
  readonly seats: readonly number[]
  readonly header: BlockHeader
  readonly client: LightClient
}

/** What a file shows to somebody who trusts this genesis document and nothing else. Never throws. */
export function readBalance(genesis: Genesis, file: AccountProof): Verdict<BalanceReading> {
  const client = genesisClient(genesis)
  return client.ok ? checkAccount(client.value, file) : client
}

export function readReceipt(genesis: Genesis, file: ReceiptProof): Verdict<ReceiptReading> {
  const client = genesisClient(genesis)
  return client.ok ? checkReceiptFile(client.value, file) : client
}

/** The same to somebody who trusts this client. */
export function checkAccount(trusted: LightClient, file: AccountProof): Verdict<BalanceReading> {
  const found = readLeaf(trusted, file)
  if (!found.ok) return found
  const { leaf, client } = found.value
  const isMeant = leaf.section === 'checkpoints' && leaf.key.asset === file.asset && leaf.key.sequence === file.sequence
  if (!isMeant || leaf.value.status === 'void' || leaf.value.statement === null) {
    return reject('E_PROOF_VALUE', 'final state has no such standing checkpoint')
  }
  const checkpoint = leaf.value
  const witness = decode(witnessCodec, hexToBytes(file.witness), WITNESS_BYTES_MAX)
  if (!witness.ok) return reject('E_PROOF_MALFORMED', witness.why)
  if (bytesToHex(hashOf(witness.value)) !== leaf.value.statement.postRoot)
    return reject('E_PROOF_ROOT', 'the balance is under another root')
  const value = viewOf(witness.value).get(balanceKey(file.account as PublicKey))
  if (value === 'missing') return reject('E_PROOF_INCOMPLETE', 'the proof does not show this account')
  const units = value === 'absent' ? accept(0n) : decode(tokenAmountCodec, value, value.length)
  if (!units.ok) return units
  return accept({ kind: 'account', units: units.value, checkpoint, header: client.head.header, client })
}

export function checkReceiptFile(trusted: LightClient, file: ReceiptProof): Verdict<ReceiptReading> {
  const found = readLeaf(trusted, file)
  if (!found.ok) return found
  const { leaf, client } = found.value
  if (leaf.section !== 'committees' || leaf.key.asset !== file.asset || leaf.key.epoch !== file.epoch)
    return reject('E_PROOF_VALUE', 'final state has no such committee')
  const receipt = decode(receiptCodec, hexToBytes(file.receipt), RECEIPT_BYTES)
  if (!receipt.ok) return reject('E_PROOF_MALFORMED', receipt.why)
  const { statement } = receipt.value.certified
  const keys = committeeKeysOf(client.network.genesis, file.asset as AssetId, file.epoch, statement.dag, leaf.value)
  const checked = checkReceipt(receipt.value, keys, verifySignature)
  if (!checked.ok) return checked
  const { input } = checked.value
  const instruction = input.kind === 'instruction' ? decodeInstruction(input.instruction) : undefined
  if (instruction?.ok !== true || instructionIdOf(instruction.value) !== file.instruction) {
    return reject('E_PROOF_VALUE', 'the receipt is of another instruction')
  }
  const seats = receipt.value.certified.signatures.map(one => one.seat)
  return accept({ kind: 'receipt', proven: checked.value, seats, header: client.head.header, client })
}

/** The one leaf of base state that the asset's part rests on. */
function readLeaf(
  trusted: LightClient,
  file: ProofFile
): Verdict<{ readonly leaf: ShownLeaf; readonly client: LightClient }> {
  const checked = checkDocument(trusted, hexToBytes(file.finality), hexToBytes(file.body))
  if (!checked.ok) return checked
  const { shown, client } = checked.value
  const [leaf] = shown.kind === 'present' ? shown.leaves : []
  if (leaf === undefined) return reject('E_PROOF_VALUE', 'the base part shows something else')
  return accept({ leaf, client })
}
