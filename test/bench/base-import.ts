// A process that takes blocks of payments from bytes into a store, and says how long that took beside what it verifies in the
// same minute: `node base-import.ts FOLDER direct|catch-up`. Started by base-bench.ts for every figure anew.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { genesisCodec } from '#contracts/ledger/genesis.ts'
import { decode } from '#contracts/codec/codec.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { Block } from '#contracts/statements/block.ts'
import { bytesOfBlock } from '#base-layer/chain/block-bytes.ts'
import { Chain, type Outbound } from '#base-layer/chain/chain.ts'
import { proveKey } from '#base-layer/chain/finalise.ts'
import { type Restored, restoreChain } from '#base-layer/chain/restore.ts'
import { bodyItems, headerItem } from '#base-layer/chain/signatures.ts'
import { readSection } from '#base-layer/light/state-proof.ts'
import { readBlock } from '#base-layer/network/block-intake.ts'
import { Intake } from '#base-layer/network/intake.ts'
import { systemClock } from '#base-layer/runtime/clock.ts'
import { createLogger } from '#base-layer/runtime/logger.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { decodeKey } from '#base-layer/state/trees/section-trees.ts'
import { applyBlock, createTransition } from '#base-layer/state/transition.ts'
import { type ChainStore, openChainStore } from '#base-layer/store/chain-store.ts'
import { splitBlocks } from './base-ledger.ts'
import { BASE_BENCH } from './limits.ts'
import { measureVerifying } from './verify-bound.ts'

export interface ImportResult {
  readonly payments: number
  readonly ms: number
  /** Mean of what one core verified a second before, between and after. */
  readonly verifyPerSecond: number
  /** Processor time: of one verification, and for each payment of the main thread and of all threads. */
  readonly verifyMicros: number
  readonly mainMicros: number
  readonly allMicros: number
  readonly restoreMs: number
  /** Resident memory once the state is loaded, and after all blocks. */
  readonly loadedMb: number
  readonly endMb: number
  readonly proof: { readonly bytes: number; readonly buildMs: number; readonly verifyMs: number }
}

interface Importer {
  /** Takes blocks in order and resolves when they are on the disk. */
  take(blocks: readonly Uint8Array[]): Promise<void>
  readonly state: ChainState
}

async function main(folder: string, mode: string): Promise<ImportResult> {
  const pool = new VerifyPool(installNodeCrypto().verified)
  const document = decode(genesisCodec, readFileSync(join(folder, 'genesis')), BASE_BENCH.genesisBytes)
  if (!document.ok) throw new Error(document.why)
  const blocks = splitBlocks(readFileSync(join(folder, 'blocks')))
  const store = await openChainStore(join(folder, 'chain.db'))
  const restoring = performance.now()
  const restored = restoreChain(store, document.value)
  const restoreMs = performance.now() - restoring
  const loadedMb = residentMb()
  const importer = mode === 'direct' ? direct(store, restored, pool) : catchUp(store, restored, pool)
  await importer.take(blocks.slice(0, BASE_BENCH.warmUpBlocks))
  const rates = [measureVerifying(BASE_BENCH.verifyMs)]
  let [ms, main, all] = [0, 0, 0]
  const measured = blocks.slice(BASE_BENCH.warmUpBlocks)
  const step = Math.ceil(measured.length / BASE_BENCH.parts)
  for (let at = 0; at < measured.length; at += step) {
    const before = { ms: performance.now(), main: process.threadCpuUsage(), all: process.cpuUsage() }
    await importer.take(measured.slice(at, at + step))
    ms += performance.now() - before.ms
    main += sumOf(process.threadCpuUsage(before.main))
    all += sumOf(process.cpuUsage(before.all))
    rates.push(measureVerifying(BASE_BENCH.verifyMs))
  }
  const endMb = residentMb()
  const proof = measureProof(importer.state)
  await store.close()
  const payments = measured.length * BASE_BENCH.payments
  return {
    payments,
    ms,
    verifyPerSecond: rates.reduce((sum, { perSecond }) => sum + perSecond, 0) / rates.length,
    verifyMicros: rates.reduce((sum, { micros }) => sum + micros, 0) / rates.length,
    mainMicros: main / payments,
    allMicros: all / payments,
    restoreMs,
    loadedMb,
    endMb,
    proof
  }
}

