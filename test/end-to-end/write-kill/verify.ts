// After a kill: opens everything again and holds it against what was said. Nothing acknowledged is lost, nothing signed is
// contradicted - by what is on the disk, or by what the node signs when it goes on - and the files are whole.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { createAccount, createBaseNode } from '#base-layer/index.ts'
import type { GossipHandler, Host } from '#base-layer/runtime/host.ts'
import { createLogger } from '#base-layer/runtime/logger.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { SYNC_LIMITS } from '#base-layer/network/limits.ts'
import { checkChainFile } from '#base-layer/store/check-chain.ts'
import { readKeystore } from '#base-layer/wallet/keystore.ts'
import { openWalletStore } from '#base-layer/wallet/wallet-store.ts'
import { ALICE, GENESIS, lonelyHost, secretOf, VirtualClock } from '#test/support/lone-peer.ts'
import { Heard } from '../heard.ts'
import type { Said } from './said.ts'

/** The password of the workload's keystores. */
const PASSWORD = 'a password of the workload'
const AFTER_SLOTS = 4

/**
 * Where the clock of a start after a kill stands: so far back that the node, which looks for peers before it signs, signs
 * again from the slot in which it was killed. No clock would be so wrong; only the guard stands in its way here.
 */
export function restartMs(killedMs: number): number {
  return Math.max(0, killedMs - SYNC_LIMITS.firstLookMs - GENESIS.parameters.slotMs)
}

export interface Verified {
  /** In words; none is a pass. */
  readonly problems: readonly string[]
  /** Signatures compared with each other. */
  readonly signatures: number
}

/** `said`: everything said on this folder so far, in order, by all starts. */
export async function verifyFolder(folder: string, said: readonly Said[]): Promise<Verified> {
  const problems: string[] = []
  const lastMs = Math.max(0, ...said.map(one => (one.kind === 'time' ? one.ms : 0)))
  try {
    const published = existsSync(join(folder, 'chain.db')) ? await goOn(folder, said, lastMs, problems) : []
    await checkWallet(folder, said, problems)
    const heard = hear([...said, ...published])
    problems.push(...heard.contradictions)
    const { acknowledgements, proposals, votes } = heard
    return { problems, signatures: acknowledgements.size + proposals.size + votes.length }
  } catch (error) {
    return { problems: [...problems, `it cannot be opened again: ${String(error)}`], signatures: 0 }
  }
}

/** Checks the chain's file, then lets the node go on from the time of the kill; what it signs then. */
async function goOn(folder: string, said: readonly Said[], lastMs: number, problems: string[]): Promise<Said[]> {
  const published: Said[] = []
  const clock = new VirtualClock(GENESIS.genesisTimeMs + restartMs(lastMs))
  const host: Host = {
    ...lonelyHost(),
    publish: async (topic, bytes) => {
      published.push({ kind: 'signed', topic, bytes: Buffer.from(bytes).toString('hex') })
    }
  }
  const node = await createBaseNode({
    dataDir: folder,
    genesis: GENESIS,
    host,
    clock,
    keys: { signing: new Secret(secretOf('alice')), vrf: new Secret(secretOf('vrf')) },
    logger: createLogger({ name: 'verify', level: 'silent' }),
    verifyPool: new VerifyPool(installNodeCrypto().verified),
    settings: { onFatal: error => problems.push(`the node broke: ${String(error)}`) }
  })
  const check = await checkChainFile(join(folder, 'chain.db'), GENESIS)
  problems.push(...check.problems)
  const final = said.findLast(one => one.kind === 'final')
  if (final !== undefined) {
    const block = await node.chain.block(final.height)
    if (block?.id !== final.id) problems.push(`final block ${final.height} was said and is not there`)
  }
  await node.start()
  // Another payment than the killed process made: a block proposed again in its slot would be another block.
  const account = createAccount(node.chain, new Secret(secretOf('bob')), { keepHosted: false })
  await account.pay([{ to: ALICE, atoms: 77_777n }])
  const before = node.status().final
  await clock.advance(lastMs - restartMs(lastMs) + AFTER_SLOTS * GENESIS.parameters.slotMs)
  if (node.status().final < before) problems.push('finality went back')
  await node.stop()
  return published
}

async function checkWallet(folder: string, said: readonly Said[], problems: string[]): Promise<void> {
  const place = join(folder, 'wallets')
  for (const one of said) {
    if (one.kind !== 'keystore') continue
    const read = await readKeystore(join(place, one.name), new Secret(PASSWORD))
    if (!read.ok) problems.push(`keystore ${one.name}: ${read.code}`)
  }
  if (existsSync(join(place, 'wallet.db'))) {
    const wallet = await openWalletStore(join(place, 'wallet.db'), genesisHashOf(GENESIS))
    const given = said.flatMap(one => (one.kind === 'lock' ? [one.next] : []))
    if (wallet.locks < given.length) problems.push(`lock ${wallet.locks} would be given out again`)
    if (new Set(given).size !== given.length) problems.push('a lock was given out twice')
    await wallet.close()
  }
  const peers = said.findLast(one => one.kind === 'peers')
  if (peers !== undefined) {
    const kept = JSON.parse(readFileSync(join(folder, 'peers.json'), 'utf8')) as [number, number]
    if (kept[0] < peers.run || (kept[0] === peers.run && kept[1] < peers.slot)) problems.push('peers.json went back')
  }
  for (const one of said) {
    if (one.kind !== 'backup') continue
    const { ok } = existsSync(one.path) ? await checkChainFile(one.path, GENESIS) : { ok: false }
    if (!ok) problems.push('a backup is not whole')
  }
  for (const name of existsSync(join(folder, 'backups')) ? readdirSync(join(folder, 'backups')) : []) {
    // What was being copied is no backup yet; the next one takes it away.
    if (name.includes('.new')) rmSync(join(folder, 'backups', name), { force: true })
  }
}

/** Every signature, pairwise by the rules that evidence goes by [FIN-4, POS-5]. */
function hear(said: readonly Said[]): Heard {
  const handlers = new Map<string, GossipHandler>()
  const host = {
    subscribe: (topic: string, handler: GossipHandler) => {
      handlers.set(topic, handler)
      return () => {}
    }
  } as unknown as Host
  const heard = new Heard(host, genesisHashOf(GENESIS))
  for (const one of said) {
    if (one.kind === 'signed') void handlers.get(one.topic)?.(hexToBytes(one.bytes), 'workload')
  }
  return heard
}
