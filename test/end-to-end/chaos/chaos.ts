// One run of chaos from first block to last byte: starts the network, lets wallets work and faults happen, ends both, waits
// for what was acknowledged, stops all and reads what is left. Says what was measured; judge.ts says what it is worth.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { CHAIN_LIMITS } from '#base-layer/chain/limits.ts'
import { createHost } from '#base-layer/runtime/libp2p-host.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { deriveDevKey } from '#cli/devnet/accounts.ts'
import { createRandom } from '#test/support/random.ts'
import { Heard } from '../heard.ts'
import { noteHeard, readGuard, SignedByPeers } from '../written.ts'
import { Actors, WALLET_NAMES } from './actors.ts'
import { Crowd } from './crowd.ts'
import { findBypasses } from './doors.ts'
import { compareEnds, type Ends } from './ends.ts'
import { Faults, untilReady } from './faults.ts'
import { type ChaosNetwork, createChaosNetwork, pidsOf } from './network.ts'
import { Processes } from './processes.ts'
import { Watch } from './watch.ts'

export interface ChaosSettings {
  readonly folder: string
  readonly peers: number
  readonly slow: number
  readonly minutes: number
  readonly seed: string
  readonly killEveryMs: number
  readonly linkEveryMs: number
  readonly keep: boolean
  readonly say: (what: string) => void
}

export interface ChaosRun {
  readonly faults: Faults
  readonly watch: Watch
  readonly crowd: Crowd
  readonly actors: Actors
  readonly processes: Processes
  readonly signed: SignedByPeers
  readonly heard: Heard
  readonly ends: Ends
  readonly fromMs: number
  readonly seconds: number
  readonly bypasses: number
  readonly connections: number
  /** Refused because nobody known had dialled them any more. */
  readonly unknown: number
  /** Acknowledged, not final in the end, and what each node says of it. */
  readonly lost: readonly { readonly id: string; readonly kind: string; readonly said: readonly string[] }[]
  /** From the last fault until all was final everywhere. */
  readonly settleMs: number
  readonly stopMs: number
}

const FIRST_FINAL_MS = 120_000
/** As long as finality moves, what was acknowledged is waited for; not for ever. */
const STILL_MS = 120_000
const SETTLE_MS = 900_000
const SAY_MS = 30_000
const GUARDS_MS = 120_000

export async function runChaos(settings: ChaosSettings): Promise<ChaosRun> {
  installNodeCrypto()
  const network = await createChaosNetwork({ ...settings, wallets: WALLET_NAMES })
  const killAll = (): void => {
    for (const { process } of network.nodes) process.killNow()
  }
  process.on('exit', killAll)
  try {
    return await runOn(network, settings)
  } finally {
    await network.stop()
    process.off('exit', killAll)
    if (!settings.keep) await rm(settings.folder, { recursive: true, force: true })
  }
}

