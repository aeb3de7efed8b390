// The door of the asset layer: a node that serves and watches, a client that submits and checks, and the DHT rules that a
// host needs for both.
export type {
  AssetClient,
  CheckedReceipt,
  CheckedValue,
  CommitteeMember,
  CommitteeView,
  Notice,
  SubmitOptions
} from './client/asset-client.ts'
export { type AssetClientSettings, createAssetClient } from './client/create-client.ts'
export { addressRecordRules } from './discovery/address-rules.ts'
export {
  type AssetNode,
  type AssetNodeOptions,
  type AssetNodeSettings,
  type AssetNodeStatus,
  type BaseAccount,
  createAssetNode,
  type ReplicaStatus,
  type WatchStatus
} from './node.ts'
export type { OpenPlace } from './replica/executor.ts'
export { hostRecordKey } from './discovery/record-key.ts'
export { type CommitteeKeys, committeeKeysOf } from './checkpoints/certificate.ts'
export { checkReceipt, type ProvenStep, RECEIPT_BYTES, type Receipt, receiptCodec } from './checkpoints/receipt.ts'
export {
  balanceKey,
  checkBalanceProof,
  checkStateProof,
  STATE_PROOF_BYTES,
  type StateProof,
  stateProofCodec
} from './checkpoints/state-proof.ts'
