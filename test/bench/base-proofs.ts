// Bytes and milliseconds of each kind of proof, under a head that is known, at a chosen number of outputs
// [PRF-7]. Verdicts are those of wallets: every measured document is checked and must hold.
import { buildNotSpent, buildSpent, buildTransactionPlace, spentBy } from '#base-layer/light/body-proof.ts'
import { buildStateProof } from '#base-layer/light/build-state-proof.ts'
import { buildHistory } from '#base-layer/light/log-history.ts'
import { checkBody, type ProofBody, proofBodyCodec, stateKeyOf } from '#base-layer/light/proof-document.ts'
import type { StateKey } from '#base-layer/light/state-proof.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import { appendEntry, historyLeaf } from '#contracts/merkle/history.ts'
import { EMPTY_LOG, MerkleLog } from '#contracts/merkle/log.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { LightChain } from '#test/support/light-chain.ts'

export interface ProofCost {
  readonly kind: string
  /** Mean over the samples, under a head: without its header and certificates. */
  readonly bytes: number
  readonly bytesMost: number
  /** One check, decoding included. */
  readonly verifyMs: number
}

export interface ProofSizes {
  readonly outputs: number
  readonly blocks: number
  readonly proofs: readonly ProofCost[]
}

export interface ProofSettings {
  /** Outputs in the state: 10^5 takes seconds, 10^6 a minute and 2 GB. */
  readonly outputs: number
  readonly blocks?: number
  readonly samples?: number
}

/** Payments in the block that bodies are shown from. */
const PAYMENTS = 1_000
const ENTRIES = 100

const idOf = (name: string, i: number): Hash => hashHex(`bench-${name}`, uintToBytes(i, 4))
const keyOf = (name: string, i: number): PublicKey => idOf(name, i) as string as PublicKey

export function measureProofs({ outputs, blocks = 10_000, samples = 64 }: ProofSettings): ProofSizes {
  const chain = new LightChain({ parameters: { period: 4096, lag: 1000 } })
  const history = Array.from({ length: ENTRIES }, (_, i) => ({ height: 1_000_000 + i, id: idOf('entry', i) }))
  chain.put({ section: 'keys', key: keyOf('owner', 0), value: { frontier: history.reduce(appendEntry, EMPTY_LOG) } })
  for (let i = 0; i < outputs; i++) {
    const output = {
      kind: 'key',
      owner: keyOf('owner', i),
      host: keyOf('host', i % 100),
      atoms: 5_000_000_000n
    } as const
    chain.put({ section: 'outputs', key: idOf('output', i), value: { output, createdAt: 1_000_000, maturesAt: null } })
  }
  chain.append(Array.from({ length: PAYMENTS }, (_, i) => payment(i)))
  chain.appendTo(blocks)
  const bodies = Object.entries(bodiesOf(chain, outputs, history))
  const proofs = bodies.map(([kind, make]) =>
    cost(
      chain,
      kind,
      Array.from({ length: samples }, (_, i) => make(i))
    )
  )
  return { outputs, blocks, proofs }
}

function payment(i: number): Transaction {
  const output = { kind: 'key', owner: keyOf('payee', i), host: null, atoms: 5_000_000_000n } as const
  return {
    inputs: [idOf('input', i)],
    outputs: [output, { ...output, owner: keyOf('change', i) }],
    action: null,
    notBefore: null,
    notAfter: null,
    memo: null,
    preimages: [],
    signature: new Uint8Array(64).fill(i % 256)
  }
}

function bodiesOf(chain: LightChain, outputs: number, entries: readonly { height: number; id: Hash }[]) {
  const { trees } = chain.head
  const { header, transactions } = chain.at(1)
  const block = { header, path: chain.pathTo(1) }
  const spent = spentBy(transactions)
  const log = new MerkleLog()
  for (const one of entries) log.append(historyLeaf(one))
  const subject: StateKey = { section: 'keys', key: keyOf('owner', 0) }
  const outputAt = (i: number): StateKey => ({ section: 'outputs', key: idOf('output', (i * 7919) % outputs) })
  const state = (kind: 'present' | 'absent', keys: readonly StateKey[]): ProofBody => {
    return { kind, keys: keys.map(stateKeyOf), proof: buildStateProof(trees, keys) }
  }
  const bodies: Readonly<Record<string, (i: number) => ProofBody>> = {
    output: i => state('present', [outputAt(i)]),
    'ten outputs': i =>
      state(
        'present',
        Array.from({ length: 10 }, (_, j) => outputAt(10 * i + j))
      ),
    absent: i => state('absent', [{ section: 'outputs', key: idOf('nothing', i) }]),
    block: i => {
      const at = (i * 97) % chain.head.header.height
      return { kind: 'block', block: { header: chain.at(at).header, path: chain.pathTo(at) } }
    },
    consistency: i => {
      const at = 1 + ((i * 97) % (chain.head.header.height - 1))
      return { kind: 'consistency', older: chain.at(at).header, link: chain.linkFrom(at) }
    },
    transaction: i => {
      const index = (i * 31) % PAYMENTS
      const transaction = present(transactions[index], 'a payment')
      return { kind: 'transaction', block, place: buildTransactionPlace(transactions, index), transaction }
    },
    spent: i => ({ kind: 'spent', block, ...present(buildSpent(spent, idOf('input', i)), 'spent') }),
    'not spent in a block': i => {
      const output = idOf('nothing', i)
      return { kind: 'notSpentIn', output, proof: { block, ...present(buildNotSpent(spent, output), 'not spent') } }
    },
    [`key history of ${ENTRIES}`]: () => ({
      kind: 'history',
      subject: stateKeyOf(subject),
      proof: buildStateProof(trees, [subject]),
      history: buildHistory((from, to) => log.rangeRoot(from, to), 0, entries)
    })
  }
  return bodies
}

function cost(chain: LightChain, kind: string, bodies: readonly ProofBody[]): ProofCost {
  const encoded = bodies.map(body => encode(proofBodyCodec, body))
  const { header } = chain.head
  const check = (bytes: Uint8Array): void => {
    const checked = checkBody(header, bytes)
    if (!checked.ok) throw new Error(`${kind}: ${checked.code} ${checked.why}`)
  }
  for (const bytes of encoded) check(bytes)
  const from = performance.now()
  for (const bytes of encoded) check(bytes)
  const verifyMs = (performance.now() - from) / encoded.length
  const sizes = encoded.map(bytes => bytes.length)
  const bytes = Math.round(sizes.reduce((sum, size) => sum + size, 0) / sizes.length)
  return { kind, bytes, bytesMost: Math.max(...sizes), verifyMs }
}
