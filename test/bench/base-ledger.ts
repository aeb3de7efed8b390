// A base ledger of many outputs and blocks full of payments on it, as bytes in a folder: what a process that measures starts
// from. Made in another process than the one that measures, so that nothing is remembered there but what a node stores.
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from '#contracts/codec/codec.ts'
import { hashBytes } from '#contracts/crypto/hash.ts'
import { genesisCodec, genesisHashOf } from '#contracts/ledger/genesis.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { asciiToBytes, bytesToHex, uintToBytes } from '#contracts/primitives/bytes.ts'
import type { Hash, OutputId, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type Block, blockCodec, blockIdOf } from '#contracts/statements/block.ts'
import { outputIdOf } from '#contracts/ledger/output.ts'
import { anchorCodec } from '#base-layer/chain/finalise.ts'
import { genesisAnchor } from '#base-layer/consensus/anchor.ts'
import { Ancestors } from '#base-layer/state/trees/ancestors.ts'
import { ChainState } from '#base-layer/state/chain-state.ts'
import { exportAnchor, exportState } from '#base-layer/state/persistence.ts'
import { changeOf, encodeKey, rootOfTrees, treeOf } from '#base-layer/state/trees/section-trees.ts'
import { openChainStore } from '#base-layer/store/chain-store.ts'
import { type Actor, ChainBuilder, output } from '#test/support/chain-builder.ts'
import { BASE_BENCH } from './limits.ts'

/** Where a chain starts and what it goes on with. */
export interface BuiltLedger {
  /** At height 0. */
  readonly start: ChainState
  readonly blocks: readonly Block[]
}

// RFC 8410: what stands before the seed of an Ed25519 key.
const SEED_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A key of its own for each place; many are needed, so they are made by the platform. */
function ownerOf(role: string, place: number): Actor {
  const secret = hashBytes('bench-owner', asciiToBytes(role), uintToBytes(place, 4))
  const der = Buffer.concat([SEED_HEAD, secret])
  const spki = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({
    format: 'der',
    type: 'spki'
  })
  return { name: role, secret, key: bytesToHex(spki.subarray(-32)) as PublicKey }
}

/** A chain in memory with `outputs` unspent outputs at height 0, and `blocks` blocks of payments on it. */
export function buildLedger(outputs: number, blocks: number, payments: number): BuiltLedger {
  const builder = new ChainBuilder({ owners: [] })
  const payers = Array.from({ length: blocks * payments }, (_, place) => ownerOf('payer', place))
  const strangers = Array.from({ length: BASE_BENCH.strangers }, (_, place) => ownerOf('stranger', place).key)
  const source = genesisHashOf(builder.document) as Hash as TransactionId
  const idAt = (place: number): OutputId => outputIdOf(source, 1_000_000 + place)
  const changes = Array.from({ length: outputs }, (_, place) => {
    const owner = payers[place]?.key ?? present(strangers[place % strangers.length], 'a stranger')
    const record = { output: output(owner, ATOMS_PER_SHARE), createdAt: 0, maturesAt: null }
    return changeOf('outputs', encodeKey('outputs', idAt(place)), record)
  })
  const start = withOutputs(builder.genesisState, changes)
  builder.state = start
  const { feeAtoms } = builder.state.chain.parameters
  for (let height = 0; height < blocks; height++) {
    const transactions = payers.slice(height * payments, (height + 1) * payments).map((payer, index) => {
      const place = height * payments + index
      const payee = ownerOf('payee', place)
      const paid = ATOMS_PER_SHARE / 4n
      const change = ATOMS_PER_SHARE - paid - 1_000n * feeAtoms
      return builder.spend({
        from: payer,
        inputs: [idAt(place)],
        to: [output(payee.key, paid), output(payer.key, change)],
        fee: 1_000n * feeAtoms
      })
    })
    builder.produce(transactions)
  }
  return { start, blocks: builder.blocks }
}

/** The same state with more outputs, as if the genesis document had listed them. */
function withOutputs(state: ChainState, changes: readonly ReturnType<typeof changeOf<'outputs'>>[]): ChainState {
  const trees = { ...state.trees, outputs: treeOf(state.trees, 'outputs').with(changes) } as ChainState['trees']
  const header = { ...state.header, stateRoot: rootOfTrees(trees) }
  const id = blockIdOf(header)
  return new ChainState({ ...state, chain: state.chain, header, id, trees, ancestors: Ancestors.of([id]) })
}

/** Writes chain.db as a node at height 0 has it, and the blocks one after the other. */
export async function writeLedger(folder: string, start: ChainState, blocks: readonly Block[]): Promise<void> {
  const store = await openChainStore(join(folder, 'chain.db'))
  const bytes = encode(blockCodec, {
    header: start.header,
    signature: new Uint8Array(64),
    transactions: [],
    certificates: []
  })
  store.begin({ id: start.id, height: 0, slot: 0, bytes }, exportState(start), {
    genesis: Buffer.from(start.chain.genesis, 'hex'),
    anchor: encode(anchorCodec, genesisAnchor(start)),
    state: exportAnchor(start)
  })
  await store.close()
  const encoded = blocks.map(block => encode(blockCodec, block))
  writeFileSync(join(folder, 'genesis'), encode(genesisCodec, start.chain.document))
  const parts = encoded.flatMap(one => [uintToBytes(one.length, 4), one])
  writeFileSync(join(folder, 'blocks'), Buffer.concat(parts))
}

/** The blocks of a file written by writeLedger, in bytes of their own as they would come from a peer. */
export function splitBlocks(file: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = []
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  for (let at = 0; at < file.length; ) {
    const length = view.getUint32(at)
    blocks.push(file.slice(at + 4, at + 4 + length))
    at += 4 + length
  }
  return blocks
}
