// The door of the base layer: the only file of it that the floors above import, besides runtime/* and the pure light/*.
export type {
  BaseChain,
  BlockSummary,
  ChainInfo,
  ChainProofs,
  Listed,
  ProofDocument,
  ProofRequest,
  StateProof,
  TransactionStatus,
  Which
} from './base-chain.ts'
export { createLoginRpc } from './client/login-methods.ts'
export { connectBaseChain, type RemoteChainSettings } from './client/remote-chain.ts'
export type { FinalityPrice } from './light/finality-price.ts'
export { deriveTrustedStart } from './light/trusted-start.ts'
export { openLogins } from './store/logins.ts'
export { backUpChainFile, type Backup } from './store/backup.ts'
export { type ChainCheck, checkChainFile } from './store/check-chain.ts'
export { type BaseNode, type BaseNodeStatus, createBaseNode } from './node.ts'
export { createGuardFile } from './node-files.ts'
export type { BaseNodeKeys, BaseNodeParts, BaseNodeSettings } from './node-settings.ts'
export {
  chooseSample,
  compareSample,
  type FinalPoint,
  needsSample,
  type SampleOutcome
} from './network/sampling.ts'
export type { TrustedHead } from './consensus/events.ts'
export { EXIT_BROKEN, stopOnUncaught } from './process-guard.ts'
export { type BalancePurpose, balanceIdOf } from './state/transactions/balance-ids.ts'
export {
  type BalanceRecord,
  type FinalityHead,
  type KeyOf,
  type PeerRecord,
  SECTION_NAMES,
  type SectionName,
  type ValueOf
} from './state/trees/sections.ts'
export {
  type Account,
  type AccountCode,
  type AccountSettings,
  type Balance,
  createAccount,
  type Payment,
  type TransactionWishes
} from './wallet/account.ts'
export { type Assembly, FEE_PERCENT, type FeeTarget } from './wallet/assemble.ts'
export type { Coin } from './wallet/coins.ts'
export { readConcentration } from './wallet/concentration.ts'
export { discoverKeys } from './wallet/discovery.ts'
export { type Locked, lockedOf } from './wallet/holdings.ts'
export { type Contribution, draftJoint, type JointReview, reviewJoint } from './wallet/joint.ts'
export { createDerivedKeys, createSingleKey, GAP, type Keyring, withSigningKey } from './wallet/keyring.ts'
export { decodeKeptProof, keepProofs } from './wallet/kept-proofs.ts'
export { buildClaim, buildCommit, claimStage } from './wallet/names.ts'
export { draftRecovery, type RecoveryStage, recoveryStage, signRecovery } from './wallet/recovery.ts'
export { readProvenName, resolveProvenName } from './wallet/resolve-name.ts'
export { openWalletStore, type StoredTransaction, type WalletStore } from './wallet/wallet-store.ts'
export { createPhrase, deriveSecret, type Role, ROLES, seedOfPhrase } from './wallet/derivation.ts'
export { type KeystoreCode, type KeystoreSettings, readKeystore, writeKeystore } from './wallet/keystore.ts'