async function runOn(network: ChaosNetwork, settings: ChaosSettings): Promise<ChaosRun> {
  const { seed, say } = settings
  const random = createRandom(seed)
  const ending = new AbortController()
  const { signal } = ending
  const faultsRef: { current: Faults | undefined } = { current: undefined }
  const up = () => network.nodes.filter(one => one.process.running && !faultsRef.current?.down.has(one.name))
  const picks = random.split('agents')
  const crowd = new Crowd(() => {
    const running = up()
    return running.length === 0 ? undefined : picks.pick(running)
  })
  for (const { process } of network.nodes) process.start()
  await Promise.all(network.nodes.map(({ process }) => untilReady(process)))
  const host = await createHost({
    identitySecret: deriveDevKey('watcher-of-the-test').secret,
    listen: [],
    bootstrap: network.nodes.map(node => node.address),
    dht: 'client'
  })
  const heard = new Heard(host, genesisHashOf(network.genesis), 'ignore')
  const signed = new SignedByPeers()
  const watch = new Watch(network, crowd, random.split('watch'), () => faults.reachable())
  const faults = new Faults({
    network,
    random: random.split('faults'),
    signal,
    finalOf: name => watch.finalOf(name),
    nextTaker: () => crowd.nextTaker(),
    onKilled: ({ name, key, process }) => readGuard(join(process.folder, 'data', 'votes.db'), key, name, signed)
  })
  faultsRef.current = faults
  const actors = new Actors(crowd, {
    random: random.split('actors'),
    signal,
    genesis: genesisHashOf(network.genesis),
    hosts: network.peers.map(peer => peer.key),
    rewards: network.peers.map(peer => peer.name)
  })
  const processes = new Processes(network)
  const readGuards = (): void => {
    for (const {
      name,
      key,
      process: { folder }
    } of network.peers)
      readGuard(join(folder, 'data', 'votes.db'), key, name, signed)
  }
  // More often than a guard file forgets.
  const reading = setInterval(readGuards, GUARDS_MS)
  const watching = watch.run()
  const measuring = processes.run()
  for (const untilMs = Date.now() + FIRST_FINAL_MS; watch.height < 2 && Date.now() < untilMs; ) await delay(200)
  say(`the first blocks are final at height ${watch.height}`)
  watch.begin()
  const fromMs = Date.now()
  const working = actors.run()
  const disturbing = faults.run(settings)
  await pass(settings.minutes * 60_000, () => say(lineOf(watch, crowd, faults)))
  ending.abort()
  await Promise.all([working, disturbing])
  const bypasses = findBypasses(new Set(network.nodes.map(node => node.port)), peerPids(network))
  const { connections, unknown } = network.doors
  say('all links are open and all peers run; waiting for what was acknowledged')
  const seconds = Math.round((Date.now() - fromMs) / 1_000)
  const settleMs = await settle(network, watch, crowd)
  const lost = await describeLost(network, crowd)
  clearInterval(reading)
  watch.end()
  processes.end()
  await Promise.all([watching, measuring, host.stop()])
  const stopFromMs = Date.now()
  await network.stop()
  const stopMs = Date.now() - stopFromMs
  readGuards()
  noteHeard(heard, signed)
  const ends = await compareEnds(network.nodes, network.genesis)
  const measured = { faults, watch, crowd, actors, processes, signed, heard, ends, bypasses, connections, unknown }
  return { ...measured, fromMs, seconds, lost, settleMs, stopMs }
}

async function pass(ms: number, say: () => void): Promise<void> {
  for (const untilMs = Date.now() + ms; Date.now() < untilMs; ) {
    await delay(Math.min(SAY_MS, untilMs - Date.now()))
    say()
  }
}

function lineOf(watch: Watch, crowd: Crowd, faults: Faults): string {
  const waiting = crowd.waiting.length
  const heights = `final ${watch.height}, ${crowd.acknowledged.size} acknowledged, ${waiting} of them not final`
  const gap = Math.max(0, ...watch.gaps.map(one => one.ms))
  const bad = watch.disagreements.length + watch.supplies.filter(one => !one.ok).length + faults.broken.length
  return `${heights}; ${faults.restarts.length} restarts, gap ${gap} ms, ${bad} bad`
}

function peerPids(network: ChaosNetwork): readonly number[] {
  return [...pidsOf(network.nodes).values()]
}

/** Until all that was acknowledged is final everywhere, or it is clear that it will not be. */
async function settle(network: ChaosNetwork, watch: Watch, crowd: Crowd): Promise<number> {
  const fromMs = Date.now()
  let height = watch.height
  let movedMs = fromMs
  // What is final twice the longest wait of a mempool later was not taken along.
  const last = watch.height + 2 * CHAIN_LIMITS.mempoolHeights
  while (crowd.waiting.length > 0 || !isAbreast(network, watch)) {
    const nowMs = Date.now()
    if (watch.height > height) movedMs = nowMs
    height = watch.height
    if (nowMs - movedMs > STILL_MS || nowMs - fromMs > SETTLE_MS || height > last) break
    await delay(500)
  }
  return Date.now() - fromMs
}

function isAbreast(network: ChaosNetwork, watch: Watch): boolean {
  return network.nodes.every(({ name }) => (watch.finalOf(name) ?? -1) >= watch.height - 4)
}

async function describeLost(network: ChaosNetwork, crowd: Crowd): Promise<ChaosRun['lost']> {
  const lost: ChaosRun['lost'][number][] = []
  for (const { id, kind, by, atMs } of crowd.waiting) {
    const said = [`taken by ${by} at ${new Date(atMs).toISOString()}`]
    for (const { name, chain } of network.peers) {
      const status = await chain.status(id).catch(() => ({ kind: 'no answer' as const }))
      said.push(`${name}: ${status.kind === 'refused' ? `${status.code} ${status.why}` : status.kind}`)
    }
    lost.push({ id, kind, said })
  }
  return lost
}
