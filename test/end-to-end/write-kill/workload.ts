// The process that is killed: a whole base node on a virtual clock, alone on its network, beside a wallet's files. What
// leaves it - signatures on their way to gossip, answers to whoever asked - goes down a pipe at that moment, and counts as
// said. Run by trace.ts: the folder and how it goes are the argument.
import { writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { createAccount, createBaseNode, createGuardFile, stopOnUncaught } from '#base-layer/index.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import { createLogger } from '#base-layer/runtime/logger.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { checkChainFile } from '#base-layer/store/check-chain.ts'
import { FileVoteGuard } from '#base-layer/store/vote-guard.ts'
import { writeKeystore } from '#base-layer/wallet/keystore.ts'
import { openWalletStore } from '#base-layer/wallet/wallet-store.ts'
import { writePrivate } from '#cli/node/data-folder.ts'
import { ALICE, GENESIS, lonelyHost, secretOf, VirtualClock } from '#test/support/lone-peer.ts'
import type { Said, WorkloadSettings } from './said.ts'

const SLOT_MS = GENESIS.parameters.slotMs
const PASSWORD = 'a password of the workload'

/** One line down the pipe, complete before anything else happens. */
function say(said: Said): void {
  writeSync(3, `${JSON.stringify(said)}\n`)
}

const settings = JSON.parse(process.argv[2] ?? '') as WorkloadSettings
const { folder, run, fromMs, slots } = settings
if (settings.breaks === 'sign-first') signFirst()

const clock = new VirtualClock(GENESIS.genesisTimeMs + fromMs)
const host: Host = {
  ...lonelyHost(),
  publish: async (topic, bytes) => say({ kind: 'signed', topic, bytes: bytesToHex(bytes) })
}
const logger = createLogger({ name: 'workload', level: 'fatal' })
const guarded: { stopSigning(why: string): void }[] = []
// Before anything is opened: a disk may fail on the way.
stopOnUncaught(guarded, logger)
if (run === 0) await createGuardFile(folder, ALICE).catch(ignoreExisting)
const node = await createBaseNode({
  dataDir: folder,
  genesis: GENESIS,
  host,
  clock,
  keys: { signing: new Secret(secretOf('alice')), vrf: new Secret(secretOf('vrf')) },
  logger,
  verifyPool: new VerifyPool(installNodeCrypto().verified)
})
guarded.push(node)
const account = createAccount(node.chain, new Secret(secretOf('bob')), { keepHosted: false })
node.chain.onFinal(({ height, id }) => say({ kind: 'final', height, id }))
await mkdir(join(folder, 'wallets'), { recursive: true })
const wallet = await openWalletStore(join(folder, 'wallets', 'wallet.db'), genesisHashOf(GENESIS))
await node.start()
for (let slot = 0; slot < slots; slot++) {
  await clock.advance(SLOT_MS / 2)
  await aside(slot)
  await clock.advance(SLOT_MS / 2)
  say({ kind: 'time', ms: clock.nowMs() - GENESIS.genesisTimeMs })
}
await node.stop()
await wallet.close()
say({ kind: 'done' })
process.exit(0)

/** What a person does meanwhile. Payments differ from run to run, so that a block made again is another block. */
async function aside(slot: number): Promise<void> {
  if (slot % 2 === 0) {
    const paid = await account.pay([{ to: ALICE, atoms: ATOMS_PER_SHARE / 10n + BigInt(1_000 * run + slot) }])
    if (paid.ok) say({ kind: 'seen', id: paid.value })
  }
  if (slot % 3 === 1) say({ kind: 'lock', next: wallet.nextLock() })
  if (slot % 4 === 2) {
    const name = `key-${run}-${slot}`
    const password = new Secret(PASSWORD)
    const secret = new Secret(secretOf(name))
    const written = await writeKeystore(join(folder, 'wallets', name), secret, password, { costLog2: 4 })
    if (written.ok) say({ kind: 'keystore', name })
  }
  if (slot % 5 === 3) {
    await writePrivate(join(folder, 'peers.json'), JSON.stringify([run, slot]))
    say({ kind: 'peers', run, slot })
  }
  if (slot === 6) await copyChain()
}

/** By the connection that writes, as the schedule of a node does. */
async function copyChain(): Promise<void> {
  const check = async (path: string) => checkChainFile(path, GENESIS)
  const { path } = await node.backUp({ folder: join(folder, 'backups'), keep: 2, check })
  say({ kind: 'backup', path })
}

/** The fault that the checks must see: the signature leaves first, and what guards against another is written after. */
function signFirst(): void {
  const { prototype } = FileVoteGuard
  const write = prototype.write
  prototype.write = function later(intention) {
    setImmediate(() => {
      setImmediate(() => Reflect.apply(write, this, [intention]))
    })
    return intention as ReturnType<typeof write<typeof intention>>
  }
}

function ignoreExisting(error: unknown): void {
  if (!String(error).includes('guards a key already')) throw error
}
