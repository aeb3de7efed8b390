// `node test/bench/light-sizes.ts [--json] [--outputs N] [--peers 30,100,1000]`: what a wallet fetches and how
// long it checks: for each hand-over, for each head, after a month away, and for each kind of proof [PRF-7].
// Everything is built, encoded and checked as wallets do, natively and with portable code alone, as in a
// browser. Published in docs/light-clients.md.
import { parseArgs } from 'node:util'
import { sha256 } from '@noble/hashes/sha2.js'
import {
  encodeLightClient,
  type LightClient,
  positionOf,
  stepLightClient,
  type Update,
  updateCodec
} from '#base-layer/light/light-client.ts'
import { handoverCodec } from '#base-layer/light/finality-proof.ts'
import { UPDATE_BYTES } from '#base-layer/light/limits.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { encode } from '#contracts/codec/codec.ts'
import { installNativeCrypto, nativeCrypto } from '#contracts/crypto/native.ts'
import { MAIN_PARAMETERS } from '#contracts/ledger/parameters.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { lastHeightOf } from '#contracts/statements/period-table.ts'
import { LightChain } from '#test/support/light-chain.ts'
import { measureProofs, type ProofSizes } from './base-proofs.ts'

/** Periods that end in 30 days of the main network. */
const MONTH_MS = 30 * 24 * 60 * 60 * 1000
const MONTH_PERIODS = Math.ceil(MONTH_MS / (MAIN_PARAMETERS.period * MAIN_PARAMETERS.slotMs))
/** Shorter periods than the main network's: a hand-over is as large, and the chain is made in seconds. */
const PERIOD = 64
const LAG = 16

interface Cost {
  readonly bytes: number
  readonly nativeMs: number
  readonly portableMs: number
}

interface PeerSizes {
  readonly peers: number
  /** Signatures in one certificate: equal weights need the most. */
  readonly votes: number
  readonly handover: Cost
  readonly head: Cost
  readonly month: Cost & { readonly handovers: number; readonly parts: number }
  /** What a client keeps. */
  readonly keptBytes: number
}

function measurePeers(peers: number): PeerSizes {
  const chain = new LightChain({ peers, parameters: { ...MAIN_PARAMETERS, period: PERIOD, lag: LAG } })
  chain.appendTo(lastHeightOf(MONTH_PERIODS - 1, chain.parameters) + 8)
  const before = step(chain.client, chain.finality(8))
  const within: Update = { ...chain.finality(20), link: chain.linkFrom(8, 20) }
  const over = lastHeightOf(0, chain.parameters)
  const last: Update = {
    handovers: [chain.handover(0)],
    certificates: null,
    header: chain.at(over).header,
    link: chain.linkFrom(8, over)
  }
  const parts = partsOf(chain, before)
  const costOf = (updates: readonly Update[]): Cost => {
    const encoded = updates.map(one => encode(updateCodec, one))
    const bytes = encoded.reduce((sum, one) => sum + one.length, 0)
    return { bytes, nativeMs: timed(before, encoded), portableMs: portably(() => timed(before, encoded)) }
  }
  const handover = costOf([last])
  const head = costOf([within])
  const month = parts.map(one => encode(updateCodec, one))
  const bytes = month.reduce((sum, one) => sum + one.length, 0)
  return {
    peers,
    votes: present(chain.certify(20)[0], 'a certificate').votes.length,
    handover: { ...handover, bytes: encode(handoverCodec, chain.handover(0)).length },
    head,
    month: {
      bytes,
      nativeMs: timed(before, month),
      // As many hand-overs as take a minute and more: one, times their number, and the head.
      portableMs: handover.portableMs * MONTH_PERIODS + head.portableMs,
      handovers: MONTH_PERIODS,
      parts: parts.length
    },
    keptBytes: encodeLightClient(before).length
  }
}

function step(client: LightClient, proof: Omit<Update, 'link'>): LightClient {
  const next = stepLightClient(client, encode(updateCodec, { ...proof, link: null }))
  if (!next.ok) throw new Error(next.why)
  return next.value.client
}

/** The whole chain in parts as a node cuts them. */
function partsOf(chain: LightChain, client: LightClient): readonly Update[] {
  const { height } = positionOf(client)
  const all = Array.from({ length: MONTH_PERIODS }, (_, period) => chain.handover(period))
  const size = encode(handoverCodec, present(all[0], 'one')).length
  const each = Math.max(1, Math.floor((UPDATE_BYTES - 512 * 1024) / size))
  const parts: Update[] = []
  let from = height
  for (let at = 0; at < all.length; at += each) {
    const handovers = all.slice(at, at + each)
    const isLast = at + each >= all.length
    const { header } = isLast ? chain.head : present(handovers.at(-1), 'one')
    const certificates = isLast ? chain.certify(header.height) : null
    parts.push({ handovers, certificates, header, link: chain.linkFrom(from, header.height) })
    from = header.height
  }
  return parts
}

/** Milliseconds to follow updates, each checked. */
function timed(client: LightClient, encoded: readonly Uint8Array[]): number {
  const startedMs = performance.now()
  let at = client
  for (const bytes of encoded) {
    const next = stepLightClient(at, bytes)
    if (!next.ok) throw new Error(`${next.code}: ${next.why}`)
    at = next.value.client
  }
  return performance.now() - startedMs
}

function portably<T>(work: () => T): T {
  const native = present(nativeCrypto(), 'native crypto is installed')
  installNativeCrypto({ sha256, verifyFast: () => false, sign: native.sign })
  try {
    return work()
  } finally {
    installNativeCrypto(native)
  }
}

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1)
const milliseconds = (ms: number): string => (ms < 10 ? ms.toFixed(1) : String(Math.round(ms)))

function print(peers: readonly PeerSizes[], proofs: ProofSizes): void {
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
  console.log(
    row(['peers', 'signatures', 'per hand-over', 'per head', `a month (${MONTH_PERIODS} hand-overs)`, 'kept'])
  )
  console.log('|---|---|---|---|---|---|')
  for (const { peers: count, votes, handover, head, month, keptBytes } of peers) {
    const say = ({ bytes, nativeMs, portableMs }: Cost): string =>
      `${kilobytes(bytes)} kB, ${milliseconds(nativeMs)} ms (${milliseconds(portableMs)})`
    const parts = month.parts === 1 ? '1 part' : `${month.parts} parts`
    console.log(row([count, votes, say(handover), say(head), `${say(month)}, ${parts}`, `${kilobytes(keptBytes)} kB`]))
  }
  console.log(`\n${proofs.outputs} outputs, ${proofs.blocks} blocks:\n`)
  console.log(row(['proof', 'bytes', 'at most', 'ms']))
  console.log('|---|---|---|---|')
  for (const one of proofs.proofs) console.log(row([one.kind, one.bytes, one.bytesMost, one.verifyMs.toFixed(2)]))
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    outputs: { type: 'string', default: '100000' },
    peers: { type: 'string', default: '30,100,1000' }
  }
})
installNodeCrypto()
const peers = values.peers.split(',').map(Number).map(measurePeers)
const proofs = measureProofs({ outputs: Number(values.outputs) })
if (values.json) console.log(JSON.stringify({ schema: 'surety.light.sizes/1', peers, proofs }))
else print(peers, proofs)