/** A block's own path without consensus: decode, verify, apply, store, the signatures of the next one under way meanwhile. */
function direct(store: ChainStore, { state: start }: Restored, pool: VerifyPool): Importer {
  let state = start
  const begin = (bytes: Uint8Array) => {
    const block = present(readBlock(bytes), 'a whole block')
    const items = [headerItem(state.chain.genesis, block), ...bodyItems(state.chain.genesis, block, state)]
    return { block, verified: pool.verifyAll(items) }
  }
  return {
    get state() {
      return state
    },
    take: async blocks => {
      let next = blocks[0] === undefined ? undefined : begin(blocks[0])
      for (let at = 0; next !== undefined; at++) {
        const { block, verified } = next
        if (!(await verified)) throw new Error('a signature of the benchmark is refused')
        const following = blocks[at + 1]
        next = following === undefined ? undefined : begin(following)
        state = applied(state, block)
        const { height, slot } = block.header
        store.put([{ id: state.id, height, slot, bytes: bytesOfBlock(block) }], [])
      }
    }
  }
}

function applied(state: ChainState, block: Block): ChainState {
  const verdict = applyBlock(state, block)
  if (!verdict.ok) throw new Error(`${verdict.code}: ${verdict.why}`)
  return verdict.value
}

/** What a late joiner does with a range of blocks that a peer sent: everything but the sockets, finality included. */
function catchUp(store: ChainStore, restored: Restored, pool: VerifyPool): Importer {
  const silent: Outbound = {
    sendBlock: () => {},
    sendAcknowledgement: () => {},
    sendVote: () => {},
    sendTransaction: () => {},
    fetchBlock: () => {},
    catchUp: () => {},
    penalise: () => {}
  }
  const chain = new Chain({
    store,
    transition: createTransition(),
    restored,
    signing: null,
    recoveries: new Set(),
    outbound: silent,
    clock: systemClock,
    logger: createLogger({ name: 'bench', level: 'warn' }),
    onFatal: error => {
      throw error
    }
  })
  const intake = new Intake(chain, pool)
  chain.setSyncing(true)
  chain.start(undefined)
  return {
    get state() {
      return chain.head
    },
    take: async blocks => {
      const begin = (bytes: Uint8Array) => {
        const block = present(readBlock(bytes), 'a whole block')
        return { block, verified: intake.verifyBlock(block) }
      }
      let next = blocks[0] === undefined ? undefined : begin(blocks[0])
      for (let at = 0; next !== undefined; at++) {
        const { block, verified } = next
        if (!(await verified)) throw new Error('a header of the benchmark is refused')
        const following = blocks[at + 1]
        next = following === undefined ? undefined : begin(following)
        intake.executeBlock(block, 'bench')
      }
      const last = present(readBlock(present(blocks.at(-1), 'blocks')), 'a whole block').header.height
      if (chain.head.height !== last) throw new Error(`the chain stands at ${chain.head.height}, not at ${last}`)
      if (chain.final.height < last - BASE_BENCH.finalLag) throw new Error(`only ${chain.final.height} is final`)
    }
  }
}

/** One output with its path to the header's state root, as a wallet asks for it and checks it. */
function measureProof(state: ChainState): ImportResult['proof'] {
  const keys = [...state.trees.outputs.entries()].slice(0, BASE_BENCH.proofs)
  const ids = keys.map(leaf => decodeKey('outputs', present(leaf.key, 'a key')))
  let bytes = 0
  let startedMs = performance.now()
  const made = ids.map(id => proveKey(state, 'outputs', id))
  const buildMs = (performance.now() - startedMs) / ids.length
  for (const { witness, sectionRoots } of made) bytes += witness.length + 32 * sectionRoots.length
  startedMs = performance.now()
  for (const [place, id] of ids.entries()) {
    const read = readSection('outputs', id, { header: state.header, ...present(made[place], 'a proof') })
    if (!read.ok || read.value === null) throw new Error('a good proof is refused')
  }
  return {
    bytes: Math.round(bytes / ids.length),
    buildMs,
    verifyMs: (performance.now() - startedMs) / ids.length
  }
}

function sumOf({ user, system }: { readonly user: number; readonly system: number }): number {
  return user + system
}

function residentMb(): number {
  return Math.round(process.memoryUsage.rss() / 1024 ** 2)
}

const [folder, mode] = process.argv.slice(2)
if (folder === undefined || mode === undefined) throw new Error('a folder and a mode')
process.stdout.write(`${JSON.stringify(await main(folder, mode))}\n`)
