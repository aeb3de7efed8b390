// A relay's own delay [GSP-1]: from the receipt of a message to the decision to forward it, by message, on a node that does
// everything but the sockets. One peer makes blocks of up to 64 kB and the payments in them; a second node without a key
// judges what it hears. Time is the machine's; slots are driven as fast as both keep up.
import { encode } from '#contracts/codec/codec.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import { genesisHashOf, genesisOutputId } from '#contracts/ledger/genesis.ts'
import { outputIdOf } from '#contracts/ledger/output.ts'
import {
  type Transaction,
  type TransactionBody,
  transactionCodec,
  transactionIdOf,
  transactionSigningBytes
} from '#contracts/ledger/transaction.ts'
import type { OutputId } from '#contracts/primitives/ids.ts'
import { createBaseNode } from '#base-layer/index.ts'
import type { GossipHandler } from '#base-layer/runtime/host.ts'
import { createLogger } from '#base-layer/runtime/logger.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LinkedHosts } from '../support/linked-hosts.ts'
import { BOB, GENESIS, LonePeer, secretOf } from '../support/lone-peer.ts'

export interface RelayDelay {
  /** blocks, votes, acknowledgements or transactions. */
  readonly kind: string
  readonly messages: number
  /** Forwarded of these. */
  readonly forwarded: number
  readonly largestBytes: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

export interface RelayMeasures {
  readonly delays: readonly RelayDelay[]
  /** The largest block that was relayed, whole: its message is smaller where short ids stand for transactions. */
  readonly largestBlockBytes: number
}

const FEE = 10_000n
const CRUMB = 1_000n
/** Payments of a block and outputs of each: about 64 kB. */
const PAYMENTS = 250
const OUTPUTS = 3
const SLOTS = 8
/** For what a message sets off after it was judged. */
const QUIET_MS = 25

interface Sample {
  readonly bytes: number
  readonly ms: number
  readonly isForwarded: boolean
}

/** About five seconds of one core. */
export async function measureRelay(): Promise<RelayMeasures> {
  const samples = new Map<string, Sample[]>()
  const maker = new LonePeer()
  await maker.prepare()
  // Two networks of one host each: what one says is handed to the other between two slots.
  const said: { readonly topic: string; readonly bytes: Uint8Array }[] = []
  const speaking = new LinkedHosts().create('maker')
  speaking.publish = async (topic, bytes) => void said.push({ topic, bytes })
  const making = await maker.open(GENESIS, speaking)
  const host = new LinkedHosts().create('relay')
  const handlers = new Map<string, GossipHandler>()
  host.subscribe = (topic, handler) => {
    handlers.set(topic, handler)
    return () => {}
  }
  /** One message after the other, each judged while nothing else runs in this process. */
  const relayAll = async (): Promise<void> => {
    for (const { topic, bytes } of said.splice(0)) {
      const start = process.hrtime.bigint()
      const verdict = await handlers.get(topic)?.(bytes, 'maker')
      const ms = Number(process.hrtime.bigint() - start) / 1e6
      const kind = topic.split('/').at(-2) ?? topic
      samples.set(kind, [...(samples.get(kind) ?? []), { bytes: bytes.length, ms, isForwarded: verdict === 'accept' }])
      await new Promise(resolve => setTimeout(resolve, kind === 'transactions' ? 0 : QUIET_MS))
    }
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'surety-relay-'))
  const relay = await createBaseNode({
    dataDir,
    genesis: GENESIS,
    keys: null,
    host,
    clock: maker.clock,
    logger: createLogger({ name: 'relay', level: 'silent' }),
    verifyPool: new VerifyPool(installNodeCrypto().verified)
  })
  await relay.start()
  const { slotMs } = GENESIS.parameters
  let largestBlockBytes = 0
  try {
    const pass = async (slots: number): Promise<void> => {
      for (let slot = 0; slot < slots; slot++) {
        await maker.clock.advance(slotMs)
        await relayAll()
      }
    }
    await pass(6)
    let coins = [{ id: genesisOutputId(genesisHashOf(GENESIS), 3), atoms: GENESIS.outputs[3]?.atoms ?? 0n }]
    const fan = pay(coins[0]?.id, coins[0]?.atoms ?? 0n, PAYMENTS, 'parts')
    coins = coinsOf(fan)
    await making.chain.submit(fan)
    await pass(4)
    // What runs for the first time is compiled: a relay has been running for long.
    samples.clear()
    for (let slot = 0; slot < SLOTS; slot++) {
      const payments = coins.map(({ id, atoms }) => pay(id, atoms, OUTPUTS))
      coins = payments.flatMap(payment => coinsOf(payment).slice(0, 1))
      for (const payment of payments) await making.chain.submit(payment)
      await relayAll()
      await pass(1)
      largestBlockBytes = Math.max(largestBlockBytes, payments.length * bytesOf(payments[0]))
    }
    const head = await making.chain.tip('head')
    const follows = await relay.chain.tip('head')
    if (follows.height < head.height - 2) throw new Error('the relay fell behind')
  } finally {
    await relay.stop()
    await making.stop()
    maker.remove()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { delays: [...samples].map(([kind, list]) => summaryOf(kind, list)), largestBlockBytes }
}

function summaryOf(kind: string, samples: readonly Sample[]): RelayDelay {
  const times = samples.map(one => one.ms).sort((a, b) => a - b)
  const at = (part: number): number => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0
  return {
    kind,
    messages: samples.length,
    forwarded: samples.filter(one => one.isForwarded).length,
    largestBytes: Math.max(...samples.map(one => one.bytes)),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: times.at(-1) ?? 0
  }
}

/** Bob pays himself: in equal parts, or nearly all in the first output. */
function pay(
  input: OutputId | undefined,
  atoms: bigint,
  count: number,
  kind: 'parts' | 'first' = 'first'
): Transaction {
  const spare = atoms - FEE * BigInt(count)
  const part = kind === 'parts' ? spare / BigInt(count) : CRUMB
  const outputs = Array.from({ length: count }, (_, place) => ({
    kind: 'key' as const,
    owner: BOB,
    host: null,
    atoms: place === 0 ? spare - part * BigInt(count - 1) : part
  }))
  const body: TransactionBody = {
    inputs: input === undefined ? [] : [input],
    outputs,
    action: null,
    notBefore: null,
    notAfter: null,
    memo: null,
    preimages: []
  }
  const message = transactionSigningBytes(genesisHashOf(GENESIS), body)
  return { ...body, signature: signMessage(secretOf('bob'), message) }
}

function coinsOf(transaction: Transaction): { readonly id: OutputId; readonly atoms: bigint }[] {
  const id = transactionIdOf(transaction)
  return transaction.outputs.map(({ atoms }, index) => ({ id: outputIdOf(id, index), atoms }))
}

function bytesOf(transaction: Transaction | undefined): number {
  return transaction === undefined ? 0 : encode(transactionCodec, transaction).length
}
