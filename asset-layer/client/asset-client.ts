// What wallets and the command line may ask of assets: find a committee by the asset's id, submit, read and check. Everything
// answered is checked by the client itself against keys from final base state [COM-3, COM-6]; the network only carries it.
import type { StepOutcome } from '#contracts/assets/trace.ts'
import type { AssetId, DagId, Hash, PublicKey } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { CertifiedStatement } from '#contracts/statements/statement.ts'
import type { CommitteeRecord } from '#contracts/committees/committee-record.ts'
import type { Receipt } from '../checkpoints/receipt.ts'
import type { Witness } from '#contracts/merkle/witness.ts'

/** One seat and where its validator can be reached; no addresses: none was found. */
export interface CommitteeMember {
  readonly seat: number
  readonly validator: PublicKey
  readonly addresses: readonly string[]
}

/** The committee in office, from final base state; the addresses are hints from the DHT. */
export interface CommitteeView {
  readonly asset: AssetId
  readonly epoch: number
  readonly dag: DagId
  readonly committee: CommitteeRecord
  readonly members: readonly CommitteeMember[]
}

/** How far an instruction has come. `accepted`: a member says that it holds the committee's certificate. */
export type Notice =
  | {
      readonly kind: 'accepted'
      readonly id: Hash
      /** Place in the asset's history, and the sequence it is in. */
      readonly index: number
      readonly sequence: number
      readonly outcome: StepOutcome
      readonly code: string
      /** From handing the instruction over to this notice. */
      readonly latencyMs: number
    }
  | { readonly kind: 'refused'; readonly id: Hash; readonly code: string; readonly why: string }

export interface SubmitOptions {
  /** Default 20,000; then what is still open is refused with E_TIMEOUT. */
  readonly timeoutMs?: number
  readonly onNotice?: (notice: Notice) => void
}

/** A value, or its absence (null), shown by a witness under `statement`, whose certificate or checkpoint was checked. */
export interface CheckedValue {
  readonly value: Uint8Array | null
  /** With signatures if it was `accepted`; null: the registration. */
  readonly statement: CertifiedStatement | null
  readonly witness: Witness
  readonly how: 'accepted' | 'checkpointed' | 'settled'
}

export interface CheckedReceipt {
  readonly receipt: Receipt
  readonly outcome: StepOutcome
  readonly code: string
}

export interface AssetClient {
  /** E_ASSET_UNKNOWN, E_ASSET_NO_COMMITTEE. */
  committee(asset: AssetId): Promise<Verdict<CommitteeView>>
  /** The lowest unused sequence of an account as the committee's newest certificate has it. */
  nextSequence(asset: AssetId, account: PublicKey): Promise<Verdict<number>>
  /** Encoded instructions, any number and accounts; those of one account in order of sequence. Keeps no more under way than
   * an account's window holds. One notice for each, in the order given. */
  submit(
    asset: AssetId,
    instructions: readonly Uint8Array[],
    options?: SubmitOptions
  ): Promise<Verdict<readonly Notice[]>>
  /** The receipt of an instruction, checked here: its step, the path, the quorum's certificate, the committee's keys. */
  receipt(asset: AssetId, id: Hash): Promise<Verdict<CheckedReceipt>>
  /** A value of the asset's state by its whole state key (`templateStateKey`), checked here. */
  query(asset: AssetId, key: Uint8Array, at?: 'accepted' | 'settled'): Promise<Verdict<CheckedValue>>
  /** Units of a token that an account holds. */
  balance(asset: AssetId, account: PublicKey, at?: 'accepted' | 'settled'): Promise<Verdict<bigint>>
  stop(): Promise<void>
}
