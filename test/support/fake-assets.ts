// Records of a live asset, its bonds and committees, as a fake base chain holds them.
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import { firstRootOf } from '#contracts/assets/registry.ts'
import type { BondRecord } from '#contracts/bonds/bond-record.ts'
import type { CommitteeRecord } from '#contracts/committees/committee-record.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { AssetId, BlockId, BondId, Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'
import type { CheckpointRecord } from '#contracts/statements/checkpoint-record.ts'

export function liveAsset(registration: AssetRegister, begins: number): AssetRecord {
  const firstRoot = firstRootOf(registration)
  assert(firstRoot.ok, 'a registration that is good')
  return {
    registration,
    registeredAt: 0,
    firstRoot: firstRoot.value,
    status: 'live',
    since: 0,
    epoch: 1,
    redrawFrom: null,
    current: 1,
    liveSince: begins,
    sequence: 0,
    settled: 0
  }
}

/** Sequence 0. */
export function registrationCheckpoint(asset: AssetId): CheckpointRecord {
  const id = asset as Hash
  return { id, statement: null, postedAt: 0, status: 'settled', signers: [], openCommits: 0, settledAt: null }
}

export function bondIdFor(asset: AssetId, validator: PublicKey): BondId {
  return hashHex<BondId>('test-bond', new TextEncoder().encode(`${asset}/${validator}`))
}

export function bondOf(asset: AssetId, validator: PublicKey, atomsPerUnit: bigint): BondRecord {
  return {
    asset,
    validator,
    owner: validator,
    rewards: validator,
    terms: hashHex('test-terms'),
    atomsPerUnit,
    units: [{ epoch: 1, slashed: false }],
    status: 'active',
    postedAt: 0,
    lastEpoch: 1,
    leftAt: null
  }
}

export function committeeOf(
  asset: AssetId,
  epoch: number,
  seats: readonly PublicKey[],
  begins: number,
  margin: number
): CommitteeRecord {
  return {
    source: begins - margin,
    sourceId: hashHex<BlockId>('test-source', uintToBytes(epoch, 4)),
    begins,
    engine: 1,
    seats: seats.map(validator => ({
      bond: bondIdFor(asset, validator),
      unit: 0,
      validator,
      rewards: validator,
      slashed: false
    })),
    closedAt: null
  }
}
