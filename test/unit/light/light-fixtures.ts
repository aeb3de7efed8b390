// A light chain with something of everything in it, and one proof document of each kind with what it shows.
import { buildNotSpent, buildSpent, buildTransactionPlace, spentBy } from '#base-layer/light/body-proof.ts'
import { buildStateProof } from '#base-layer/light/build-state-proof.ts'
import { finalityProofCodec } from '#base-layer/light/finality-proof.ts'
import { buildHistory } from '#base-layer/light/log-history.ts'
import { type ProofBody, type ProofKind, proofBodyCodec, stateKeyOf } from '#base-layer/light/proof-document.ts'
import type { StateKey } from '#base-layer/light/state-proof.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { OutputRecord } from '#contracts/ledger/output.ts'
import { type Transaction, transactionIdOf } from '#contracts/ledger/transaction.ts'
import { appendEntry, historyLeaf } from '#contracts/merkle/history.ts'
import { EMPTY_LOG, type LogFrontier, MerkleLog } from '#contracts/merkle/log.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { Hash, OutputId, PublicKey } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { LightChain } from '#test/support/light-chain.ts'

export const idOf = (name: string): Hash => hashHex('test-light-id', asciiToBytes(name))
export const keyOf = (name: string): PublicKey => idOf(name) as string as PublicKey

export function payment(name: string, inputs: readonly OutputId[]): Transaction {
  return {
    inputs,
    outputs: [{ kind: 'key', owner: keyOf(name), host: null, atoms: 5n }],
    action: null,
    notBefore: null,
    notAfter: null,
    memo: idOf(name),
    preimages: [],
    signature: new Uint8Array(64)
  }
}

export function outputRecord(name: string): OutputRecord {
  return { output: { kind: 'key', owner: keyOf(name), host: null, atoms: 7n }, createdAt: 3, maturesAt: null }
}

/** Where the transactions of the fixture are. */
export const PAID_AT = 7
export const SPENT = ['b', 'd', 'f', 'h', 'j'].map(name => idOf(`spent ${name}`)).sort()
export const entries = Array.from({ length: 11 }, (_, i) => ({ height: i + 1, id: idOf(`entry ${i}`) }))
export const historyAfter = (count: number): LogFrontier => entries.slice(0, count).reduce(appendEntry, EMPTY_LOG)

/** 100 blocks over three periods: outputs and a history in the state, five payments in block 7. */
export function drawChain(options: ConstructorParameters<typeof LightChain>[0] = {}): LightChain {
  const chain = new LightChain(options)
  for (let i = 0; i < 40; i++) {
    chain.put({ section: 'outputs', key: idOf(`output ${i}`), value: outputRecord(`owner ${i}`) })
  }
  chain.put({ section: 'keys', key: keyOf('alice'), value: { frontier: historyAfter(entries.length) } })
  chain.appendTo(PAID_AT - 1)
  chain.append(SPENT.map((one, i) => payment(`payment ${i}`, [one])))
  chain.appendTo(100)
  return chain
}

export const output = (i: number): StateKey => ({ section: 'outputs', key: idOf(`output ${i}`) })
export const nothing: StateKey = { section: 'outputs', key: idOf('nothing') }
export const alice: StateKey = { section: 'keys', key: keyOf('alice') }

/** One body of each kind, under the head of a drawn chain. */
export function drawBodies(chain: LightChain): { readonly [Kind in ProofKind]: Extract<ProofBody, { kind: Kind }> } {
  const { trees } = chain.head
  const { header, transactions } = chain.at(PAID_AT)
  const block = { header, path: chain.pathTo(PAID_AT) }
  const older = chain.at(42).header
  const spent = spentBy(transactions)
  const input = present(SPENT[2], 'an input')
  const log = new MerkleLog()
  for (const one of entries) log.append(historyLeaf(one))
  const history = buildHistory((from, to) => log.rangeRoot(from, to), 3, entries.slice(3))
  const keys = [output(3), output(4), alice]
  const absent = [nothing, { section: 'keys', key: keyOf('nobody') } as const]
  const place = buildTransactionPlace(transactions, 2)
  const transaction = present(transactions[2], 'a payment')
  return {
    head: { kind: 'head' },
    present: { kind: 'present', keys: keys.map(stateKeyOf), proof: buildStateProof(trees, keys) },
    absent: { kind: 'absent', keys: absent.map(stateKeyOf), proof: buildStateProof(trees, absent) },
    block: { kind: 'block', block },
    consistency: { kind: 'consistency', older, link: chain.linkFrom(42) },
    transaction: { kind: 'transaction', block, place, transaction },
    spent: { kind: 'spent', block, ...present(buildSpent(spent, input), 'spent') },
    notSpentIn: {
      kind: 'notSpentIn',
      output: idOf('kept'),
      proof: { block, ...present(buildNotSpent(spent, idOf('kept')), 'not spent') }
    },
    history: { kind: 'history', subject: stateKeyOf(alice), proof: buildStateProof(trees, [alice]), history }
  }
}

export function encodeBody(body: ProofBody): Uint8Array {
  return encode(proofBodyCodec, body)
}

export function encodeFinality(chain: LightChain, height?: number): Uint8Array {
  return encode(finalityProofCodec, chain.finality(height))
}

/** What the documents of drawBodies show. */
export function shownBy(chain: LightChain): { readonly [Kind in ProofKind]: object } {
  const { id, header, transactions } = chain.at(PAID_AT)
  const payments = transactions.map(transactionIdOf)
  const index = transactions.findIndex(one => one.inputs[0] === SPENT[2])
  return {
    head: { kind: 'head' },
    present: {
      leaves: [
        { ...output(3), value: outputRecord('owner 3') },
        { ...output(4), value: outputRecord('owner 4') },
        { ...alice, value: { frontier: historyAfter(entries.length) } }
      ]
    },
    absent: { keys: [nothing, { section: 'keys', key: keyOf('nobody') }] },
    block: { id, header },
    consistency: { older: { id: chain.at(42).id } },
    transaction: { id: payments[2], index: 2, header },
    spent: { output: SPENT[2], transaction: payments[index], header },
    notSpentIn: { output: idOf('kept'), header },
    history: { subject: alice, start: 3, entries: entries.slice(3) }
  }
}
