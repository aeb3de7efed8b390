// What a node keeps in its folder: chain.db and the guard of its signing key, opened in
// the one order there is and refused if they are not what was written. Called by node.ts,
// which closes them. Upholds [FIN-5], [FIN-7] and [POS-6].
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { type Restored, restoreChain } from './chain/restore.ts'
import { createBaseSigner } from './chain/signer.ts'
import type { SigningParts } from './chain/signing-desk.ts'
import { checkTrust } from './chain/trusted-head.ts'
import { joinBySnapshot } from './network/snapshot-start.ts'
import type { BaseNodeKeys, BaseNodeParts } from './node-settings.ts'
import { lockDataFolder } from './runtime/database.ts'
import { RuntimeError } from './runtime/errors.ts'
import type { Logger } from './runtime/logger.ts'
import { type ChainStore, openChainStore } from './store/chain-store.ts'
import { findBlockDamage } from './store/check-chain.ts'
import { STORE_LIMITS } from './store/limits.ts'
import { createGuardFile as createGuardAt, decodeStamp, encodeStamp, openVoteGuard } from './store/vote-guard.ts'

export interface NodeFiles {
  readonly store: ChainStore
  readonly restored: Restored
  /** Null for a node without keys. */
  readonly signing: SigningParts | null
  close(): Promise<void>
}

/**
 * Makes an empty folder a new chain's, or one that begins with a fetched state if a trusted head is given.
 * Rejects E_DATA_LOCKED, E_DATA_UNUSABLE, and E_DATA_STALE or E_DATA_UNTRUSTED where what is final here is too
 * old to go on from, or beside the trusted head [FIN-5].
 */
export async function openNodeFiles(parts: BaseNodeParts): Promise<NodeFiles> {
  const { dataDir, genesis, keys, clock, logger } = parts
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const release = lockDataFolder(dataDir)
  const closers: (() => Promise<void> | void)[] = [release]
  const close = async (): Promise<void> => {
    for (const one of [...closers].reverse()) await one()
  }
  try {
    const store = await openChainStore(join(dataDir, 'chain.db'))
    closers.push(() => store.close())
    const trusted = parts.settings?.trustedHead
    if (trusted !== undefined && store.meta('genesis') === undefined)
      await joinBySnapshot(store, { host: parts.host, document: genesis, trusted, clock, logger })
    const restored = restoreChain(store, genesis)
    assertChained(store, restored.state.height)
    const trust = checkTrust(restored.state, trusted, height => store.finalIdAt(height), clock.nowMs())
    if (!trust.ok) throw new RuntimeError(trust.code, trust.why)
    const signing =
      keys === null
        ? null
        : await openSigning(dataDir, keys, restored, store, clock.nowMs() - genesis.genesisTimeMs, logger)
    if (signing !== null) closers.push(() => signing.guard.close())
    return { store, restored, signing, close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Makes the guard file of a node's signing key, once, when the key is made; a node that finds none takes it
 * for lost and votes for nothing old for a while [FIN-7], which in a new network's first period means not at
 * all. Rejects E_DATA_UNUSABLE if the folder has one.
 */
export async function createGuardFile(dataDir: string, key: PublicKey): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  await createGuardAt(guardPath(dataDir), key)
}

/**
 * The newest final blocks, which peers ask for most and
 * acknowledgements are digests of, are what was written [POS-6].
 */
function assertChained(store: ChainStore, height: number): void {
  const damage = findBlockDamage(store, Math.max(0, height - STORE_LIMITS.checkedAtStart), height)
  if (damage !== undefined) throw new RuntimeError('E_DATA_UNUSABLE', `chain.db: ${damage}`)
}

async function openSigning(
  dataDir: string,
  keys: BaseNodeKeys,
  { state }: Restored,
  store: ChainStore,
  nowMs: number,
  logger: Logger
): Promise<SigningParts> {
  const key = derivePublicKey(keys.signing.reveal())
  const { genesis, parameters } = state.chain
  const stamp = decodeStamp(store.meta('guard'))
  const { guard, lost } = await openVoteGuard(guardPath(dataDir), { key, parameters, nowMs, stamp })
  if (lost) logger.warn({ key }, 'the guard file is missing, moved or older than the chain: signing is held back')
  store.putMeta('guard', encodeStamp(guard.stamp))
  return { key, guard, signer: createBaseSigner(genesis, key, keys.signing) }
}

function guardPath(dataDir: string): string {
  return join(dataDir, 'votes.db')
}
