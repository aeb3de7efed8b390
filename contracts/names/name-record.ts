// What base state holds of a name, and what it stands for at a tick [NAM-2]. The leaf is never deleted, so that the
// history survives expiry and whoever claims the name next. Read by the rules, by wallets and by light clients: a
// proven leaf and the tick count of its header say everything, so a proof that is too old shows itself.
import { type Decoded, hex32, nullable, record, text, uint } from '../codec/codec.ts'
import { hashHex } from '../crypto/hash.ts'
import { logFrontierCodec } from '../merkle/log.ts'
import { hexToBytes } from '../primitives/bytes.ts'
import type { AssetId, GenesisHash, Hash, PublicKey, Tick } from '../primitives/ids.ts'
import { NAME_CHARACTERS_MIN, type Name, nameBytes } from './name.ts'

export const NICKNAME_CHARACTERS = 64

/** What a name points to; each is optional. Nothing but the keys is checked: whoever follows one asks for its proof. */
export const nameTargetsCodec = record({
  /** Payments that name the payee go here [NAM-4]; it signs logins too [NAM-3]. */
  key: nullable(hex32<PublicKey>()),
  /** Shown beside the name, never instead of it. */
  nickname: nullable(text(NICKNAME_CHARACTERS)),
  /** The peer that represents the owner. */
  host: nullable(hex32<PublicKey>()),
  asset: nullable(hex32<AssetId>()),
  /** Genesis hash of another chain, whose names it makes resolvable [NAM-5]. */
  sidechain: nullable(hex32<GenesisHash>())
})
export type NameTargets = Decoded<typeof nameTargetsCodec>

export const NO_TARGETS: NameTargets = { key: null, nickname: null, host: null, asset: null, sidechain: null }

export const nameRecordCodec = record({
  owner: hex32<PublicKey>(),
  targets: nameTargetsCodec,
  /** Height of the claim. */
  claimedAt: uint(),
  /** The first tick count at which the name stands for nothing any more. */
  expiresAt: uint(),
  /** A transfer on its way: `to` owns the name from tick count `at` on, unless it is revoked before. */
  transfer: nullable(record({ to: hex32<PublicKey>(), at: uint() })),
  /** Of every transaction that touched the name, since it was first claimed [PRF-4]. */
  history: logFrontierCodec
})
export type NameRecord = Decoded<typeof nameRecordCodec>

/** What a name is at a tick: nobody's, or somebody's and pointing somewhere. */
export type NameStanding =
  /** Anyone may claim it. */
  | { readonly kind: 'free' }
  /** Stands for nothing, but only `owner` may renew it, until the grace is over. */
  | { readonly kind: 'grace'; readonly owner: PublicKey }
  | { readonly kind: 'held'; readonly owner: PublicKey; readonly targets: NameTargets; readonly expiresAt: Tick }

/**
 * What a leaf (null: proven absent) means in a block of this tick count. A transfer whose delay is over needs no
 * further transaction; what the name pointed to was the former owner's and ends with it.
 */
export function standingOf(record: NameRecord | null, ticks: Tick, graceTicks: number): NameStanding {
  if (record === null || ticks >= record.expiresAt + graceTicks) return { kind: 'free' }
  const { owner, targets } = settleTransfer(record, ticks)
  return ticks >= record.expiresAt
    ? { kind: 'grace', owner }
    : { kind: 'held', owner, targets, expiresAt: record.expiresAt }
}

/** The record with a transfer that is due carried out. */
export function settleTransfer(record: NameRecord, ticks: Tick): NameRecord {
  const { transfer } = record
  if (transfer === null || ticks < transfer.at) return record
  return { ...record, owner: transfer.to, targets: { ...NO_TARGETS, key: transfer.to }, transfer: null }
}

/** The hidden part of a claim, H(name, owner, salt): only who knows the salt can tell which name it is for [NAM-2]. */
export function nameCommitmentOf(name: Name, owner: PublicKey, salt: Hash): Hash {
  // Fixed sizes come first, so the name needs no length.
  return hashHex('name-commitment', hexToBytes(owner), hexToBytes(salt), nameBytes(name))
}

/** Most terms that may be paid ahead, so that a name always comes back to its owner's attention. */
export const NAME_TERMS_MAX = 10
/** Short names are what squatters want: three, four and five characters cost 64, 16 and 4 times as much. */
const SHORT: readonly bigint[] = [64n, 16n, 4n]
/** The most that any claim or renewal costs, in prices of one term. */
export const NAME_PRICE_MOST = 64n * BigInt(NAME_TERMS_MAX)

/** Atoms burnt for `terms` terms of a name, at a price of `termAtoms` a term. */
export function namePriceOf(name: Name, terms: number, termAtoms: bigint): bigint {
  return termAtoms * BigInt(terms) * (SHORT[name.length - NAME_CHARACTERS_MIN] ?? 1n)
}
